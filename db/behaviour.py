"""Queries on what shoppers did: one shopper's last steps, and how many wanted each product."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, distinct, extract, func, select, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session

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

    `period` is a day ("2026-11-21") or a month of the calendar ("1" to "12"), which is counted over
    all regions.
    """

    product_id: str
    name: str
    country: str | None
    period: str
    shoppers: int
    region: str | None = None


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


def each_shoppers_events(
    session: Session, *, since: datetime | None = None
) -> Iterator[list[Step]]:
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
    if since is not None:
        steps = steps.where(Event.occurred_at >= since)
    for _, rows in groupby(session.execute(steps), key=lambda row: row[0]):
        yield [Step(row.id, row.name, row.product_id, *row[4:]) for row in rows]


@dataclass(frozen=True, slots=True)
class Doing:
    """A step with a product, or a search for some words; and where it was."""

    step: Step | None
    search_term: str | None
    occurred_at: datetime
    country: str | None
    region: str | None


def each_shoppers_doings(session: Session, *, since: datetime) -> Iterator[list[Doing]]:
    """All steps and searches of those who did something since then, each shopper's oldest first."""
    shopper = func.coalesce(Event.customer_id, Event.session_id)
    active = select(shopper).where(Event.occurred_at >= since, shopper.is_not(None)).distinct()
    told = (
        select(
            shopper,
            *(Event.id, Event.name, Event.product_id, Event.occurred_at, Event.rating),
            *(Event.search_term, Event.country, Event.region),
        )
        .where(shopper.in_(active), Event.product_id.is_not(None) | Event.search_term.is_not(None))
        .order_by(shopper, Event.occurred_at, Event.id)
        .execution_options(yield_per=_STREAMED)
    )
    for _, rows in groupby(session.execute(told), key=lambda row: row[0]):
        yield [_doing(*row[1:]) for row in rows]


def _doing(
    id_: int, name: str, product_id: str | None, at: datetime, rating: int | None, *rest: Any
) -> Doing:
    step = Step(id_, name, product_id, at, rating) if product_id else None
    term, country, region = rest
    return Doing(step, term, at, country, region)


def latest_event_at(session: Session) -> datetime | None:
    """When the newest event happened; None in a shop without events."""
    return session.scalar(select(func.max(Event.occurred_at, type_=UtcDateTime)))


def demand_by_day(session: Session, *, since: datetime, until: datetime) -> Iterator[Demand]:
    """Shoppers per product, step, country, region and day (UTC), up to `until`."""
    # SQLite answers the day as text, PostgreSQL as a date; both print alike.
    return _demand(session, func.date(Event.occurred_at), Event.region, since=since, until=until)


def first_orders_by_day(session: Session, *, since: datetime, until: datetime) -> Iterator[Demand]:
    """Shoppers per product, country, region and day, of what they bought on their first day.

    Only of shoppers whose first purchase ever was since then.
    """
    shopper, day = func.coalesce(Event.customer_id, Event.session_id), func.date(Event.occurred_at)
    begun = (
        select(shopper.label("shopper"), func.min(day).label("day"))
        .where(Event.name == "purchase", shopper.is_not(None))
        .group_by(shopper)
        .having(func.min(Event.occurred_at) >= since)
        .subquery()
    )
    bought = (
        select(Event.product_id, Event.country, Event.region, day, func.count(distinct(shopper)))
        .join(begun, (shopper == begun.c.shopper) & (day == begun.c.day))
        .where(
            Event.name == "purchase",
            Event.occurred_at >= since,
            Event.occurred_at <= until,
            Event.product_id.is_not(None),
        )
        .group_by(Event.product_id, Event.country, Event.region, day)
    )
    for product_id, country, region, when, shoppers in session.execute(bought):
        yield Demand(product_id, "purchase", country, str(when), shoppers, region)


def demand_by_month(session: Session, *, since: datetime, until: datetime) -> Iterator[Demand]:
    """Shoppers per product, step, country and month of the calendar, over all years."""
    return _demand(session, extract("month", Event.occurred_at), since=since, until=until)


def _demand(
    session: Session,
    period: ColumnElement[Any],
    *finer: InstrumentedAttribute[Any],
    since: datetime,
    until: datetime,
) -> Iterator[Demand]:
    # People are counted, not clicks: one who loads a page a thousand times counts once.
    shopper = func.coalesce(Event.customer_id, Event.session_id, "")
    by = (Event.product_id, Event.name, Event.country, period)
    grouped = (
        select(*by, func.count(distinct(shopper)), *finer)
        .where(
            Event.occurred_at >= since,
            Event.occurred_at <= until,
            Event.product_id.is_not(None),
            Event.name.in_(WANTING),
        )
        .group_by(*by, *finer)
    )
    for product_id, name, country, when, *counted in session.execute(grouped):
        yield Demand(product_id, name, country, str(when), *counted)
