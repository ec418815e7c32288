"""Requests to the shop's own system: filed once, settled once."""

import hashlib
import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.orders import Cart, Order
from db.tables.shop_requests import OPEN_STATES, ShopRequest

Kind = Literal["order.cancel", "order.return", "order.change", "cart.checkout"]
Outcome = Literal["confirmed", "refused"]

# What an order's new status settles, for requests that are still open.
SETTLED_BY: Mapping[tuple[str, str], Outcome] = {
    ("order.cancel", "cancelled"): "confirmed",
    ("order.cancel", "shipped"): "refused",
    ("order.cancel", "delivered"): "refused",
    ("order.return", "returned"): "confirmed",
    ("order.return", "refunded"): "confirmed",
    ("order.change", "cancelled"): "refused",
}


def file_request(
    session: Session,
    *,
    kind: Kind,
    data: dict[str, Any],
    conversation_id: str,
    customer_id: str | None,
    webhook: bool,
) -> ShopRequest:
    """Ask the shop's own system for something; what is asked already is not asked again.

    Args:
        data: what the shop is told, JSON-serialisable: `order_id` or `cart_id`, and whatever else
            belongs to it. The same kind about the same order or cart is the same request, except
            that changes differ by `change` and returns by `product_id`.
        webhook: whether the shop has a system that is told; else its people are.

    Returns:
        The request, perhaps an earlier one that is still open. Then it belongs to this
        conversation from now on: here the shopper waits for the answer.

    Raises:
        KeyError: the data name neither order nor cart.
    """
    subject = str(data["cart_id" if kind == "cart.checkout" else "order_id"])
    fingerprint = _fingerprint(kind, subject, data)
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    moment = now()
    row = insert(ShopRequest).values(
        id=uuid.uuid4().hex,
        kind=kind,
        subject=subject,
        fingerprint=fingerprint,
        data=data,
        conversation_id=conversation_id,
        customer_id=customer_id,
        state="pending" if webhook else "staff",
        attempts=0,
        next_attempt_at=moment,
        created_at=moment,
        updated_at=moment,
    )
    # Two turns may ask at once: whoever comes second finds the row of the first.
    session.execute(row.on_conflict_do_nothing())
    mine = (ShopRequest.fingerprint == fingerprint, ShopRequest.state.in_(OPEN_STATES))
    session.execute(update(ShopRequest).where(*mine).values(conversation_id=conversation_id))
    found = select(ShopRequest).where(*mine).execution_options(populate_existing=True)
    return session.scalars(found).one()


def open_requests(session: Session, subjects: Sequence[str]) -> list[ShopRequest]:
    """What is asked about these orders or carts and not decided yet, oldest first."""
    query = (
        select(ShopRequest)
        .where(ShopRequest.subject.in_(subjects), ShopRequest.state.in_(OPEN_STATES))
        .order_by(ShopRequest.created_at, ShopRequest.id)
    )
    return list(session.scalars(query))


def refused_since(session: Session, conversation_id: str, since: datetime) -> bool:
    """Whether the shop has refused something that this conversation asked for after that time."""
    refused = select(ShopRequest.id).where(
        ShopRequest.conversation_id == conversation_id,
        ShopRequest.state == "refused",
        ShopRequest.updated_at > since,
    )
    return session.scalar(refused.limit(1)) is not None


def settle_request(
    session: Session, request_id: str, *, outcome: Outcome, message: str | None = None
) -> ShopRequest | None:
    """Note what the shop decided, with what follows for the order or the cart.

    Args:
        message: the shop's own words about it.

    Returns:
        The request, None where it was settled before: then nobody is told again.
    """
    settled = session.execute(
        update(ShopRequest)
        .where(ShopRequest.id == request_id, ShopRequest.state.in_(OPEN_STATES))
        .values(state=outcome, message=message, updated_at=now())
        .returning(ShopRequest.id)
    )
    if settled.scalar_one_or_none() is None:
        return None
    request = session.get_one(ShopRequest, request_id, populate_existing=True)
    if request.kind == "order.cancel" and outcome == "confirmed":
        _set(session, Order, request.subject, status="cancelled")
    if request.kind == "cart.checkout":
        _set(session, Cart, request.subject, state=outcome)
    return request


def _set(session: Session, table: type[Order] | type[Cart], key: str, **values: str) -> None:
    session.execute(update(table).where(table.id == key).values(**values, updated_at=now()))


def _fingerprint(kind: Kind, subject: str, data: Mapping[str, Any]) -> str:
    telling = {"order.change": "change", "order.return": "product_id"}.get(kind)
    what = str(data.get(telling) or "") if telling else ""
    asked = json.dumps([kind, subject, " ".join(what.casefold().split())])
    return hashlib.sha256(asked.encode()).hexdigest()
