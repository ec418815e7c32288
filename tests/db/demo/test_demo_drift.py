"""A fresh demo shop is a quiet one: nobody is alarmed by what was drawn."""

from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.catalog import Review
from db.tables.orders import Order
from learning.drift_report import report
from tests.db.demo.conftest import DemoShop


def test_nothing_has_drifted_in_a_fresh_demo_shop(
    shop_session: Session, demo_shop: DemoShop
) -> None:
    last = shop_session.scalar(select(func.max(Event.occurred_at)))
    assert last is not None
    for later in (timedelta(minutes=1), timedelta(hours=20), timedelta(days=3)):
        measures = {
            m.name: m for m in report(shop_session, demo_shop.settings, at=last + later).measures
        }
        assert measures["behaviour"].state == "quiet"
        assert [name for name, each in measures.items() if each.state == "alert"] == []


def test_reviews_do_not_pile_up_on_the_last_day(shop_session: Session) -> None:
    written = sorted(shop_session.scalars(select(Review.created_at)))
    # The busiest days of the year have under one in fifty; all that was to come made one in twenty.
    lately = sum(at > written[-1] - timedelta(days=1) for at in written)
    assert lately < len(written) / 40


def test_nobody_reviews_before_the_first_order(shop_session: Session) -> None:
    first_order = shop_session.scalar(select(func.min(Order.created_at)))
    first_review = shop_session.scalar(select(func.min(Review.created_at)))
    assert first_order is not None
    assert first_review is not None
    assert first_review > first_order + timedelta(days=5)
