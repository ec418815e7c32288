"""What the shop sells, what buyers wrote about it, and what the shop is often asked."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from db.tables.base import BigId, Json, Money, Table, UtcDateTime, now


class Product(Table):
    """One thing that can be bought. Retired goods stay, inactive, for orders and history."""

    __tablename__ = "products"
    __table_args__ = (
        # Nearly all goods are active: an index that begins so would be taken and tell little.
        Index(None, "category", "active"),
        Index(None, "price", "active"),
        Index("ix_products_lower_brand", text("lower(brand)")),
        Index("ix_products_lower_category", text("lower(category)")),
        Index("ix_products_lower_product_type", text("lower(product_type)")),
        Index("ix_products_lower_title", text("lower(substr(title, 1, 200))")),
        Index(None, "updated_at"),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    description: Mapped[str] = mapped_column(Text, default="")
    brand: Mapped[str | None] = mapped_column(Text)
    # The department ("footwear"), lower case.
    category: Mapped[str] = mapped_column(Text, default="")
    # The kind within it ("sneaker"), lower case; a category wish matches either.
    product_type: Mapped[str | None] = mapped_column(Text)
    color: Mapped[str | None] = mapped_column(Text)
    size: Mapped[str | None] = mapped_column(Text)
    material: Mapped[str | None] = mapped_column(Text)
    price: Mapped[Decimal] = mapped_column(Money)
    # What it cost before, where it is on sale.
    list_price: Mapped[Decimal | None] = mapped_column(Money)
    currency: Mapped[str] = mapped_column(Text)
    availability: Mapped[str] = mapped_column(Text, default="in_stock")
    stock: Mapped[int | None]
    rating: Mapped[float | None]
    rating_count: Mapped[int] = mapped_column(default=0)
    image_url: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str | None] = mapped_column(Text)
    item_group_id: Mapped[str | None] = mapped_column(Text, index=True)
    # Everything else the shop knows, by name: a text or a list of texts.
    attributes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    active: Mapped[bool] = mapped_column(default=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)


class Review(Table):
    """What a buyer wrote, with one to five stars."""

    __tablename__ = "reviews"
    __table_args__ = (Index(None, "product_id", "created_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    rating: Mapped[int]
    title: Mapped[str] = mapped_column(Text, default="")
    text: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)


class FaqEntry(Table):
    """A question the shop answers, with other ways of asking it."""

    __tablename__ = "faq_entries"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    question: Mapped[str] = mapped_column(Text)
    answer: Mapped[str] = mapped_column(Text)
    examples: Mapped[list[str]] = mapped_column(Json, default=list)
    active: Mapped[bool] = mapped_column(default=True)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
