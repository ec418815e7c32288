"""Looking at the cart, and paying."""

import json
from decimal import Decimal

import pytest
from sqlalchemy import select

from db.tables.shop_requests import ShopRequest
from shop.cart import find_cart
from tests.actions.cart.contents import change_product, in_cart
from tests.actions.rehearsal import Rehearsal


def test_the_cart_is_shown_with_its_lines_and_sum(filled: Rehearsal) -> None:
    answer = filled.say("view_cart", "what's in my cart")
    assert "• **Meadow Mug**: $10" in answer.text
    assert "• 2 × **Harbor Mug** at $20: $40" in answer.text
    assert "$95" in answer.text
    assert answer.cards == ["m1", "m2", "lamp"]
    assert "Checkout" in answer.buttons


def test_the_cart_is_then_the_list_that_places_count_in(filled: Rehearsal) -> None:
    filled.say("view_cart", "show my basket")
    assert filled.say("ask_product_detail", "how much is the [third](ordinal:3)").cards == ["lamp"]


def test_changes_since_it_went_in_are_said(filled: Rehearsal) -> None:
    change_product(filled, "m1", price=Decimal(8))
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", availability="out_of_stock")
    text = filled.say("view_cart", "cart").text
    assert "$8 (cheaper now: it was $10" in text
    assert "only 1 left" in text
    assert "sold out" in text
    assert "$48" in text


@pytest.mark.parametrize("intent", ["view_cart", "checkout", "remove_from_cart"])
def test_an_empty_cart_says_so(chat: Rehearsal, intent: str) -> None:
    answer = chat.say(intent, "my cart")
    assert "cart" in answer.text
    assert "Keep shopping" in answer.buttons
    assert answer.cards == []


def test_checkout_leads_to_the_shops_page(filled: Rehearsal) -> None:
    answer = filled.say("checkout", "checkout please")
    with filled.services.sessions() as session:
        cart = find_cart(session, conversation_id="t")
    assert f"/checkout?cart={cart.id})" in answer.text
    assert "$95" in answer.text
    assert len(in_cart(filled)) == 3


def test_what_cannot_be_had_is_put_right_first(filled: Rehearsal) -> None:
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", active=False)
    answer = filled.say("checkout", "pay now")
    assert "/checkout" not in answer.text
    filled.press(answer, "Only 1 of the Harbor Mug")
    filled.press(answer, "Take out the Aurora Table Lamp")
    assert in_cart(filled) == {"m1": 1, "m2": 1}
    assert "/checkout" in filled.say("checkout", "pay now").text


def test_yes_puts_it_right(filled: Rehearsal) -> None:
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", active=False)
    filled.say("checkout", "pay now")
    filled.say("affirm", "yes please")
    assert in_cart(filled) == {"m1": 1, "m2": 1}


def test_yes_puts_in_what_was_not_in_it(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [first](ordinal:1)")
    chat.say("remove_from_cart", product_id="lamp", quantity=2)
    chat.say("affirm", "yes")
    assert in_cart(chat) == {"m1": 1, "lamp": 2}


def test_yes_to_an_empty_cart_brings_something(chat: Rehearsal) -> None:
    chat.say("view_cart", "my cart")
    assert chat.say("affirm", "yes").cards


def test_with_a_webhook_the_shop_is_asked_once(filled: Rehearsal) -> None:
    filled.services = type(filled.services)(
        sessions=filled.services.sessions,
        recommender=filled.recommender,
        faq=filled.faq,
        currency="USD",
        webhook=True,
    )
    assert "as soon as they confirm" in filled.say("checkout", "checkout").text
    assert "already" in filled.say("checkout", "checkout").text
    with filled.services.sessions() as session:
        (request,) = session.scalars(select(ShopRequest))
    assert (request.kind, request.conversation_id) == ("cart.checkout", "t")
    data = json.loads(json.dumps(request.data))
    assert [(line["product_id"], line["quantity"]) for line in data["lines"]] == [
        ("m1", 1),
        ("m2", 2),
        ("lamp", 1),
    ]
    assert data["total"] == [{"amount": "95.00", "currency": "USD"}]
    assert "with the shop" in filled.say("view_cart", "my cart").text
    filled.slots["shown"] = ["m1", "m2"]
    filled.say("add_to_cart", "the [first](ordinal:1)")
    assert in_cart(filled) == {"m1": 1}
