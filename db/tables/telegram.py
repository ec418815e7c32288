"""Shoppers' chats on Telegram: how far each has been told, and which updates were taken."""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Table, UtcDateTime, now


class TelegramChat(Table):
    """One private chat with the bot and the conversation that goes on in it."""

    __tablename__ = "telegram_chats"
    __table_args__ = (Index(None, "look_at"), Index(None, "conversation_id"))

    chat_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    # Messages up to here were told, or are not to be.
    since_id: Mapped[int] = mapped_column(BigId, default=0)
    # When there may be something to tell; None: nothing is known to wait.
    look_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # How often in a row telling failed: the pauses grow with it.
    failures: Mapped[int] = mapped_column(default=0)
    # The gateway that tells at this moment, and until when it counts as alive without a word.
    taken_by: Mapped[str | None] = mapped_column(Text)
    taken_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The shopper has blocked the bot: nobody writes to them until they come back.
    blocked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class TelegramDelivery(Table):
    """How much of a message has arrived in a chat. Long ones go out in several parts."""

    __tablename__ = "telegram_deliveries"

    chat_id: Mapped[int] = mapped_column(
        ForeignKey("telegram_chats.chat_id", ondelete="CASCADE"), primary_key=True
    )
    message_id: Mapped[int] = mapped_column(
        ForeignKey("messages.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    parts: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TelegramUpdate(Table):
    """An update that was taken: what Telegram sends again is not done again."""

    __tablename__ = "telegram_updates"

    update_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    taken_until: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=1)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)


class TelegramLease(Table):
    """What only one gateway may do at a time: fetching updates."""

    __tablename__ = "telegram_leases"

    name: Mapped[str] = mapped_column(Text, primary_key=True)
    holder: Mapped[str | None] = mapped_column(Text)
    until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class TelegramLink(Table):
    """A link that joins a chat with a customer: good once, and not for long."""

    __tablename__ = "telegram_links"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    customer_id: Mapped[str] = mapped_column(ForeignKey("customers.id"), index=True)
    # The conversation that goes on in the chat.
    conversation_id: Mapped[str] = mapped_column(
        ForeignKey("conversations.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
