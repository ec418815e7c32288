"""What shoppers did: views, searches, carts, purchases, in GA4's names."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Money, Table, UtcDateTime

EVENT_NAMES = (
    "view_item_list",
    "select_item",
    "view_item",
    "search",
    "add_to_wishlist",
    "add_to_cart",
    "remove_from_cart",
    "view_cart",
    "begin_checkout",
    "purchase",
    "refund",
    "review",
)

_STEP = ("product_id", "name", "rating", "id")


class Event(Table):
    """One thing one shopper did with one product (an event over several goods is several rows).

    Carries no foreign keys: events arrive in floods and before their products do.
    """

    __tablename__ = "events"
    __table_args__ = (
        # They cover what the recommender reads: a shopper's last steps, which lie strewn over the
        # table, come from one stretch of the index, also where nothing is cached.
        Index(None, "customer_id", "occurred_at", *_STEP),
        Index(None, "session_id", "occurred_at", *_STEP),
        Index(None, "occurred_at"),
        Index(None, "product_id", "occurred_at"),
        # Only purchases and refunds that name their order are in it.
        Index(
            None,
            "order_id",
            postgresql_where=text("order_id IS NOT NULL"),
            sqlite_where=text("order_id IS NOT NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    occurred_at: Mapped[datetime] = mapped_column(UtcDateTime)
    customer_id: Mapped[str | None] = mapped_column(Text)
    # The conversation of a guest, or `visitor:` and the browser's number in imported events; a
    # signed-in shopper's events carry customer and conversation.
    session_id: Mapped[str | None] = mapped_column(Text)
    product_id: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal | None] = mapped_column(Money)
    quantity: Mapped[int | None]
    search_term: Mapped[str | None] = mapped_column(Text)
    rating: Mapped[int | None]
    ranking_id: Mapped[str | None] = mapped_column(Text)
    # The order a purchase or refund belongs to: an order that is imported replaces its events.
    order_id: Mapped[str | None] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    region: Mapped[str | None] = mapped_column(Text)
