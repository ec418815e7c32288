"""Requests on their way to the shop's own system, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, update
from starlette.testclient import TestClient

from common.settings import Settings
from db.engine import session_factory
from db.tables.base import now
from db.tables.conversations import Message
from db.tables.orders import Order
from db.tables.shop_requests import ShopRequest
from gateway.app import Patience, create_app
from gateway.shop_webhook import Pace
from shop.shop_requests import file_request
from tests.builders import a_customer, an_order
from tests.fake_shop import FakeShop, open_shop
from tests.gateway.conftest import Chat, FakeBot, FakeParser, Gateway, on_sqlite, wait_until

QUICK = Pace(poll=0.02, first=0.05, longest=0.1, attempts=4)
HASTY = replace(QUICK, timeout=0.3, lease=1.5)


@pytest.fixture
def own_system() -> Iterator[FakeShop]:
    with open_shop() as shop:
        yield shop


@pytest.fixture
def settings(settings: Settings, own_system: FakeShop) -> Settings:
    return settings.model_copy(update={"shop_webhook_url": own_system.url})


@pytest.fixture
def pace() -> Pace:
    return QUICK


def open_gateway(
    settings: Settings, database: Engine, patience: Patience, dist: Path, *, pace: Pace = QUICK
) -> Gateway:
    parser, bot = FakeParser(), FakeBot()
    app = create_app(settings, parser=parser, bot=bot, patience=patience, web_dist=dist, pace=pace)
    client = TestClient(app, raise_server_exceptions=False)
    return Gateway(client, app, settings, session_factory(database), parser, bot, dist)


@pytest.fixture
def gateway(
    settings: Settings, database: Engine, patience: Patience, tmp_path: Path, pace: Pace
) -> Iterator[Gateway]:
    made = open_gateway(settings, database, patience, tmp_path, pace=pace)
    with made.client:
        yield made


def ask(gateway: Gateway, chat: Chat, **values: Any) -> str:
    """Ask to cancel order M1, unless told otherwise; the request's id."""
    with gateway.sessions.begin() as session:
        return file_request(
            session,
            **{
                "kind": "order.cancel",
                "data": {"order_id": "M1"},
                "conversation_id": chat.id,
                "customer_id": "maya",
                "webhook": True,
                **values,
            },
        ).id


def state(gateway: Gateway, request_id: str) -> str:
    with gateway.sessions() as session:
        return session.get_one(ShopRequest, request_id).state


def wait_for(gateway: Gateway, request_id: str, wanted: str) -> None:
    wait_until(lambda: state(gateway, request_id) == wanted, seconds=30)


def place_order(gateway: Gateway) -> None:
    gateway.add(a_customer(id="maya"))
    gateway.add(an_order(id="M1", customer_id="maya", status="paid"))


def test_a_request_arrives_signed_with_its_id_type_and_data(
    gateway: Gateway, own_system: FakeShop
) -> None:
    request_id = ask(gateway, gateway.chat(), data={"order_id": "M1", "reason": "zu groß 太大"})
    wait_for(gateway, request_id, "confirmed")
    assert own_system.requests == [
        {
            "id": request_id,
            "type": "order.cancel",
            "data": {"order_id": "M1", "reason": "zu groß 太大"},
        }
    ]
    assert own_system.is_signed(gateway.settings.events_key)
    assert not own_system.is_signed("another key")


def test_a_confirmation_is_told_in_the_conversation_and_on_its_socket(
    gateway: Gateway, own_system: FakeShop
) -> None:
    place_order(gateway)
    chat = gateway.chat()
    own_system.delay = 0.1
    with gateway.client.websocket_connect("/api/chat/ws") as socket:
        socket.send_json({"type": "auth", "token": chat.token})
        ask(gateway, chat)
        frame = socket.receive_json()
        while frame["type"] != "message":
            frame = socket.receive_json()
    told = chat.history()[-1]
    assert frame["message"] == told
    assert told["role"] == "bot"
    assert "Order M1 is cancelled" in told["text"]
    assert told["quick_replies"]
    with gateway.sessions() as session:
        assert session.get_one(Order, "M1").status == "cancelled"


def test_the_shops_answer_comes_after_ours(gateway: Gateway, own_system: FakeShop) -> None:
    place_order(gateway)
    chat = gateway.chat()
    asked: list[str] = []

    def cancel(_: str) -> float:
        # The request is filed; words take a little longer.
        asked.append(ask(gateway, chat))
        return 0.5

    gateway.bot.delay = cancel
    chat.say("cancel it")
    wait_for(gateway, asked[0], "confirmed")
    said = [message["text"] for message in chat.history()]
    assert "cancel it" in said[-2]
    assert "Order M1 is cancelled" in said[-1]


def test_a_message_that_nobody_answers_does_not_hold_a_request_back(
    gateway: Gateway, own_system: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.shop_webhook.LONGEST_TURN", timedelta(seconds=1))
    chat = gateway.chat()
    with gateway.sessions.begin() as session:
        session.add(Message(conversation_id=chat.id, role="shopper", text="cancel it"))
    wait_for(gateway, ask(gateway, chat), "confirmed")


def test_a_refusal_is_told_with_the_shops_reason_and_a_way_to_a_person(
    gateway: Gateway, own_system: FakeShop
) -> None:
    own_system.answers_with((200, {"status": "refused", "message": "It left\x00 this morning."}))
    chat = gateway.chat()
    wait_for(gateway, ask(gateway, chat), "refused")
    told = chat.history()[-1]
    assert "can't cancel order M1" in told["text"]
    assert "“It left this morning.”" in told["text"]
    assert "Talk to a person" in [reply["title"] for reply in told["quick_replies"]]


@on_sqlite
def test_it_is_told_in_the_shoppers_language(gateway: Gateway) -> None:
    chat = gateway.chat(locale="zh")
    wait_for(gateway, ask(gateway, chat), "confirmed")
    assert "订单 M1 已取消" in chat.history()[-1]["text"]


@on_sqlite
@pytest.mark.parametrize("answer", [None, {}, {"status": "queued"}, ["odd"], "text"])
def test_a_shop_that_has_not_decided_has_received_it_and_is_not_asked_again(
    gateway: Gateway, own_system: FakeShop, answer: Any
) -> None:
    own_system.answers_with((202, answer))
    chat = gateway.chat()
    request_id = ask(gateway, chat)
    wait_for(gateway, request_id, "received")
    other = ask(gateway, chat, data={"order_id": "M2"})
    wait_for(gateway, other, "received")
    assert [request["id"] for request in own_system.requests] == [request_id, other]
    assert len(chat.history()) == 1


@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_a_shop_in_trouble_is_asked_again_with_the_same_id(
    gateway: Gateway, own_system: FakeShop, status: int
) -> None:
    own_system.answers_with((status, None), (status, None), (200, {"status": "confirmed"}))
    request_id = ask(gateway, gateway.chat())
    wait_for(gateway, request_id, "confirmed")
    assert [request["id"] for request in own_system.requests] == [request_id] * 3


@on_sqlite
@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_what_the_shop_declines_is_not_asked_again(
    gateway: Gateway, own_system: FakeShop, status: int
) -> None:
    own_system.answers_with((status, {"error": "no"}))
    wait_for(gateway, ask(gateway, gateway.chat()), "refused")
    assert len(own_system.seen) == 1


def test_after_many_failures_the_shops_people_take_over_and_the_shopper_is_told(
    gateway: Gateway, own_system: FakeShop
) -> None:
    own_system.answers_with((500, None))
    chat = gateway.chat()
    wait_for(gateway, ask(gateway, chat), "staff")
    assert len(own_system.seen) == QUICK.attempts
    assert "passed it on to my colleagues" in chat.history()[-1]["text"]
    waiting = gateway.client.get("/api/chat/messages", headers=chat.headers).json()
    assert waiting["state"] == "queued"


@on_sqlite
@pytest.mark.parametrize("pace", [HASTY])
def test_a_shop_that_is_slow_or_gone_is_asked_again(gateway: Gateway, own_system: FakeShop) -> None:
    own_system.delay = 2 * HASTY.timeout
    request_id = ask(gateway, gateway.chat())
    wait_until(lambda: len(own_system.seen) >= 2)
    own_system.delay = 0
    wait_for(gateway, request_id, "confirmed")


def test_two_gateways_send_each_request_once(
    gateway: Gateway,
    own_system: FakeShop,
    settings: Settings,
    database: Engine,
    patience: Patience,
    tmp_path: Path,
) -> None:
    other = open_gateway(settings, database, patience, tmp_path)
    chat = gateway.chat()
    with other.client:
        asked = [ask(gateway, chat, data={"order_id": f"M{n}"}) for n in range(20)]
        for request_id in asked:
            wait_for(gateway, request_id, "confirmed")
    assert sorted(request["id"] for request in own_system.requests) == sorted(asked)
    assert len(chat.history()) == 21


def test_what_was_under_way_when_a_process_died_is_sent_after_its_lease(
    gateway: Gateway, own_system: FakeShop
) -> None:
    with gateway.sessions.begin() as session:
        request_id = file_request(
            session,
            kind="order.cancel",
            data={"order_id": "M1"},
            conversation_id=gateway.chat().id,
            customer_id="maya",
            webhook=False,
        ).id
        claimed = {"state": "pending", "attempts": 1}
        lease = now() + timedelta(seconds=0.5)
        session.execute(update(ShopRequest).values(**claimed, next_attempt_at=lease))
    assert not own_system.seen
    wait_for(gateway, request_id, "confirmed")
    assert len(own_system.seen) == 1


def test_an_erased_conversation_hears_nothing_and_the_request_is_settled(gateway: Gateway) -> None:
    chat = gateway.chat()
    wait_for(gateway, ask(gateway, chat, conversation_id="erased"), "confirmed")
    assert len(chat.history()) == 1


def test_pauses_grow_and_end() -> None:
    pace = Pace()
    pauses = [pace.pause(attempts).total_seconds() for attempts in range(1, pace.attempts)]
    assert 2.5 <= pauses[0] <= 5
    assert max(pauses) <= pace.longest
    assert sum(pauses) > 3 * 3600
