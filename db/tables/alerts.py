"""What shoppers asked to be told about a product: that it is back, or that it costs less."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Money, Table, UtcDateTime, now

_OPEN = text("told_at IS NULL")


class Alert(Table):
    """One wish to be told, once, in the conversation where it was made."""

    __tablename__ = "alerts"
    __table_args__ = (
        # Asked twice is asked once; only those still to be told are looked through.
        Index(
            "uq_alerts_open_conversation_id_product_id",
            "conversation_id",
            "product_id",
            unique=True,
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    conversation_id: Mapped[str] = mapped_column(ForeignKey("conversations.id", ondelete="CASCADE"))
    customer_id: Mapped[str | None] = mapped_column(Text, index=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    # One of: back_in_stock, price_drop.
    kind: Mapped[str] = mapped_column(Text)
    # What it cost when they asked.
    price: Mapped[Decimal] = mapped_column(Money)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    told_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
