"""What shoppers let the shop write to them about unasked, and what it has written."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import Table, UtcDateTime, now


class OutreachPreference(Table):
    """One shopper's wishes: `customer:ID`, or `conversation:ID` for a guest."""

    __tablename__ = "outreach_preferences"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    # Goods that they asked to be told of one by one; off where they want nothing at all.
    alerts: Mapped[bool] = mapped_column(default=True)
    # Since when they want to hear of their orders, and of a cart that they left.
    orders_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    carts_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Hours of their own clock, from 0 to 23, between which nobody writes.
    quiet_from: Mapped[int | None]
    quiet_to: Mapped[int | None]
    # An IANA name such as Europe/Berlin.
    time_zone: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class OutreachNotice(Table):
    """One thing that was told unasked. Its key is there once: nothing is told twice."""

    __tablename__ = "outreach_notices"
    __table_args__ = (Index(None, "subject", "created_at"),)

    # What it was about: alert:ID, order:ID:STATUS, cart:ID.
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    subject: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[str] = mapped_column(Text, index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
