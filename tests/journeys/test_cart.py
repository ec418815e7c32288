"""A cart filled in the chat, and paid for on the shop's page."""

import re

import pytest

from tests.fake_shop import FakeShop
from tests.journeys.shop import Shopper

pytestmark = pytest.mark.journey


def in_cart(shopper: Shopper) -> dict[str, int]:
    cart = shopper.http.get("/api/chat/cart").json()
    return {line["product_id"]: line["quantity"] for line in cart["lines"]}


def test_a_cart_from_the_first_mug_to_the_checkout(shopper: Shopper, own_system: FakeShop) -> None:
    mugs = [card["product_id"] for card in shopper.say("show me some mugs").cards]
    shopper.say("add two of the second one")
    added = shopper.say("put the first one in my basket")
    assert in_cart(shopper) == {mugs[1]: 2, mugs[0]: 1}

    seen = shopper.tap(added.reply_titled("view cart"))
    assert [card["product_id"] for card in seen.cards] == [mugs[1], mugs[0]]
    shopper.say("make the first one three")
    removed = shopper.say("remove the second one")
    assert mugs[0] not in in_cart(shopper)
    shopper.tap(removed.reply_titled("put it back"))
    assert mugs[0] in in_cart(shopper)

    wanted = in_cart(shopper)
    page = re.search(r"\]\((/checkout\?cart=([\w-]+))\)", shopper.say("checkout please").text)
    assert page is not None
    assert shopper.http.get(page[1]).status_code == 200
    paid = shopper.http.get(f"/api/demo/carts/{page[2]}").json()
    assert {line["product_id"]: line["quantity"] for line in paid["lines"]} == wanted
    shopper.until("has confirmed your order")
    assert page[2] in [
        request["data"].get("cart_id")
        for request in own_system.requests
        if request["type"] == "cart.checkout"
    ]

    # The shop has that cart now: what comes next goes into another.
    shopper.say("show me some mugs")
    shopper.say("add the first one to my cart")
    assert list(in_cart(shopper).values()) == [1]
    shopper.say("empty my cart")
    assert in_cart(shopper) == {}
    seen = shopper.say("what's in my cart")
    assert "Checkout" not in [reply["title"] for reply in seen.quick_replies]
