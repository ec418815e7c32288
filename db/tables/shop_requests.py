"""What shoppers ask the shop's own system to do, and how far each request has come."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Json, Table, UtcDateTime, now

KINDS = ("order.cancel", "order.return", "order.change", "cart.checkout")
# Nobody has decided yet: to be sent, received by the shop, or with the shop's own people.
OPEN_STATES = ("pending", "received", "staff")
_OPEN = text("state IN ('pending', 'received', 'staff')")


class ShopRequest(Table):
    """One request; its id is what the shop's system knows it by, so it must never change."""

    __tablename__ = "shop_requests"
    __table_args__ = (
        # Two turns that ask for the same must not make two requests.
        Index(
            "uq_shop_requests_open_fingerprint",
            "fingerprint",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index(None, "state", "next_attempt_at"),
        Index(None, "subject"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    # One of KINDS.
    kind: Mapped[str] = mapped_column(Text)
    # The id of the order or the cart that it is about.
    subject: Mapped[str] = mapped_column(Text)
    # SHA-256 of what is asked for: the same request has the same.
    fingerprint: Mapped[str] = mapped_column(Text)
    data: Mapped[dict[str, Any]] = mapped_column(Json)
    # Where the shopper asked last, and is told; it may have been erased since.
    conversation_id: Mapped[str] = mapped_column(Text, index=True)
    customer_id: Mapped[str | None] = mapped_column(Text, index=True)
    # One of OPEN_STATES, confirmed, refused.
    state: Mapped[str] = mapped_column(Text)
    # What the shop said about it, in its own words.
    message: Mapped[str | None] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    # While `pending`: when it is to be sent. Whoever sends it moves this on first.
    next_attempt_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
