from decimal import Decimal

from sqlalchemy.orm import Session

from shop.cards import find_products, hydrate
from tests.builders import a_product


def test_a_card_shows_prices_with_two_decimals(session: Session) -> None:
    session.add(a_product(id="p", price=Decimal(60), list_price=Decimal("75.5")))
    session.flush()
    card = hydrate(session, ["p"])["p"]
    assert (card.price.amount, card.price.currency) == ("60.00", "USD")
    assert card.list_price is not None
    assert card.list_price.amount == "75.50"


def test_a_price_below_a_cent_does_not_read_as_nothing(session: Session) -> None:
    session.add(a_product(id="p", price=Decimal("0.001")))
    session.flush()
    assert Decimal(hydrate(session, ["p"])["p"].price.amount) > 0


def test_a_product_without_a_page_of_its_own_gets_ours(session: Session) -> None:
    session.add(a_product(id="p", url=None))
    session.flush()
    assert hydrate(session, ["p"])["p"].url == "/products/p"


def test_unknown_and_retired_products_have_no_card(session: Session) -> None:
    session.add(a_product(id="old", active=False))
    session.flush()
    assert hydrate(session, ["old", "never"]) == {}


def test_products_come_in_the_order_asked_for(session: Session) -> None:
    session.add_all([a_product(id=name) for name in "abc"])
    session.flush()
    assert [p.id for p in find_products(session, ["c", "a", "c", "b"])] == ["c", "a", "b"]
