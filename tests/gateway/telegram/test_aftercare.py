"""After a person's help: how it was, and the conversation to keep."""

from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from db.tables.conversations import Conversation
from db.tables.handoffs import Rating
from db.tables.staff import StaffMember
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.staff.conftest import PASSWORD, quick_hash
from tests.gateway.telegram.bot_api import Person
from tests.gateway.telegram.conftest import TelegramShop, settle

Act = Callable[..., Any]
QUESTION = "How was this conversation?"


@pytest.fixture
def ana(shop: TelegramShop) -> Act:
    """What Ana does at her console with Maya's conversation."""
    shop.add(
        StaffMember(
            id="ana",
            email="ana@shop.example",
            name="Ana",
            role="agent",
            password_hash=quick_hash(),
        )
    )
    client = httpx.Client(base_url=f"{shop.url}/api/staff", timeout=20)
    login = {"email": "ana@shop.example", "password": PASSWORD}
    client.headers["X-CSRF-Token"] = client.post("/login", json=login).json()["csrf_token"]

    def act(what: str, **body: Any) -> None:
        with shop.sessions() as session:
            here = session.scalars(select(Conversation.id).order_by(Conversation.created_at)).all()
        answer = client.post(f"/conversations/{here[0]}/{what}", json=body or None)
        assert answer.is_success, answer.text

    return act


def helped(shop: TelegramShop, ana: Act) -> Person:
    """Maya, whom Ana has helped and said goodbye to."""
    maya = shop.begins()
    ana("claim")
    ana("messages", text="It leaves tomorrow.")
    ana("close")
    maya.sees("has been closed")
    return maya


def scores(shop: TelegramShop) -> list[int]:
    with shop.sessions() as session:
        return list(session.scalars(select(Rating.score)))


def test_whoever_was_helped_is_asked_how_it_was_and_one_tap_says_it(
    shop: TelegramShop, ana: Act
) -> None:
    maya = helped(shop, ana)
    question = maya.sees(QUESTION)
    assert question.titles == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]

    query = maya.taps("4 ★", on=question)
    wait_until(lambda: question.edits == 1)
    late = maya.taps_data(question_data(shop, 1), on=question)
    wait_until(lambda: late in shop.api.answered)

    assert question.text == "★★★★☆\nThank you, that helps us."
    assert question.keyboard == []
    assert shop.api.answered[query] == ""
    assert scores(shop) == [4]
    with shop.sessions() as session:
        # A grade is no message: the conversation stays closed.
        assert session.scalars(select(Conversation.state)).one() == "closed"


def question_data(shop: TelegramShop, score: int) -> str:
    """What the question's buttons send."""
    sent = next(given for given in shop.api.called("sendMessage") if QUESTION in given["text"])
    buttons = sent["reply_markup"]["inline_keyboard"][0]
    return str(buttons[score - 1]["callback_data"])


@on_sqlite
def test_nobody_grades_the_help_that_another_got(shop: TelegramShop, ana: Act) -> None:
    helped(shop, ana).sees(QUESTION)
    ben = shop.begins(shop.api.person(7004, first="Ben"))

    for data in (question_data(shop, 1), "grade:999:5", "grade:1:9", "grade:x:1"):
        query = ben.taps_data(data, on=ben.seen[0])
        wait_until(lambda query=query: "too old" in shop.api.answered.get(query, ""))

    assert scores(shop) == []


@on_sqlite
def test_a_conversation_that_nobody_answered_is_closed_without_a_question(
    shop: TelegramShop, ana: Act
) -> None:
    maya = shop.begins()

    ana("close")
    maya.sees("has been closed")
    settle()

    assert not any(QUESTION in text for text in maya.texts)


@on_sqlite
def test_each_help_is_asked_about_and_nothing_else(shop: TelegramShop, ana: Act) -> None:
    maya = helped(shop, ana)
    maya.taps("2 ★", on=maya.sees(QUESTION))
    maya.says("hello again")
    maya.sees("You said: hello again")
    ana("claim")
    ana("messages", text="Back again.")
    ana("release")
    maya.sees("You're back with")
    settle()
    assert sum(QUESTION in text for text in maya.texts) == 0, "the one answered shows its stars"

    ana("claim")
    ana("messages", text="And once more.")
    ana("close")
    again = maya.sees(QUESTION)
    maya.taps("5 ★", on=again)
    wait_until(lambda: scores(shop) == [2, 5])


@on_sqlite
def test_the_conversation_comes_as_a_file(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("red shoes <b>")
    maya.sees("You said: red shoes")

    maya.says("/transcript")
    wait_until(lambda: maya.seen[-1].document is not None)

    text = (maya.seen[-1].document or b"").decode()
    assert "You: red shoes <b>\n" in text
    assert "Assistant (bot): You said: red shoes <b>\n" in text
