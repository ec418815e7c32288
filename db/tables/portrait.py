"""What shoppers have said of themselves on the page that shows what is known about them."""

from datetime import datetime

from sqlalchemy import Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Table, UtcDateTime, now


class PortraitNote(Table):
    """One thing a shopper wants known: a brand or a category to leave out, a size that is theirs.

    A signed-in shopper's carries the customer, a guest's the conversation.
    """

    __tablename__ = "portrait_notes"
    __table_args__ = (Index(None, "customer_id"), Index(None, "session_id"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(Text)
    session_id: Mapped[str | None] = mapped_column(Text)
    # brand and category: never show it; size: this is mine.
    topic: Mapped[str] = mapped_column(Text)
    value: Mapped[str] = mapped_column(Text)
    # Of a size: the category of goods that it is of.
    category: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
