from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from shop.orders import find_order, latest_orders
from tests.builders import NOON, a_customer, an_order


@pytest.fixture
def shop(session: Session) -> Session:
    session.add_all([a_customer(id="maya"), a_customer(id="noah")])
    session.flush()
    for day in range(4):
        made = NOON + timedelta(days=day)
        session.add(an_order(id=f"M{day}", customer_id="maya", created_at=made))
    session.add(an_order(id="N1", customer_id="noah"))
    session.flush()
    return session


def test_the_newest_orders_come_first(shop: Session) -> None:
    assert [o.id for o in latest_orders(shop, customer_id="maya")] == ["M3", "M2", "M1"]


def test_an_order_is_found_by_its_number_with_or_without_the_sign(shop: Session) -> None:
    for number in ("M1", "#M1"):
        order = find_order(shop, customer_id="maya", order_id=number)
        assert order is not None
        assert order.id == "M1"


def test_nobody_learns_of_anothers_order(shop: Session) -> None:
    assert find_order(shop, customer_id="maya", order_id="N1") is None
