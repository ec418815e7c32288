"""Second bests: tried again while that may help, said at once where it cannot."""

import time

import pytest

from common.errors import ServiceUnavailable
from gateway.bot_client import Reply, TurnFailed
from tests.gateway.conftest import Call, Gateway, echo, stored, texts


def fails(gateway: Gateway, times: int, error: Exception) -> None:
    """The next answers of the bot are failures."""
    left = times

    def reply(call: Call) -> list[Reply]:
        nonlocal left
        left -= 1
        if left >= 0:
            raise error
        return echo(call)

    gateway.bot.reply = reply


@pytest.mark.parametrize("error", [TurnFailed("500"), ServiceUnavailable("refused")])
def test_a_bot_that_is_just_coming_back_is_asked_again(gateway: Gateway, error: Exception) -> None:
    chat = gateway.chat()
    fails(gateway, 1, error)

    answer = chat.say("hello")

    assert texts(answer["messages"]) == ["You said: hello"]
    assert [call.metadata["again"] for call in gateway.bot.calls] == [False, True]
    assert len({call.metadata["message_id"] for call in gateway.bot.calls}) == 1


def test_an_nlu_that_drops_one_call_is_asked_again(gateway: Gateway) -> None:
    chat = gateway.chat()
    parse, calls = gateway.parser.parse, []

    async def once_down(text: str, *, shopper: str) -> object:
        calls.append(text)
        if len(calls) == 1:
            raise ServiceUnavailable("connection reset")
        return await parse(text, shopper=shopper)

    gateway.parser.parse = once_down  # type: ignore[method-assign, assignment]

    assert texts(chat.say("hello")["messages"]) == ["You said: hello"]


def test_try_again_says_the_same_words_once_more_under_the_same_id(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.down = True
    apology = chat.say("add the first one")["messages"][0]
    again = chat.tap(apology["quick_replies"][0])["messages"][0]
    gateway.bot.down = False

    answer = chat.tap(again["quick_replies"][0])

    assert texts(answer["messages"]) == ["You said: add the first one"]
    said = stored(gateway, chat)[1]
    assert {call.metadata["message_id"] for call in gateway.bot.calls} == {str(said.id)}
    assert gateway.bot.calls[-1].metadata["again"] is True
    assert texts(chat.history())[-2:] == ["Try again", "You said: add the first one"]


def test_try_again_of_a_button_means_the_button(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.offers("Show more", "/show_more")
    offered = chat.say("shoes")["messages"][0]["quick_replies"][0]
    gateway.bot.down = True
    apology = chat.tap(offered)["messages"][0]
    gateway.bot.down = False

    chat.tap(apology["quick_replies"][0])

    assert gateway.bot.calls[-1].parse["intent"]["name"] == "show_more"


def test_what_the_nlu_could_not_read_can_be_tried_again(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.down = True
    menu = chat.say("red shoes")["messages"][0]["quick_replies"]
    assert [reply["title"] for reply in menu] == [
        "Try again",
        "Recommend something",
        "Where is my order?",
        "Talk to a person",
    ]
    gateway.parser.down = False

    assert texts(chat.tap(menu[0])["messages"]) == ["You said: red shoes"]


def test_a_bot_that_is_known_to_be_gone_is_not_asked(gateway: Gateway) -> None:
    gateway.bot.down = True
    for _ in range(3):
        gateway.chat().say("hello")
    asked = len(gateway.bot.calls)

    answer = gateway.chat().say("hello")

    assert len(gateway.bot.calls) == asked
    assert answer["messages"][0]["text"].startswith("I'm sorry")


def test_a_bot_that_is_back_is_found_again(gateway: Gateway) -> None:
    gateway.bot.down = True
    for _ in range(3):
        gateway.chat().say("hello")
    gateway.bot.down = False
    time.sleep(2.1)

    assert texts(gateway.chat().say("hello")["messages"]) == ["You said: hello"]


def test_one_message_that_always_fails_shuts_nobody_else_out(gateway: Gateway) -> None:
    fails(gateway, 1000, TurnFailed("an action fails"))
    for _ in range(4):
        gateway.chat().say("hello")
    gateway.bot.reply = echo

    assert texts(gateway.chat().say("hello")["messages"]) == ["You said: hello"]
