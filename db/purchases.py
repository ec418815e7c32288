"""A purchase that is told twice, by the shop's pages and by its orders, counts once.

Where an event names its order, the order's id decides. Where it does not, the same customer with
the same product within a day is the same purchase: shops write the time of an order in their own
zone, or only its date.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, func, select, update
from sqlalchemy.orm import Session

from db.tables.behaviour import Event

Record = dict[str, Any]
# What both, events and orders, tell of.
ORDERED = ("purchase", "refund")
WINDOW = timedelta(days=1)
# What only the page knows of a purchase; an order that is imported keeps it.
_PAGES_OWN = ("session_id", "ranking_id", "region")
# Stands for the id of an event that is about to be written.
_JUST_TOLD = 0


class _Told(NamedTuple):
    """A purchase or refund that is among the events."""

    id: int
    name: str
    product_id: str | None
    occurred_at: datetime
    order_id: str | None
    customer_id: str | None
    session_id: str | None
    ranking_id: str | None
    region: str | None


class ToldPurchases:
    """What the events tell already of the purchases and refunds among some new ones."""

    def __init__(self, connection: Connection | Session, rows: Iterable[Mapping[str, Any]]) -> None:
        asked = [row for row in rows if row["name"] in ORDERED]
        self._by_order: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for told in _told_of_orders(connection, {row["order_id"] for row in asked}):
            self._by_order[told.order_id, told.name, told.product_id].append(told.id)
        self._by_customer: dict[tuple[Any, ...], list[_Told]] = defaultdict(list)
        nameless = [row for row in asked if not row["order_id"]]
        for told in _told_of_customers(connection, nameless, Event.order_id.is_not(None)):
            self._by_customer[told.customer_id, told.name, told.product_id].append(told)

    def find_or_add(self, row: Mapping[str, Any], *, nth: int = 1) -> int | None:
        """The event that tells of this purchase already, or none, and then this row tells of it.

        Args:
            nth: which line with this product the row is within its own event.
        """
        if row["name"] not in ORDERED:
            return None
        if row["order_id"]:
            ids = self._by_order[row["order_id"], row["name"], row["product_id"]]
            if nth <= len(ids):
                return ids[nth - 1]
            ids.append(_JUST_TOLD)
            return None
        told = _take_nearest(self._by_customer, row)
        return told.id if told else None


def complete_told(session: Session, found: Sequence[tuple[int, Mapping[str, Any]]]) -> None:
    """Add what only the page knows to the events that were there first.

    A shopper may name anybody's order: only what the same customer did is completed.
    """
    if not found:
        return
    table = Event.__table__
    statement = (
        update(table)  # type: ignore[arg-type]  # a class's table is one that can be written to
        .where(table.c.id == bindparam("told"), table.c.customer_id == bindparam("customer"))
        .values({name: func.coalesce(table.c[name], bindparam(f"_{name}")) for name in _PAGES_OWN})
    )
    session.connection().execute(
        statement,
        [
            {
                "told": told,
                "customer": row["customer_id"],
                **{f"_{name}": row[name] for name in _PAGES_OWN},
            }
            for told, row in found
        ],
    )


def take_over_told(connection: Connection, events: Sequence[Record]) -> list[int]:
    """Give the events of orders what only the page knew of the same purchases.

    Returns:
        The events that those of the orders stand for from now on, to be deleted with their
        writing: all that name these orders, and the nearest ones of the same customers.
    """
    of_orders = list(_told_of_orders(connection, {event["order_id"] for event in events}))
    superseded = [told.id for told in of_orders]
    by_order: dict[tuple[Any, ...], list[_Told]] = defaultdict(list)
    for told in of_orders:
        by_order[told.order_id, told.name, told.product_id].append(told)
    by_customer: dict[tuple[Any, ...], list[_Told]] = defaultdict(list)
    for told in _told_of_customers(connection, events, Event.order_id.is_(None)):
        by_customer[told.customer_id, told.name, told.product_id].append(told)
    for event in events:
        of_this = by_order.get((event["order_id"], event["name"], event["product_id"]))
        same = of_this.pop(0) if of_this else _take_nearest(by_customer, event)
        if same is None:
            continue
        superseded.append(same.id)
        # Whoever names another's order learns nothing of it by their session.
        if same.customer_id == event["customer_id"]:
            event.update({name: getattr(same, name) for name in _PAGES_OWN})
    return sorted(set(superseded))


def _told_of_orders(
    connection: Connection | Session, order_ids: Iterable[str | None]
) -> Iterable[_Told]:
    ids = sorted(filter(None, order_ids))
    if not ids:
        return ()
    found = select(*_columns()).where(Event.order_id.in_(ids), Event.name.in_(ORDERED))
    return map(_Told._make, connection.execute(found.order_by(Event.id)))


def _told_of_customers(
    connection: Connection | Session,
    rows: Sequence[Mapping[str, Any]],
    told_by: ColumnElement[bool],
) -> Iterable[_Told]:
    known = [row for row in rows if row["customer_id"]]
    if not known:
        return ()
    moments = [row["occurred_at"] for row in known]
    found = select(*_columns()).where(
        Event.customer_id.in_(sorted({row["customer_id"] for row in known})),
        Event.occurred_at.between(min(moments) - WINDOW, max(moments) + WINDOW),
        Event.name.in_(ORDERED),
        told_by,
    )
    return map(_Told._make, connection.execute(found.order_by(Event.id)))


def _columns() -> tuple[Any, ...]:
    return tuple(getattr(Event, name) for name in _Told._fields)


def _take_nearest(
    told: Mapping[tuple[Any, ...], list[_Told]], row: Mapping[str, Any]
) -> _Told | None:
    """Take away what was told of the same customer and product at the nearest time."""
    candidates = told.get((row["customer_id"], row["name"], row["product_id"]))
    if not row["customer_id"] or not candidates:
        return None
    nearest = min(candidates, key=lambda one: abs(one.occurred_at - row["occurred_at"]))
    if abs(nearest.occurred_at - row["occurred_at"]) > WINDOW:
        return None
    candidates.remove(nearest)
    return nearest
