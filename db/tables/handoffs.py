"""What staff and conversations have to do with each other: takeovers, notes, tags, corrections."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, false, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Table, UtcDateTime, now

_UNDER_WAY = text("ended_at IS NULL")


class Handoff(Table):
    """One time that a conversation left the bot, from the call for a person to the end of it."""

    __tablename__ = "handoffs"
    __table_args__ = (
        # A conversation is handed over once at a time.
        Index(
            "uq_handoffs_open_conversation_id",
            "conversation_id",
            unique=True,
            postgresql_where=_UNDER_WAY,
            sqlite_where=_UNDER_WAY,
        ),
        Index(None, "conversation_id"),
        Index(None, "queued_at"),
        Index(None, "staff_id", "queued_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    # One of shop.handoff.Reason.
    reason: Mapped[str] = mapped_column(Text)
    # Who has it, or had it last.
    staff_id: Mapped[str | None] = mapped_column(Text)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    first_response_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # One of: released, closed, declined (by the shopper), reopened.
    ended_how: Mapped[str | None] = mapped_column(Text)
    # When the shopper was told that it takes long, or that nobody is in.
    offered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When they chose to leave a message, and how to reach them.
    left_message_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    contact: Mapped[str | None] = mapped_column(Text)


class Rating(Table):
    """How content a shopper was with the help they got."""

    __tablename__ = "ratings"

    handoff_id: Mapped[int] = mapped_column(
        ForeignKey("handoffs.id", ondelete="CASCADE"), primary_key=True
    )
    # 1 to 5.
    score: Mapped[int]
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ConversationNote(Table):
    """What staff write for each other; shoppers never see it."""

    __tablename__ = "conversation_notes"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class ConversationTag(Table):
    """A word that staff put on a conversation."""

    __tablename__ = "conversation_tags"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    tag: Mapped[str] = mapped_column(Text, primary_key=True, index=True)


class ReadMarker(Table):
    """How far a member of staff has read a conversation."""

    __tablename__ = "read_markers"

    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), primary_key=True
    )
    staff_id: Mapped[str] = mapped_column(
        ForeignKey("staff.id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[int] = mapped_column(BigId)


class MessageLabel(Table):
    """How a member of staff reads a shopper's message; the newest holds."""

    __tablename__ = "message_labels"
    __table_args__ = (
        # An act that is sent again labels nothing twice.
        Index("uq_message_labels_act_message_id", "act", "message_id", unique=True),
        Index(None, "created_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), index=True
    )
    staff_id: Mapped[str] = mapped_column(Text)
    # What is None is not corrected.
    intent: Mapped[str | None] = mapped_column(Text)
    # [{entity, value, start, end, role}], all of the message.
    entities: Mapped[list[dict[str, Any]] | None] = mapped_column(Json)
    # One of: negative, neutral, positive.
    sentiment: Mapped[str | None] = mapped_column(Text)
    # Nothing is to be learnt from this message.
    discarded: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The console's own id of what was said of several messages at once, to be taken back at once.
    act: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
