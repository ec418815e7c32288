import hashlib
import json
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import Engine, exists, func, or_, select
from sqlalchemy.orm import Session

from common.errors import Conflict
from db.demo.goods import make_goods
from db.demo.load import Tables, load_demo, make_rows, store
from db.demo.sources import Sources
from db.tables.behaviour import Event
from db.tables.catalog import FaqEntry, Product, Review
from db.tables.customers import Customer
from db.tables.orders import Order, OrderLine
from tests.db.demo.conftest import TODAY, DemoShop, settings_in

STATES = {"placed", "paid", "shipped", "delivered", "cancelled", "returned", "refunded"}


def make_all(*, seed: int, today: date = TODAY) -> Tables:
    sources, rng = Sources(), np.random.default_rng(seed)
    goods = make_goods(sources, rng=rng, today=today, currency="USD")
    return make_rows(sources, goods, rng=rng, today=today, currency="USD")


@pytest.fixture(scope="module")
def rows() -> Tables:
    """All rows of one seed and day."""
    return make_all(seed=1)


def hash_of(tables: Tables) -> str:
    content = [(table.__tablename__, rows) for table, rows in tables]
    return hashlib.sha256(repr(content).encode()).hexdigest()


def count(session: Session, table: type) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def test_the_shop_has_the_size_it_says(shop_session: Session) -> None:
    assert count(shop_session, Product) == 600
    assert count(shop_session, Customer) == 400
    assert count(shop_session, Event) == 40_000
    assert count(shop_session, FaqEntry) == 40
    assert 2_400 <= count(shop_session, Review) <= 2_600
    assert len(shop_session.scalars(select(Product.category).distinct()).all()) == 12


def test_the_same_seed_and_day_make_the_same_rows(rows: Tables) -> None:
    assert hash_of(rows) == hash_of(make_all(seed=1))


def test_another_seed_or_day_makes_another_shop(rows: Tables) -> None:
    hashes = {
        hash_of(rows),
        hash_of(make_all(seed=2)),
        hash_of(make_all(seed=1, today=TODAY + timedelta(days=1))),
    }
    assert len(hashes) == 3


def test_both_databases_take_it(database: Engine, rows: Tables) -> None:
    store(database, rows)
    with Session(database) as session:
        assert count(session, Event) == 40_000


def test_a_database_with_products_is_refused(demo_shop: DemoShop) -> None:
    with pytest.raises(Conflict, match="without products"):
        load_demo(demo_shop.engine, settings=demo_shop.settings)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_failed_load_leaves_the_database_empty(database: Engine, tmp_path: Path) -> None:
    def stop_at_the_end(share: float) -> None:
        if share >= 0.15:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        load_demo(database, settings=settings_in(tmp_path), on_progress=stop_at_the_end)
    with Session(database) as session:
        assert count(session, Product) == 0
    assert not (tmp_path / "demo.json").exists()


def test_loading_takes_less_than_a_minute_of_work(demo_shop: DemoShop) -> None:
    # 13 s on an idle machine of two cores; a core that is shared took 30 for the same.
    assert demo_shop.seconds_of_work < 60


def test_progress_goes_up_to_the_end(demo_shop: DemoShop) -> None:
    assert demo_shop.progress == sorted(demo_shop.progress)
    assert demo_shop.progress[-1] == 1.0
    assert len(demo_shop.progress) > 100


def test_the_card_names_the_shop_and_four_customers(
    demo_shop: DemoShop, shop_session: Session
) -> None:
    card = json.loads((demo_shop.settings.home / "demo.json").read_text(encoding="utf-8"))
    assert card["shop"]["currency"] == "USD"
    assert card["shop"]["name"]
    assert card["shop"]["tagline"]
    assert len(card["customers"]) == 4
    for customer in card["customers"]:
        stored = shop_session.get_one(Customer, customer["id"])
        assert stored.name == customer["name"]
        assert customer["taste"]


def test_orders_are_in_every_state(shop_session: Session) -> None:
    assert set(shop_session.scalars(select(Order.status).distinct())) == STATES


def test_each_named_customer_has_orders_in_several_states(
    demo_shop: DemoShop, shop_session: Session
) -> None:
    for star in Sources().people.stars:
        states = shop_session.scalars(select(Order.status).where(Order.customer_id == star.id))
        assert set(star.orders) <= set(states)
        assert len(set(star.orders)) >= 3


def test_each_named_customer_has_another_favourite_department(shop_session: Session) -> None:
    favourites = {star.id: _favourite(shop_session, star.id) for star in Sources().people.stars}
    assert len(set(favourites.values())) == 4


def test_each_named_customer_has_a_long_history(shop_session: Session) -> None:
    for star in Sources().people.stars:
        events = select(func.count()).where(Event.customer_id == star.id)
        assert (shop_session.scalar(events) or 0) >= 200


def test_events_are_of_products_and_customers_that_exist(shop_session: Session) -> None:
    strange = select(Event.id).where(
        or_(
            Event.product_id.is_not(None) & ~exists().where(Product.id == Event.product_id),
            Event.customer_id.is_not(None) & ~exists().where(Customer.id == Event.customer_id),
        )
    )
    assert shop_session.scalars(strange).all() == []


def test_events_lie_within_the_year_before_the_day(shop_session: Session) -> None:
    first, last = shop_session.execute(
        select(func.min(Event.occurred_at), func.max(Event.occurred_at))
    ).one()
    assert last.date() == TODAY - timedelta(days=1)
    assert timedelta(days=360) < last - first <= timedelta(days=366)


def test_nobody_looked_at_a_product_before_it_arrived(shop_session: Session) -> None:
    early = (
        select(Event.id)
        .join(Product, Product.id == Event.product_id)
        .where(Event.occurred_at < Product.created_at)
    )
    assert shop_session.scalars(early).all() == []


def test_every_order_line_was_a_purchase(shop_session: Session) -> None:
    lines = _sorted(
        shop_session,
        select(Order.created_at, Order.customer_id, OrderLine.product_id, OrderLine.quantity).join(
            OrderLine, OrderLine.order_id == Order.id
        ),
    )
    purchases = _sorted(
        shop_session,
        select(Event.occurred_at, Event.customer_id, Event.product_id, Event.quantity).where(
            Event.name == "purchase"
        ),
    )
    assert lines == purchases


def test_money_came_back_for_cancelled_and_refunded_orders_alone(shop_session: Session) -> None:
    lines = _sorted(
        shop_session,
        select(Order.updated_at, Order.customer_id, OrderLine.product_id, OrderLine.quantity)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.status.in_(("cancelled", "refunded"))),
    )
    refunds = _sorted(
        shop_session,
        select(Event.occurred_at, Event.customer_id, Event.product_id, Event.quantity).where(
            Event.name == "refund"
        ),
    )
    assert lines == refunds


def test_every_review_is_of_something_its_author_was_sent(shop_session: Session) -> None:
    sent = _sorted(
        shop_session,
        select(Order.customer_id, OrderLine.product_id)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.status.in_(("delivered", "returned", "refunded"))),
    )
    reviewed = _sorted(shop_session, select(Review.customer_id, Review.product_id))
    assert set(reviewed) <= set(sent)
    assert len(set(reviewed)) == len(reviewed)


def test_gloves_sell_in_winter_and_gardens_in_spring(shop_session: Session) -> None:
    assert _share(shop_session, Product.product_type == "gloves", months={11, 12, 1, 2}) > 0.6
    assert _share(shop_session, Product.category == "garden", months={3, 4, 5, 6, 7, 8}) > 0.6


def _share(session: Session, which: object, *, months: set[int]) -> float:
    statement = (
        select(Event.occurred_at)
        .join(Product, Product.id == Event.product_id)
        .where(which, Event.country != "AU")  # type: ignore[arg-type]
    )
    moments: Sequence[datetime] = session.scalars(statement).all()
    return sum(moment.month in months for moment in moments) / len(moments)


def _favourite(session: Session, customer_id: str) -> str:
    statement = (
        select(Product.category)
        .join(Event, Event.product_id == Product.id)
        .where(Event.customer_id == customer_id)
        .group_by(Product.category)
        .order_by(func.count().desc())
        .limit(1)
    )
    return session.scalars(statement).one()


def _sorted(session: Session, statement: object) -> list[tuple[object, ...]]:
    return sorted(map(tuple, session.execute(statement)), key=repr)  # type: ignore[call-overload]
