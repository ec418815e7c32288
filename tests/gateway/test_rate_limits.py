"""How much one address and one session may take, over REST and over the socket."""

import asyncio

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from common.errors import ConfigurationError
from common.settings import Settings
from db.tables.conversations import Conversation
from gateway.rate_limits import group_of, make_limits
from tests.gateway.conftest import Gateway, on_sqlite

SHOP = "https://shop.example"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(
        update={
            "rate_sessions": "3/minute",
            "rate_requests": "20/minute",
            "rate_messages": "2/minute",
            "rate_actions": "6/minute",
        }
    )


def caller(gateway: Gateway, host: str) -> TestClient:
    """Somebody at this address."""
    return TestClient(gateway.app, client=(host, 50_000), raise_server_exceptions=False)


@on_sqlite
def test_an_address_that_begins_too_many_conversations_is_told_when_to_come_back(
    gateway: Gateway,
) -> None:
    somebody = caller(gateway, "203.0.113.7")

    statuses = [somebody.post("/api/chat/sessions", json={}).status_code for _ in range(4)]
    refused = somebody.post("/api/chat/sessions", json={}, headers={"Origin": SHOP})

    assert statuses == [201, 201, 201, 429]
    assert refused.json()["error"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) == refused.json()["retry_after"] <= 61
    assert refused.headers["access-control-expose-headers"] == "Retry-After"


@on_sqlite
def test_a_refused_conversation_leaves_nothing_behind(gateway: Gateway) -> None:
    for _ in range(10):
        caller(gateway, "203.0.113.7").post("/api/chat/sessions", json={})

    with gateway.sessions() as session:
        assert session.scalar(select(func.count()).select_from(Conversation)) == 3


@on_sqlite
def test_one_address_does_not_use_up_anothers_share(gateway: Gateway) -> None:
    for _ in range(5):
        caller(gateway, "203.0.113.7").post("/api/chat/sessions", json={})

    response = caller(gateway, "203.0.113.8").post("/api/chat/sessions", json={})

    assert response.status_code == 201


@on_sqlite
def test_an_address_that_calls_too_often_is_refused_but_its_page_still_loads(
    gateway: Gateway,
) -> None:
    somebody = caller(gateway, "203.0.113.7")

    statuses = [somebody.get("/api/demo").status_code for _ in range(21)]

    assert statuses == [200] * 20 + [429]
    assert somebody.get("/media/placeholder.png").status_code == 200
    assert somebody.get("/healthz").status_code == 200


@on_sqlite
def test_an_address_over_its_share_opens_no_socket(gateway: Gateway) -> None:
    somebody = caller(gateway, "203.0.113.7")
    for _ in range(20):
        somebody.get("/api/demo")

    with pytest.raises(Exception) as refused, somebody.websocket_connect("/api/chat/ws"):
        pass

    assert getattr(refused.value, "status_code", None) == 429


@on_sqlite
@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "::ffff:127.0.0.1"])
def test_the_machine_itself_is_not_limited(gateway: Gateway, host: str) -> None:
    here = caller(gateway, host)

    statuses = {here.post("/api/chat/sessions", json={}).status_code for _ in range(30)}

    assert statuses == {201}


@on_sqlite
def test_a_session_that_says_too_much_is_refused_and_others_are_not(gateway: Gateway) -> None:
    chat, other = gateway.chat(), gateway.chat()

    statuses = [chat.send(text="hi").status_code for _ in range(3)]

    assert statuses == [200, 200, 429]
    assert other.send(text="hi").status_code == 200
    assert len(gateway.bot.calls) == 3


@on_sqlite
def test_looks_at_a_conversation_are_limited_too(gateway: Gateway) -> None:
    chat = gateway.chat()
    events = {"events": []}

    statuses = [
        gateway.client.get("/api/chat/messages", headers=chat.headers).status_code for _ in range(4)
    ]
    statuses.append(gateway.client.get("/api/chat/cart", headers=chat.headers).status_code)
    for _ in range(2):
        response = gateway.client.post("/api/events", json=events, headers=chat.headers)
        statuses.append(response.status_code)

    assert statuses == [200, 200, 200, 200, 200, 202, 429]


@on_sqlite
def test_the_shops_own_server_is_not_counted_as_a_session(gateway: Gateway) -> None:
    key = {"X-Events-Key": gateway.settings.events_key}

    statuses = {
        gateway.client.post("/api/events", json={"events": []}, headers=key).status_code
        for _ in range(12)
    }

    assert statuses == {202}


@on_sqlite
def test_what_a_session_says_counts_the_same_over_both_ways(gateway: Gateway) -> None:
    chat = gateway.chat()
    chat.say("one")
    chat.say("two")

    with gateway.client.websocket_connect("/api/chat/ws") as socket:
        socket.send_json({"type": "auth", "token": chat.token})
        assert socket.receive_json()["type"] == "state"
        socket.send_json({"type": "message", "text": "three", "client_message_id": "3"})
        error = socket.receive_json()

    assert (error["type"], error["code"]) == ("error", "too_many_requests")
    assert error["client_message_id"] == "3"
    assert error["retry_after"] >= 1
    assert len(gateway.bot.calls) == 2


@on_sqlite
def test_a_socket_that_floods_is_told_so_and_closed(gateway: Gateway) -> None:
    with gateway.client.websocket_connect("/api/chat/ws") as socket:
        socket.send_json({"type": "auth", "token": gateway.chat().token})
        for _ in range(10):
            socket.send_json({"type": "typing", "on": True})
        frames = [socket.receive_json() for _ in range(2)]
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()

    assert [frame["type"] for frame in frames] == ["state", "error"]
    assert frames[1]["code"] == "too_many_requests"
    assert closed.value.code == 4429


@on_sqlite
def test_refusals_are_counted(gateway: Gateway) -> None:
    chat = gateway.chat()
    for _ in range(4):
        chat.send(text="hi")

    numbers = caller(gateway, "127.0.0.1").get("/metrics").text

    assert 'gateway_refused_requests_total{limit="messages"} 2.0' in numbers


@pytest.mark.parametrize(
    ("host", "group"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("127.8.8.8", None),
        ("::1", None),
        ("a-unix-socket", "a-unix-socket"),
    ],
)
def test_an_address_is_counted_with_its_household(host: str, group: str | None) -> None:
    assert group_of(host) == group


@on_sqlite
@pytest.mark.parametrize("rate", ["often", "", "-1/minute", "5/fortnight"])
def test_a_setting_that_is_no_rate_is_named(settings: Settings, rate: str) -> None:
    with pytest.raises(ConfigurationError, match="SHOPKEEPER_RATE_MESSAGES"):
        make_limits(settings.model_copy(update={"rate_messages": rate}))


@on_sqlite
def test_a_limit_may_be_turned_off(settings: Settings) -> None:
    free = make_limits(settings.model_copy(update={"rate_messages": "off"}))

    async def say_a_lot() -> None:
        for _ in range(1000):
            await free.spend("messages", "somebody")

    asyncio.run(say_a_lot())
