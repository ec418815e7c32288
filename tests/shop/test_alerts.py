"""Wishes to be told: kept once, told once."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from db.tables.conversations import Conversation
from shop.alerts import count_alerts, subscribe, take_news, unsubscribe
from shop.shopper import Shopper
from tests.builders import a_product

GUEST = Shopper(session_id="c1", locale="en")


@pytest.fixture
def lamp(session: Session) -> Product:
    session.add(Conversation(id="c1", channel="web"))
    product = a_product(price=Decimal(50))
    session.add(product)
    session.flush()
    return product


def test_a_lower_price_is_told_once_with_what_it_was(session: Session, lamp: Product) -> None:
    assert subscribe(session, lamp, shopper=GUEST) == "price_drop"
    assert take_news(session) == []
    lamp.price = Decimal(40)
    session.flush()
    (news,) = take_news(session)
    assert (news.conversation_id, news.kind, news.was) == ("c1", "price_drop", Decimal(50))
    assert take_news(session) == []


def test_a_return_to_stock_is_told(session: Session, lamp: Product) -> None:
    lamp.stock = 0
    assert subscribe(session, lamp, shopper=GUEST) == "back_in_stock"
    assert take_news(session) == []
    lamp.stock = 4
    session.flush()
    assert [news.kind for news in take_news(session)] == ["back_in_stock"]


def test_a_cheaper_thing_that_is_sold_out_is_no_news(session: Session, lamp: Product) -> None:
    subscribe(session, lamp, shopper=GUEST)
    lamp.price, lamp.stock = Decimal(10), 0
    session.flush()
    assert take_news(session) == []


def test_asking_twice_keeps_one_wish(session: Session, lamp: Product) -> None:
    subscribe(session, lamp, shopper=GUEST)
    subscribe(session, lamp, shopper=GUEST)
    assert count_alerts(session, shopper=GUEST) == 1
    assert unsubscribe(session, lamp.id, shopper=GUEST)
    assert not unsubscribe(session, lamp.id, shopper=GUEST)
    assert count_alerts(session, shopper=GUEST) == 0
