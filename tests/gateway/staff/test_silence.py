"""Beside a person the bot is silent, also with what it was just about to say."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from gateway.app import Patience
from gateway.bot_client import Reply
from tests.gateway.conftest import Chat, Gateway, stored
from tests.gateway.staff.conftest import Office


@pytest.fixture
def patience() -> Patience:
    """The bot may take as long as the test wants it to."""
    return Patience(nlu=0.5, bot=20.0, first_frame=0.5, shutdown=2.0)


class PonderingBot:
    """Comes to its answer when it is let."""

    def __init__(self) -> None:
        self.asked, self.may_answer = threading.Event(), threading.Event()

    async def answer(self, conversation_id: str, **question: Any) -> list[Reply]:
        self.asked.set()
        while not self.may_answer.is_set():
            await asyncio.sleep(0.005)
        return [Reply(text="at last")]


def during_a_turn(gateway: Gateway, chat: Chat, act: Callable[[], None]) -> dict[str, Any]:
    """Do something while the bot works on an answer; the answer to the shopper."""
    bot = PonderingBot()
    gateway.bot.answer = bot.answer  # type: ignore[method-assign]
    with ThreadPoolExecutor(1) as pool:
        turn = pool.submit(chat.say, "red shoes")
        assert bot.asked.wait(5)
        act()
        bot.may_answer.set()
        return turn.result()


def test_an_answer_that_was_being_worked_out_is_not_said_after_the_claim(office: Office) -> None:
    gateway = office.gateway
    chat, ana = gateway.chat(), office.sign_in("Ana")

    answered = during_a_turn(
        gateway, chat, lambda: ana.act("claim", chat).raise_for_status() and None
    )

    assert (answered["state"], answered["agent"], answered["messages"]) == ("human", "Ana", [])
    assert [m.role for m in stored(gateway, chat)][1:] == ["shopper", "system"]


def test_nor_after_the_conversation_was_closed_meanwhile(office: Office) -> None:
    gateway = office.gateway
    chat, ana = gateway.chat(), office.sign_in("Ana")

    answered = during_a_turn(
        gateway, chat, lambda: ana.act("close", chat).raise_for_status() and None
    )

    assert (answered["state"], answered["messages"]) == ("closed", [])


def test_however_claims_and_messages_meet_the_bot_never_speaks_beside_a_person(
    office: Office,
) -> None:
    gateway = office.gateway
    chat, ana = gateway.chat(), office.sign_in("Ana")
    gateway.bot.delay = lambda text: 0.003

    with ThreadPoolExecutor(4) as pool:
        said = [pool.submit(chat.say, f"message {n}") for n in range(30)]
        for _ in range(6):
            assert ana.act("claim", chat).is_success
            assert ana.say(chat, "I am here")
            assert ana.act("release", chat).is_success
        for one in said:
            one.result()

    speaks = "bot"
    for message in stored(gateway, chat):
        if message.role == "system":
            speaks = "agent" if speaks == "bot" else "bot"
        elif message.role != "shopper":
            assert message.role == speaks
