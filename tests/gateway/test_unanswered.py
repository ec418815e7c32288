"""Messages whose process died are answered by the next one: all of them, and each once."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from db.tables.base import now
from db.tables.conversations import Message
from gateway.errors import AnsweredElsewhere
from gateway.store import ConversationStore, Draft
from gateway.unanswered import Unanswered
from tests.gateway.conftest import Chat, Gateway, stored, texts, wait_until


def left_behind(gateway: Gateway, chat: Chat, **values: Any) -> None:
    """A message that a process had in hand when it died."""
    row: dict[str, Any] = {
        "conversation_id": chat.id,
        "role": "shopper",
        "text": "are you there?",
        "client_message_id": "before-the-crash",
        "taken_by": "the one that died",
        "taken_until": now() - timedelta(seconds=1),
        "attempts": 1,
        "created_at": now(),
    }
    gateway.add(Message(**{**row, **values}))


def is_answered(gateway: Gateway, chat: Chat) -> bool:
    return stored(gateway, chat)[-1].role == "bot" and len(stored(gateway, chat)) > 2


def test_what_a_dead_process_left_behind_is_answered_and_pushed_to_whoever_listens(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    with gateway.client.websocket_connect("/api/chat/ws") as socket:
        socket.send_json({"type": "auth", "token": chat.token})
        assert socket.receive_json()["type"] == "state"
        left_behind(gateway, chat)

        frames = [socket.receive_json() for _ in range(3)]

    said = [frame["message"]["text"] for frame in frames if frame["type"] == "message"]
    assert said == ["You said: are you there?"]
    assert gateway.bot.calls[0].metadata["again"] is True


def test_a_button_that_was_left_behind_still_means_what_it_stands_for(gateway: Gateway) -> None:
    chat = gateway.chat()
    left_behind(gateway, chat, text="Show more", payload='/show_more{"category": "shoes"}')

    wait_until(lambda: is_answered(gateway, chat))

    assert gateway.bot.calls[0].parse["intent"]["name"] == "show_more"


def test_a_message_in_somebody_s_hand_is_left_to_them(gateway: Gateway) -> None:
    chat = gateway.chat()
    left_behind(gateway, chat, taken_by="alive", taken_until=now() + timedelta(minutes=1))
    answers: list[dict[str, Any]] = []
    asking = threading.Thread(
        target=lambda: answers.append(chat.say("x", client_message_id="before-the-crash"))
    )
    asking.start()
    other = ConversationStore(gateway.sessions)
    other.holder = "alive"
    other.add_answers(chat.id, stored(gateway, chat)[1].id, [Draft("From the other one.")])
    asking.join(10)

    assert texts(answers[0]["messages"]) == ["From the other one."]
    assert gateway.bot.calls == []


def test_whoever_lost_a_message_cannot_answer_it_any_more(gateway: Gateway) -> None:
    chat = gateway.chat()
    slow, quick = ConversationStore(gateway.sessions), ConversationStore(gateway.sessions)
    message = slow.add_message(chat.id, "hello", client_message_id="1")
    assert Unanswered(quick).take(message.id) is None

    with gateway.sessions.begin() as session:
        session.get_one(Message, message.id).taken_until = now() - timedelta(seconds=1)
    assert Unanswered(quick).take(message.id) == 2

    with pytest.raises(AnsweredElsewhere):
        slow.add_answers(chat.id, message.id, [Draft("too late")])
    quick.add_answers(chat.id, message.id, [Draft("in time")])
    assert texts(chat.history())[1:] == ["hello", "in time"]


def test_a_lease_that_is_renewed_goes_on(gateway: Gateway) -> None:
    chat = gateway.chat()
    store = ConversationStore(gateway.sessions)
    message = store.add_message(chat.id, "hello", client_message_id="1")
    with gateway.sessions.begin() as session:
        session.get_one(Message, message.id).taken_until = now() + timedelta(seconds=0.1)

    Unanswered(store).renew([message.id])

    assert stored(gateway, chat)[1].taken_until > now() + timedelta(seconds=3)  # type: ignore[operator]


def test_a_message_that_brings_processes_down_is_answered_by_an_apology(gateway: Gateway) -> None:
    chat = gateway.chat()
    left_behind(gateway, chat, attempts=5)

    wait_until(lambda: is_answered(gateway, chat))

    assert gateway.bot.calls == []
    assert stored(gateway, chat)[-1].degraded


def test_nobody_is_answered_hours_later(gateway: Gateway) -> None:
    chat = gateway.chat()
    left_behind(gateway, chat, created_at=now() - timedelta(hours=2))

    assert Unanswered(ConversationStore(gateway.sessions)).find_stranded() == []
