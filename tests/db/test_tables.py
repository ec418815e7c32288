from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from db.tables.conversations import Conversation
from db.tables.orders import Cart, Order
from tests.builders import a_customer, a_product, an_event, an_order, an_order_line


@pytest.mark.parametrize("amount", ["59.90", "0", "0.001", "9999999.99"])
def test_an_amount_comes_back_exactly(session: Session, amount: str) -> None:
    session.add(a_product(id="1", price=Decimal(amount)))
    session.commit()
    session.expire_all()
    assert session.get_one(Product, "1").price == Decimal(amount)


def test_amounts_compare_and_add_up_in_sql(session: Session) -> None:
    session.add_all(a_product(price=Decimal(price)) for price in ("9.10", "10.00", "100.20"))
    session.flush()
    cheap = select(func.count()).where(Product.price < Decimal("10.50"))
    assert session.scalar(cheap) == 2
    assert session.scalar(select(func.sum(Product.price))) == Decimal("119.30")


def test_a_moment_comes_back_in_utc(session: Session) -> None:
    in_berlin = datetime(2026, 5, 4, 14, 0, tzinfo=timezone(timedelta(hours=2)))
    event = an_event(occurred_at=in_berlin)
    session.add(event)
    session.commit()
    session.expire_all()
    assert event.occurred_at == datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
    assert event.occurred_at.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(session: Session) -> None:
    session.add(an_event(occurred_at=datetime(2026, 5, 4)))  # noqa: DTZ001 - the mistake itself
    with pytest.raises(StatementError, match="no time zone"):
        session.flush()


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    attributes=st.dictionaries(
        st.text("abc", min_size=1), st.text("é☕<>'\"\\ ") | st.lists(st.text("ab"))
    )
)
def test_attributes_come_back_as_they_went(
    session: Session, attributes: dict[str, str | list[str]]
) -> None:
    product = a_product(attributes=attributes)
    session.add(product)
    session.flush()
    session.expire(product)
    assert product.attributes == attributes


def test_a_conversation_has_one_open_cart(session: Session) -> None:
    session.add(Conversation(id="talk", channel="web"))
    session.flush()
    session.add(Cart(id="old", conversation_id="talk", state="confirmed"))
    session.add(Cart(id="open", conversation_id="talk"))
    session.flush()
    session.add(Cart(id="second", conversation_id="talk"))
    with pytest.raises(IntegrityError):
        session.flush()


def test_an_erased_conversation_leaves_what_was_bought_in_it(session: Session) -> None:
    conversation = Conversation(id="talk", channel="web")
    session.add(conversation)
    session.flush()
    session.add(Cart(id="cart", conversation_id="talk", state="confirmed"))
    session.flush()
    session.delete(conversation)
    session.flush()
    session.expire_all()
    assert session.get_one(Cart, "cart").conversation_id is None


def test_an_order_goes_with_its_lines(session: Session) -> None:
    cap, customer = a_product(), a_customer()
    session.add_all([cap, customer])
    session.flush()
    session.add(an_order(an_order_line(cap, quantity=2), id="o", customer_id=customer.id))
    session.commit()
    session.expire_all()
    order = session.get_one(Order, "o")
    assert [(line.product_id, line.quantity) for line in order.lines] == [(cap.id, 2)]
    session.delete(order)
    session.flush()
