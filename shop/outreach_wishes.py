"""What a shopper lets the shop write to them about unasked, and when."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from common.errors import BadRequest
from db.tables.base import now
from db.tables.orders import Order
from db.tables.outreach import OutreachNotice, OutreachPreference

Topic = Literal["alerts", "orders", "carts"]
TOPICS: tuple[Topic, ...] = ("alerts", "orders", "carts")
# What a shopper drops who wants to hear no more of a topic, as a button says it.
STOPS: Mapping[Topic, str] = {
    "alerts": "outreach_alerts",
    "orders": "outreach_orders",
    "carts": "outreach_carts",
}
_CUSTOMER = "customer:"
_SINCE: Mapping[str, str] = {"orders": "orders_since", "carts": "carts_since"}


@dataclass(frozen=True, slots=True)
class OutreachWishes:
    """What they want to hear, and between which hours of their own clock nothing.

    Alerts are asked for product by product; news of orders and of a cart that was left, here.
    """

    alerts: bool = True
    orders: bool = False
    carts: bool = False
    quiet_from: int | None = None
    quiet_to: int | None = None
    time_zone: str | None = None

    def is_quiet(self, moment: datetime, *, default_zone: str = "UTC") -> bool:
        """Whether it is not the time to write to them."""
        if self.quiet_from is None or self.quiet_to is None:
            return False
        hour = moment.astimezone(ZoneInfo(self.time_zone or default_zone)).hour
        if self.quiet_from <= self.quiet_to:
            return self.quiet_from <= hour < self.quiet_to
        return hour >= self.quiet_from or hour < self.quiet_to

    def wants(self, topic: Topic) -> bool:
        """Whether they want to hear of this."""
        return bool(getattr(self, topic))


class UnknownTimeZone(BadRequest):
    """No such time zone is known."""

    code = "unknown_time_zone"


def name_subject(*, conversation_id: str, customer_id: str | None) -> str:
    """Whose wishes they are: a customer's everywhere, a guest's in one conversation."""
    return f"{_CUSTOMER}{customer_id}" if customer_id else f"conversation:{conversation_id}"


def read_wishes(session: Session, subject: str) -> OutreachWishes:
    """Their wishes; the careful defaults where they never said any."""
    row = session.get(OutreachPreference, subject)
    if row is None:
        return OutreachWishes()
    return OutreachWishes(
        alerts=row.alerts,
        orders=row.orders_since is not None,
        carts=row.carts_since is not None,
        quiet_from=row.quiet_from,
        quiet_to=row.quiet_to,
        time_zone=row.time_zone,
    )


def set_topic(session: Session, subject: str, topic: Topic, *, on: bool) -> None:
    """Begin or stop to write about this. What happened before they asked is not told."""
    since = _SINCE.get(topic)
    if since is None:
        _set(session, subject, {topic: on})
    elif not on:
        _set(session, subject, {since: None})
    elif not read_wishes(session, subject).wants(topic):
        _set(session, subject, {since: now()})
        if topic == "orders" and subject.startswith(_CUSTOMER):
            _know_orders(session, subject)


def set_quiet_hours(
    session: Session, subject: str, *, quiet_from: int | None, quiet_to: int | None
) -> None:
    """Between which hours nobody writes; None: at any hour."""
    _set(session, subject, {"quiet_from": quiet_from, "quiet_to": quiet_to})


def set_time_zone(session: Session, subject: str, time_zone: str) -> None:
    """Whose clock the hours are of.

    Raises:
        UnknownTimeZone: it is no IANA name.
    """
    if time_zone not in available_timezones():
        raise UnknownTimeZone("time_zone: write an IANA name such as Europe/Berlin.")
    _set(session, subject, {"time_zone": time_zone})


def stop_all(session: Session, subject: str) -> None:
    """Write about nothing unasked."""
    _set(session, subject, {"alerts": False, "orders_since": None, "carts_since": None})


def hand_on(session: Session, *, guest: str, customer: str) -> None:
    """Let a guest's wishes count for the customer that they turn out to be, if they had none."""
    row = session.get(OutreachPreference, guest)
    if row is None or session.get(OutreachPreference, customer) is not None:
        return
    kept = ("alerts", "orders_since", "carts_since", "quiet_from", "quiet_to", "time_zone")
    _set(session, customer, {name: getattr(row, name) for name in kept})


def note_told(
    session: Session, key: str, *, subject: str, conversation_id: str, moment: datetime
) -> bool:
    """Note that this is told; False where it was told before."""
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    row = insert(OutreachNotice).values(
        key=key, subject=subject, conversation_id=conversation_id, created_at=moment
    )
    noted = session.execute(row.on_conflict_do_nothing().returning(OutreachNotice.key))
    return noted.scalar_one_or_none() is not None


def _know_orders(session: Session, subject: str) -> None:
    """Note how a customer's orders stand: only what changes from now on is news."""
    customer_id = subject.removeprefix(_CUSTOMER)
    orders = select(Order.id, Order.status).where(Order.customer_id == customer_id)
    # Nothing was told: the daily limit must not count it.
    long_ago = now() - timedelta(days=2)
    for order_id, status in session.execute(orders).all():
        key = name_order(order_id, status)
        note_told(session, key, subject=subject, conversation_id="", moment=long_ago)


def name_order(order_id: str, status: str) -> str:
    """The key of the news that an order has this status."""
    return f"order:{order_id}:{status}"


def _set(session: Session, subject: str, values: Mapping[str, Any]) -> None:
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    # Two taps may come at once: whoever comes second finds the row of the first.
    row = insert(OutreachPreference).values(subject=subject, alerts=True, updated_at=now())
    session.execute(row.on_conflict_do_nothing())
    mine = OutreachPreference.subject == subject
    session.execute(update(OutreachPreference).where(mine).values(**values, updated_at=now()))
