"""Orders over the real processes: a stranger learns nothing, a customer's wish reaches the shop."""

import httpx
import pytest

from tests.fake_shop import FakeShop
from tests.journeys.shop import RunningShop, Shopper

pytestmark = pytest.mark.journey


@pytest.fixture
def maya(shop: RunningShop) -> Shopper:
    """The first of the demo shop's customers, signed in; she has an order that is not yet paid."""
    first = httpx.get(f"{shop.url}/api/demo").json()["customers"][0]
    return shop.shopper(customer={"id": first["id"], "signature": first["signature"]})


def test_a_stranger_is_asked_to_sign_in(shopper: Shopper) -> None:
    for words in ("where is my order?", "cancel order SO-30001", "i want to return my mug"):
        told = shopper.say(words)
        assert "sign in" in told.text
        assert told.cards == []


def test_a_cancellation_is_confirmed_by_both_sides(
    maya: Shopper, own_system: FakeShop, shop: RunningShop
) -> None:
    asked = maya.say("i want to cancel an order")
    if not any(reply["title"].startswith("Yes") for reply in asked.quick_replies):
        asked = maya.tap(asked.quick_replies[0]["payload"])
    requested = maya.tap(asked.reply_titled("Yes"))
    assert "the shop" in requested.text

    assert "cancelled" in maya.until("has confirmed it")
    assert own_system.requests[-1]["type"] == "order.cancel"
    assert own_system.is_signed((shop.home / "keys" / "events_key").read_text().strip())
    order_id = own_system.requests[-1]["data"]["order_id"]
    assert "cancelled" in maya.say(f"where is order {order_id}?").text
