"""The shop's own people: accounts, who is signed in, what they did, and what they keep at hand."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Table, UtcDateTime, now

# Each may do what those before it may.
ROLES = ("agent", "supervisor", "admin")


class StaffMember(Table):
    """One account."""

    __tablename__ = "staff"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    # In lower case.
    email: Mapped[str] = mapped_column(Text, unique=True)
    # What shoppers are told.
    name: Mapped[str] = mapped_column(Text)
    # One of ROLES.
    role: Mapped[str] = mapped_column(Text)
    # Argon2id, with its parameters.
    password_hash: Mapped[str] = mapped_column(Text)
    disabled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When they last had the console open.
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class StaffSession(Table):
    """Somebody signed in on one browser."""

    __tablename__ = "staff_sessions"

    # SHA-256 of the cookie, in hex: whoever reads the table cannot sign in with it.
    token_hash: Mapped[str] = mapped_column(Text, primary_key=True)
    staff_id: Mapped[str] = mapped_column(ForeignKey("staff.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class AuditEntry(Table):
    """Who did what. Outlives what it is about."""

    __tablename__ = "staff_audit"
    __table_args__ = (Index(None, "staff_id", "id"), Index(None, "conversation_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    # None: from the command line.
    staff_id: Mapped[str | None] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    conversation_id: Mapped[str | None] = mapped_column(Text)
    # Never what shoppers wrote.
    detail: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class CannedAnswer(Table):
    """Words that staff say often, by a shortcut."""

    __tablename__ = "canned_answers"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    shortcut: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    # None: in any language.
    locale: Mapped[str | None] = mapped_column(Text)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class HandoffRule(Table):
    """The shop's own reason to call a person."""

    __tablename__ = "handoff_rules"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    active: Mapped[bool] = mapped_column(default=True)
    # All of them must hold: see shop/handoff_rules.py.
    conditions: Mapped[dict[str, Any]] = mapped_column(Json)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
