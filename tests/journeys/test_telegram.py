"""A shopper on Telegram and a whole shop: search, pages, cart, a person."""

import pytest

from tests.gateway.conftest import wait_until
from tests.gateway.telegram.bot_api import BotApi
from tests.journeys.shop import RunningShop

pytestmark = pytest.mark.journey
PATIENCE_S = 30.0


def test_from_the_first_hello_to_a_person(shop: RunningShop, telegram: BotApi) -> None:
    maya = telegram.person()
    maya.says("/start")
    assert "I'm a bot" in maya.sees("shopping assistant", seconds=PATIENCE_S).text

    maya.says("show me some mugs")
    wait_until(lambda: any(seen.photo for seen in maya.seen), seconds=PATIENCE_S)
    card = next(seen for seen in maya.seen if seen.photo)
    first = card.text.splitlines()[0]
    maya.taps("▶", on=card)
    wait_until(lambda: card.edits == 1, seconds=PATIENCE_S)
    second = card.text.splitlines()[0]
    assert second != first

    seen = len(maya.seen)
    maya.taps("Add to cart", on=card)
    maya.sees(second, after=seen, seconds=PATIENCE_S)
    seen = len(maya.seen)
    maya.says("what's in my cart?")
    maya.sees(second, after=seen, seconds=PATIENCE_S)

    seen = len(maya.seen)
    maya.says("I want to talk to a person")
    # One of two wordings, drawn by chance.
    called = ("getting a person", "asked my colleagues")
    wait_until(
        lambda: any(words in said.text for said in maya.seen[seen:] for words in called),
        seconds=PATIENCE_S,
    )
    assert telegram.refused == []
    assert all(answer == "" for answer in telegram.answered.values())
