"""What a message brings about is done once, also where its turn is run again."""

import time

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from actions.errors import TurnExpired
from db.tables.behaviour import Event
from db.tables.conversations import Message
from db.tables.shop_requests import ShopRequest
from tests.actions.cart.conftest import chat, filled, sessions  # noqa: F401 - fixtures
from tests.actions.cart.contents import in_cart
from tests.actions.rehearsal import Answer, Rehearsal
from tests.builders import NOON, a_customer, a_product, an_order, an_order_line


def a_message(talk: Rehearsal) -> int:
    """A message that the gateway has stored."""
    with talk.services.sessions.begin() as session:
        message = Message(conversation_id="t", role="shopper", text="hm")
        session.add(message)
        session.flush()
        talk.metadata.update(message_id=str(message.id), again=False)
        return message.id


def say_twice(talk: Rehearsal, intent: str, words: str = "", **values: object) -> list[Answer]:
    """Say something whose first answer is lost: Rasa died, and has forgotten the turn."""
    a_message(talk)
    slots, events = dict(talk.slots), list(talk.events)
    first = talk.say(intent, words, **values)
    talk.slots, talk.events = slots, events
    talk.metadata["again"] = True
    return [first, talk.say(intent, words, **values)]


def steps(talk: Rehearsal, name: str) -> int:
    with talk.services.sessions() as session:
        return session.scalar(select(func.count()).where(Event.name == name)) or 0


def test_what_is_put_in_goes_in_once_and_is_told_as_the_first_time(chat: Rehearsal) -> None:  # noqa: F811
    first, again = say_twice(chat, "add_to_cart", "[two](quantity:2) of the [second](ordinal:2)")
    assert in_cart(chat) == {"m2": 2}
    assert first.cards == again.cards == ["m2"]
    assert "2 × Harbor Mug" in again.text
    assert steps(chat, "add_to_cart") == 1


def test_two_messages_are_two_wishes(chat: Rehearsal) -> None:  # noqa: F811
    for _ in range(2):
        a_message(chat)
        chat.say("add_to_cart", "the [second](ordinal:2)")
    assert in_cart(chat) == {"m2": 2}


def test_what_is_taken_out_is_told_though_it_is_there_no_more(filled: Rehearsal) -> None:  # noqa: F811
    first, again = say_twice(filled, "remove_from_cart", "remove the [lamp](category:lamp)")
    assert in_cart(filled) == {"m1": 1, "m2": 2}
    assert set(first.buttons) == set(again.buttons)
    assert "Aurora Table Lamp" in again.text


def test_a_yes_to_what_was_offered_counts_once(chat: Rehearsal) -> None:  # noqa: F811
    chat.slots["pending"] = {"yes": "put_in", "wanted": {"m2": 3}}
    say_twice(chat, "affirm", "yes")
    assert in_cart(chat) == {"m2": 3}


def test_a_checkout_hands_the_cart_in_once(filled: Rehearsal) -> None:  # noqa: F811
    first, again = say_twice(filled, "checkout")
    assert again.text.split("/checkout")[1] == first.text.split("/checkout")[1]
    # One for each of the goods.
    assert steps(filled, "begin_checkout") == 3


def test_a_request_to_the_shop_is_filed_once_and_told_as_filed(
    sessions: sessionmaker[Session],  # noqa: F811
) -> None:
    product = a_product(id="p")
    with sessions.begin() as session:
        session.add_all([a_customer(id="maya"), product])
        session.flush()
        line = an_order_line(product)
        order = an_order(line, id="M1", customer_id="maya", status="paid", created_at=NOON)
        session.add(order)
    talk = Rehearsal(sessions, customer_id="maya")
    first, again = say_twice(talk, "cancel_order", order_id="M1", confirmed="yes")
    assert first.handoff == again.handoff == "order_request"
    with sessions() as session:
        assert len(session.scalars(select(ShopRequest)).all()) == 1


def test_nothing_is_done_once_the_shopper_was_told_that_it_failed(chat: Rehearsal) -> None:  # noqa: F811
    a_message(chat)
    chat.metadata["answer_by"] = time.time() - 1
    with pytest.raises(TurnExpired):
        chat.say("add_to_cart", "the [second](ordinal:2)")
    assert in_cart(chat) == {}


def test_what_took_too_long_is_undone(
    chat: Rehearsal,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    a_message(chat)
    clock = iter([0.0, 10.0])
    chat.metadata["answer_by"] = 5.0
    monkeypatch.setattr("actions.turn.time.time", lambda: next(clock, 10.0))
    with pytest.raises(TurnExpired):
        chat.say("add_to_cart", "the [second](ordinal:2)")
    monkeypatch.undo()
    chat.metadata.pop("answer_by")
    assert in_cart(chat) == {}
