"""Fill an empty database with the demo shop, and draw its pictures."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Engine, exists, insert, select

from common.errors import Conflict
from common.settings import Settings
from db.demo.goods import Good, make_goods
from db.demo.orders import line_rows, order_rows, place_orders, refund_events
from db.demo.pictures import Painter
from db.demo.reviews import ratings_of, review_events, review_rows, write_reviews
from db.demo.shoppers import make_shoppers
from db.demo.sources import Sources
from db.demo.visits import Visits
from db.demo.year import Year
from db.tables.base import Table
from db.tables.behaviour import Event
from db.tables.catalog import FaqEntry, Product, Review
from db.tables.customers import Customer
from db.tables.orders import Order, OrderLine

SEED = 7
EVENTS = 40_000
BATCH = 5_000
# How far it is, roughly, when the pictures begin and when they are done.
PICTURES_BEGIN = 0.15
PICTURES_DONE = 0.9

# In an order that keeps foreign keys whole.
Tables = list[tuple[type[Table], list[dict[str, Any]]]]


def load_demo(
    engine: Engine,
    *,
    settings: Settings,
    on_progress: Callable[[float], None] | None = None,
    seed: int = SEED,
    today: date | None = None,
) -> None:
    """Put goods, customers and a year of their doings into a database without products.

    The same seed and day make the same rows. All rows go in or none; the pictures lie under
    `settings.media / "products"`, and `settings.home / "demo.json"` says what the shop is called
    and as whom a visitor may continue.

    Args:
        on_progress: is told the share that is done, from 0 to 1.
        today: the year of events ends as this day begins; by default today in UTC.

    Raises:
        Conflict: the database has products already.
    """
    report = on_progress or (lambda _: None)
    with engine.connect() as connection:
        if connection.scalar(select(exists().where(Product.id.is_not(None)))):
            raise Conflict("The demo shop loads only into a database without products.")
    sources = Sources()
    rng = np.random.default_rng(seed)
    day = today or datetime.now(UTC).date()
    goods = make_goods(sources, rng=rng, today=day, currency=settings.currency)
    rows = make_rows(sources, goods, rng=rng, today=day, currency=settings.currency)
    report(PICTURES_BEGIN)

    painter = Painter(sources)
    folder = settings.media / "products"
    folder.mkdir(parents=True, exist_ok=True)
    for done, good in enumerate(goods, 1):
        (folder / f"{good.id}.webp").write_bytes(painter.paint(good))
        report(PICTURES_BEGIN + (PICTURES_DONE - PICTURES_BEGIN) * done / len(goods))

    store(engine, rows)
    _write_card(sources, settings.home / "demo.json", currency=settings.currency)
    report(1.0)


def make_rows(
    sources: Sources, goods: list[Good], *, rng: np.random.Generator, today: date, currency: str
) -> Tables:
    """The rows of every table."""
    year = Year(rng=rng, today=today)
    shoppers = make_shoppers(sources, goods, rng=rng, today=today)
    visits = Visits(sources, goods, shoppers, rng=rng, year=year)
    visits.happen()
    placed = place_orders(visits.purchases, rng=rng, now=year.end)
    written = write_reviews(sources.reviews, placed, rng=rng, now=year.end)
    afterwards = refund_events(placed) + review_events(written)
    visits.fill_up(EVENTS - len(afterwards))
    events = sorted(visits.events + afterwards, key=lambda event: event["occurred_at"])
    ratings = ratings_of(written)
    return [
        (Product, [_rated(good.row, ratings.get(good.id, (None, 0))) for good in goods]),
        (Customer, [shopper.row for shopper in shoppers]),
        (FaqEntry, [{**entry.model_dump(), "updated_at": year.end} for entry in sources.faq]),
        (Order, order_rows(placed, currency=currency)),
        (OrderLine, line_rows(placed)),
        (Review, review_rows(written)),
        (Event, events),
    ]


def _rated(row: dict[str, Any], rating: tuple[float | None, int]) -> dict[str, Any]:
    mean, count = rating
    return {**row, "rating": mean, "rating_count": count}


def store(engine: Engine, tables: Tables) -> None:
    """Put the rows of all tables in, or none."""
    with engine.begin() as connection:
        for table, rows in tables:
            for start in range(0, len(rows), BATCH):
                connection.execute(insert(table), rows[start : start + BATCH])


def _write_card(sources: Sources, path: Path, *, currency: str) -> None:
    shop = {"name": sources.shop.name, "tagline": sources.shop.tagline, "currency": currency}
    customers = [
        {"id": star.id, "name": star.name, "taste": star.taste} for star in sources.people.stars
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    card = json.dumps({"shop": shop, "customers": customers}, ensure_ascii=False, indent=2)
    path.write_text(card + "\n", encoding="utf-8")
