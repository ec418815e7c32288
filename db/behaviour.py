"""Queries on what shoppers did: one shopper's last steps, and how many wanted each product."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, distinct, extract, func, select, union_all
from sqlalchemy.orm import Session

from db.tables.base import UtcDateTime
from db.tables.behaviour import Event

# These say something without naming a product.
WITHOUT_ITEMS = frozenset({"search", "view_cart", "begin_checkout", "view_item_list"})
# Steps that say that somebody wants the product.
WANTING = ("view_item", "add_to_wishlist", "add_to_cart", "purchase")
_STREAMED = 5_000


@dataclass(frozen=True, slots=True)
class Step:
    """One event of one shopper, as much of it as taste is made of."""

    id: int
    name: str
    product_id: str
    occurred_at: datetime
    rating: int | None


@dataclass(frozen=True, slots=True)
class Demand:
    """How many different shoppers took this step with this product in one period.

    `period` is a day ("2026-11-21") or a month of the calendar ("1" to "12").
    """

    product_id: str
    name: str
    country: str | None
    period: str
    shoppers: int


def recent_events(
    session: Session,
    *,
    customer_id: str | None = None,
    session_id: str | None = None,
    limit: int = 50,
) -> list[Step]:
    """The last steps of this customer or this conversation that concern a product, newest first.

    A guest who signs in has events under both names: they are merged. Each name is looked up on
    its own, since neither database walks two indexes in order of time for an OR.
    """
    wanted = (Event.id, Event.name, Event.product_id, Event.occurred_at, Event.rating)
    newest = [
        select(
            select(*wanted)
            .where(column == value, Event.product_id.is_not(None))
            .order_by(Event.occurred_at.desc())
            .limit(limit)
            .subquery()
        )
        for column, value in ((Event.customer_id, customer_id), (Event.session_id, session_id))
        if value is not None
    ]
    if not newest:
        return []
    steps = {row.id: Step(*row) for row in session.execute(union_all(*newest))}
    newest_first = sorted(steps.values(), key=lambda e: (e.occurred_at, e.id), reverse=True)
    return newest_first[:limit]


def each_shoppers_events(session: Session) -> Iterator[list[Step]]:
    """All steps that concern a product, one shopper after another, each's oldest first.

    Read in one stream: the table may be larger than memory. A signed-in shopper's steps come
    together, wherever they were taken; a guest's, those of one conversation or browser.
    """
    shopper = func.coalesce(Event.customer_id, Event.session_id)
    steps = (
        select(shopper, Event.id, Event.name, Event.product_id, Event.occurred_at, Event.rating)
        .where(Event.product_id.is_not(None), shopper.is_not(None))
        .order_by(shopper, Event.occurred_at, Event.id)
        .execution_options(yield_per=_STREAMED)
    )
    for _, rows in groupby(session.execute(steps), key=lambda row: row[0]):
        yield [Step(row.id, row.name, row.product_id, *row[4:]) for row in rows]


def latest_event_at(session: Session) -> datetime | None:
    """When the newest event happened; None in a shop without events."""
    return session.scalar(select(func.max(Event.occurred_at, type_=UtcDateTime)))


def demand_by_day(session: Session, *, since: datetime) -> Iterator[Demand]:
    """Shoppers per product, step, country and day (UTC)."""
    # SQLite answers the day as text, PostgreSQL as a date; both print alike.
    return _demand(session, func.date(Event.occurred_at), since=since)


def demand_by_month(session: Session, *, since: datetime) -> Iterator[Demand]:
    """Shoppers per product, step, country and month of the calendar, over all years."""
    return _demand(session, extract("month", Event.occurred_at), since=since)


def _demand(session: Session, period: ColumnElement[Any], *, since: datetime) -> Iterator[Demand]:
    # People are counted, not clicks: one who loads a page a thousand times counts once.
    shopper = func.coalesce(Event.customer_id, Event.session_id, "")
    grouped = (
        select(Event.product_id, Event.name, Event.country, period, func.count(distinct(shopper)))
        .where(
            Event.occurred_at >= since,
            Event.product_id.is_not(None),
            Event.name.in_(WANTING),
        )
        .group_by(Event.product_id, Event.name, Event.country, period)
    )
    for product_id, name, country, when, shoppers in session.execute(grouped):
        yield Demand(product_id, name, country, str(when), shoppers)
