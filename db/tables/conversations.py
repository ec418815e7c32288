"""What was said, by whom, and how the models read it."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Table, UtcDateTime, now

STATES = ("bot", "queued", "human", "closed")
ROLES = ("shopper", "bot", "agent", "system")
_UNANSWERED = text("role = 'shopper' AND answered_at IS NULL")


class Conversation(Table):
    """One shopper's talk on one channel. Its state says who answers."""

    __tablename__ = "conversations"
    __table_args__ = (Index(None, "state", "last_message_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    channel: Mapped[str] = mapped_column(Text)
    # SHA-256 of the bearer token, in hex: whoever reads the table cannot speak for a shopper.
    token_hash: Mapped[str | None] = mapped_column(Text, unique=True)
    customer_id: Mapped[str | None] = mapped_column(Text, index=True)
    state: Mapped[str] = mapped_column(Text, default="bot")
    # The id of the member of staff who answers, while state is `human`.
    owner: Mapped[str | None] = mapped_column(Text)
    # How the shopper feels after their last message, -1 to 1 (shop/mood.py).
    mood: Mapped[float] = mapped_column(default=0.0, server_default="0")
    # The last message that the bot has heard of, where a person has spoken since.
    heard_until: Mapped[int | None] = mapped_column(BigId)
    locale: Mapped[str] = mapped_column(Text, default="en")
    # The page the shopper was on: {url, product_id}.
    page: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # None: not asked yet.
    consent_training: Mapped[bool | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    last_message_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Message(Table):
    """One thing said. A shopper's carries its parse, an answer what it answers."""

    __tablename__ = "messages"
    __table_args__ = (
        Index(None, "conversation_id", "id"),
        Index(None, "conversation_id", "client_message_id", unique=True),
        Index(None, "reply_to"),
        # The few that wait: they are looked through every second.
        Index(
            "ix_messages_unanswered_taken_until",
            "taken_until",
            postgresql_where=_UNANSWERED,
            sqlite_where=_UNANSWERED,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    role: Mapped[str] = mapped_column(Text)
    # Who of staff said it: the name that the shopper sees, and the account.
    author: Mapped[str | None] = mapped_column(Text)
    staff_id: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text, default="")
    # As the channel shows them: [ProductCard].
    cards: Mapped[list[dict[str, Any]]] = mapped_column(Json, default=list)
    # [{title, payload}] with opaque payloads.
    quick_replies: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    # The cards side by side, where they were compared: {columns, rows}.
    comparison: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # The NLU server's answer, for a shopper's message.
    parse: Mapped[dict[str, Any] | None] = mapped_column(Json)
    # The sender's own id for it: the same id again does nothing twice.
    client_message_id: Mapped[str | None] = mapped_column(Text)
    # What a tapped quick reply stands for; its title is the text.
    payload: Mapped[str | None] = mapped_column(Text)
    # The gateway process that answers it, and until when it counts as alive without a word.
    taken_by: Mapped[str | None] = mapped_column(Text)
    taken_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often its answering was begun.
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    # The shopper's message that this one answers.
    reply_to: Mapped[int | None] = mapped_column(BigId)
    # A shopper's message: when its answers were all stored.
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # An answer: a part was down and this is the second best.
    degraded: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class PayloadToken(Table):
    """What stands behind a quick reply's opaque payload, in one conversation."""

    __tablename__ = "payload_tokens"

    token: Mapped[str] = mapped_column(Text, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    title: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class Feedback(Table):
    """A shopper's thumb on an answer."""

    __tablename__ = "feedback"

    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[str] = mapped_column(Text)
    comment: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
