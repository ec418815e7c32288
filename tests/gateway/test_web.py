"""The chat API over REST: sessions, limits, history, feedback, consent."""

import hashlib
from typing import Any

import pytest
from sqlalchemy import select

from db.tables.conversations import Conversation, Feedback
from db.tables.customers import Customer
from shop.identity import sign
from tests.builders import a_customer
from tests.gateway.conftest import Gateway, an_id, on_sqlite, texts


def signed(gateway: Gateway, customer_id: str) -> dict[str, str]:
    return {"id": customer_id, "signature": sign(customer_id, key=gateway.settings.identity_key)}


def test_a_session_begins_with_a_bot_that_says_it_is_one(gateway: Gateway) -> None:
    session = gateway.chat().session

    assert {"session_id", "token", "state", "messages"} <= session.keys()
    assert session["state"] == "bot"
    greeting = session["messages"][0]
    assert greeting["role"] == "bot"
    assert "I'm a bot" in greeting["text"]
    assert "Corner Shop" in greeting["text"]
    assert len(greeting["quick_replies"]) >= 3
    assert greeting["cards"] == []


def test_a_session_speaks_the_shoppers_language(gateway: Gateway) -> None:
    assert "机器人" in gateway.chat(locale="zh-TW").session["messages"][0]["text"]
    assert "bot" in gateway.chat(locale="xx").session["messages"][0]["text"]


def test_the_token_itself_is_kept_nowhere(gateway: Gateway) -> None:
    chat = gateway.chat()

    with gateway.sessions() as session:
        kept = session.get_one(Conversation, chat.id).token_hash

    assert kept == hashlib.sha256(chat.token.encode()).hexdigest()


def test_a_signed_in_customer_is_greeted_by_name_and_known_to_the_bot(gateway: Gateway) -> None:
    gateway.add(a_customer(id="c-7", name="Maya", country="DE"))
    chat = gateway.chat(customer=signed(gateway, "c-7"))

    chat.say("what do you have for me?")

    assert chat.session["messages"][0]["text"].startswith("Hi Maya!")
    metadata = gateway.bot.calls[0].metadata
    assert (metadata["customer_id"], metadata["country"]) == ("c-7", "DE")


def test_a_customer_met_for_the_first_time_is_entered(gateway: Gateway) -> None:
    for _ in range(2):
        gateway.chat(customer=signed(gateway, "new"), locale="zh")

    with gateway.sessions() as session:
        customers = list(session.scalars(select(Customer)))
    assert [(customer.id, customer.locale) for customer in customers] == [("new", "zh")]


@on_sqlite
@pytest.mark.parametrize("signature", ["00", "", "é", "g" * 64])
def test_a_wrong_signature_is_refused_and_nobody_is_entered(
    gateway: Gateway, signature: str
) -> None:
    customer = {"id": "x", "signature": signature}
    response = gateway.client.post("/api/chat/sessions", json={"customer": customer})

    assert response.status_code == 401
    assert response.json()["error"] == "unauthorized"
    with gateway.sessions() as session:
        assert session.scalars(select(Customer)).all() == []


@on_sqlite
@pytest.mark.parametrize(
    "body",
    [
        {"text": ""},
        {"text": "   \n"},
        {"text": "\x00"},
        {"text": "x" * 2001},
        {},
        {"text": None},
        {"text": 7},
        {"text": ["a"]},
        {"text": "both", "payload": "a"},
        {"payload": ""},
        {"payload": "x" * 300},
        {"text": "hi", "client_message_id": ""},
        {"text": "hi", "client_message_id": "x" * 101},
        {"text": "hi", "client_message_id": "nul\x00"},
        [],
        "text",
    ],
)
def test_a_malformed_message_is_422_and_is_not_stored(gateway: Gateway, body: Any) -> None:
    chat = gateway.chat()

    response = gateway.client.post("/api/chat/messages", json=body, headers=chat.headers)

    assert response.status_code == 422
    assert response.json()["error"]
    assert len(chat.history()) == 1


@on_sqlite
def test_a_body_that_is_no_json_is_refused(gateway: Gateway) -> None:
    chat = gateway.chat()

    for content in (b"\xff\xfe\x00\x01", b"{", b"[" * 60_000, b'{"text": NaN}'):
        headers = {**chat.headers, "Content-Type": "application/json"}
        response = gateway.client.post("/api/chat/messages", content=content, headers=headers)
        assert response.status_code in (400, 422), content[:10]


@on_sqlite
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer no"}, {"Authorization": "x"}])
@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/chat/messages", None),
        ("POST", "/api/chat/messages", {"text": "hi"}),
        ("POST", "/api/chat/messages/1/feedback", {"value": "up"}),
        ("POST", "/api/chat/consent", {"training": True}),
        ("POST", "/api/events", {"events": []}),
    ],
)
def test_without_a_token_every_call_is_401(
    gateway: Gateway, method: str, path: str, body: Any, headers: dict[str, str]
) -> None:
    response = gateway.client.request(method, path, json=body, headers=headers)

    assert response.status_code == 401


def test_history_holds_both_sides_in_order(gateway: Gateway) -> None:
    chat = gateway.chat()
    answer = chat.say("hello", client_message_id="mine")

    history = chat.history()

    assert [message["role"] for message in history] == ["bot", "shopper", "bot"]
    assert history[0] == chat.session["messages"][0]
    assert history[1]["client_message_id"] == "mine"
    assert history[2] == answer["messages"][0]


def test_history_after_an_id_begins_behind_it(gateway: Gateway) -> None:
    chat = gateway.chat()
    chat.say("one")
    last = chat.history()[-1]["id"]
    chat.say("two")

    assert texts(chat.history(after=last)) == ["two", "You said: two"]
    assert chat.history(after=chat.history()[-1]["id"]) == []


def test_a_limited_history_holds_the_latest(gateway: Gateway) -> None:
    chat = gateway.chat()
    chat.say("one")
    chat.say("two")

    assert texts(chat.history(limit=2)) == ["two", "You said: two"]


def test_nobody_reads_anothers_history(gateway: Gateway) -> None:
    gateway.chat().say("my secret")

    assert len(gateway.chat().history()) == 1


@on_sqlite
@pytest.mark.parametrize("after", ["-1", "x", "9" * 30, "1.5"])
def test_history_after_nonsense_is_422(gateway: Gateway, after: str) -> None:
    chat = gateway.chat()

    response = gateway.client.get(f"/api/chat/messages?after={after}", headers=chat.headers)

    assert response.status_code == 422


def test_a_thumb_is_kept_and_may_be_changed(gateway: Gateway) -> None:
    chat = gateway.chat()
    answer = chat.say("hello")["messages"][0]
    path = f"/api/chat/messages/{answer['id']}/feedback"

    for body in ({"value": "up"}, {"value": "down", "comment": "too dear"}):
        assert gateway.client.post(path, json=body, headers=chat.headers).status_code == 204

    with gateway.sessions() as session:
        kept = session.scalars(select(Feedback)).one()
    assert (str(kept.message_id), kept.value, kept.comment) == (answer["id"], "down", "too dear")


def test_a_thumb_on_what_is_no_answer_of_this_conversation_is_404(gateway: Gateway) -> None:
    chat, other = gateway.chat(), gateway.chat()
    chat.say("hello")
    own_words = chat.history()[1]["id"]
    foreign = other.history()[0]["id"]

    for identifier in (own_words, foreign, "999999", "x", "9" * 40, "²"):
        response = gateway.client.post(
            f"/api/chat/messages/{identifier}/feedback",
            json={"value": "up"},
            headers=chat.headers,
        )
        assert response.status_code == 404, identifier


def test_consent_is_kept(gateway: Gateway) -> None:
    chat = gateway.chat()

    response = gateway.client.post(
        "/api/chat/consent", json={"training": False}, headers=chat.headers
    )

    assert response.status_code == 204
    with gateway.sessions() as session:
        assert session.get_one(Conversation, chat.id).consent_training is False


def test_messages_without_an_id_of_their_own_are_each_answered(gateway: Gateway) -> None:
    chat = gateway.chat()

    chat.say("hello")
    chat.say("hello")

    assert len(gateway.bot.calls) == 2


@on_sqlite
def test_the_documentation_names_every_address_of_the_chat(gateway: Gateway) -> None:
    document = gateway.client.get("/openapi.json").json()

    assert set(document["paths"]) >= {
        "/api/chat/sessions",
        "/api/chat/messages",
        "/api/chat/messages/{message_id}/feedback",
        "/api/chat/consent",
        "/api/events",
        "/healthz",
        "/readyz",
        "/metrics",
    }
    card = document["components"]["schemas"]["ProductCard"]["properties"]
    assert set(card) >= {"product_id", "title", "brand", "category", "price", "list_price"}
    assert "/api/chat/ws" in document["info"]["description"]


@on_sqlite
def test_turns_are_measured(gateway: Gateway) -> None:
    gateway.chat().say("hello", client_message_id=an_id())

    numbers = gateway.client.get("/metrics").text

    assert "gateway_turn_seconds_count 1.0" in numbers
    assert 'gateway_hop_seconds_count{hop="nlu"} 1.0' in numbers
