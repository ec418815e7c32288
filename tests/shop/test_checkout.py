from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.conversations import Conversation
from db.tables.shop_requests import ShopRequest
from shop.cart import add_product, find_cart
from shop.checkout import check_out, checkout_address
from shop.shopper import Shopper
from tests.builders import a_product

GUEST = Shopper(session_id="talk")


@pytest.fixture
def shop(session: Session) -> Session:
    """Two mugs at $12.50 are in the cart."""
    session.add_all([Conversation(id="talk", channel="web"), a_product(id="mug", price="12.50")])
    session.flush()
    add_product(session, "mug", shopper=GUEST, quantity=2)
    return session


def requests(session: Session) -> list[ShopRequest]:
    return list(session.scalars(select(ShopRequest)))


def test_without_a_webhook_the_cart_stays_open(shop: Session) -> None:
    cart = check_out(shop, shopper=GUEST, webhook=False)
    assert (cart.state, len(cart.lines)) == ("open", 1)
    assert requests(shop) == []
    assert [e.name for e in shop.scalars(select(Event))] == ["add_to_cart", "begin_checkout"]


def test_with_one_the_shop_is_asked_and_the_next_cart_is_new(shop: Session) -> None:
    cart = check_out(shop, shopper=GUEST, webhook=True)
    (request,) = requests(shop)
    assert cart.state == "requested"
    assert (request.kind, request.subject, request.state) == ("cart.checkout", cart.id, "pending")
    assert request.data["total"] == [{"amount": "25.00", "currency": "USD"}]
    assert not find_cart(shop, conversation_id="talk").lines
    assert not check_out(shop, shopper=GUEST, webhook=True).lines
    assert len(requests(shop)) == 1


def test_nothing_that_cannot_be_had_is_checked_out(shop: Session) -> None:
    shop.get_one(Product, "mug").stock = 1
    shop.flush()
    cart = check_out(shop, shopper=GUEST, webhook=True)
    assert [(line.quantity, line.left) for line in cart.lacking] == [(2, 1)]
    assert cart.state == "open"
    assert requests(shop) == []


def test_amounts_in_two_currencies_are_not_added_up(shop: Session) -> None:
    shop.add(a_product(id="rug", price="80.00", currency="EUR"))
    shop.flush()
    add_product(shop, "rug", shopper=GUEST)
    cart = check_out(shop, shopper=GUEST, webhook=False)
    assert cart.totals == {"USD": Decimal(25), "EUR": Decimal(80)}


def test_the_address_carries_the_carts_id() -> None:
    assert checkout_address("https://x.example/pay/{cart_id}?a={b}", "a/1") == (
        "https://x.example/pay/a%2F1?a={b}"
    )
