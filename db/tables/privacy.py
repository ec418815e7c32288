"""Erasures with their receipts, and which files hold a copy of what about whom."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Table, UtcDateTime, now


class Erasure(Table):
    """One erasure: while it is under way what is to go, afterwards what has gone."""

    __tablename__ = "erasures"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    # A keyed hash of whom it is about: all that is left of them.
    subject_hash: Mapped[str] = mapped_column(Text, index=True)
    # {customers, sessions} while it is under way: a crash in the middle is finished by a second
    # run. None once all of it is gone.
    pending: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # How many rows, lines and files went, by where they were.
    counts: Mapped[dict[str, int]] = mapped_column(Json, default=dict)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExportedCopy(Table):
    """One file that an export wrote, and one shopper who is in it."""

    __tablename__ = "exported_copies"
    __table_args__ = (
        Index(None, "customer_id"),
        Index(None, "conversation_id"),
        Index(None, "path"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # Absolute, on the machine where the export ran.
    path: Mapped[str] = mapped_column(Text)
    customer_id: Mapped[str | None] = mapped_column(Text)
    conversation_id: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
