"""Carts that shoppers fill, and orders as the shop's system reported them."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from db.tables.base import BigId, Money, Table, UtcDateTime, now


class Cart(Table):
    """What a shopper has set aside to buy. One is open for each conversation."""

    __tablename__ = "carts"
    __table_args__ = (
        # Two turns that both find no open cart must not open one each.
        Index(
            "uq_carts_open_conversation_id",
            "conversation_id",
            unique=True,
            postgresql_where=text("state = 'open'"),
            sqlite_where=text("state = 'open'"),
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    # An erased conversation leaves what was bought in it.
    conversation_id: Mapped[str | None] = mapped_column(
        ForeignKey("conversations.id", ondelete="SET NULL"), index=True
    )
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"), index=True)
    # One of: open, requested, confirmed, refused, abandoned.
    state: Mapped[str] = mapped_column(Text, default="open")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", cascade="all, delete-orphan", order_by="CartLine.id"
    )


class CartLine(Table):
    """One product in a cart, at the price it had when it went in."""

    __tablename__ = "cart_lines"
    __table_args__ = (Index(None, "cart_id", "product_id", unique=True),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    cart_id: Mapped[str] = mapped_column(ForeignKey("carts.id", ondelete="CASCADE"))
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int] = mapped_column(default=1)
    price: Mapped[Decimal] = mapped_column(Money)
    cart: Mapped[Cart] = relationship(back_populates="lines")


class Order(Table):
    """An order as the shop's system tells it."""

    __tablename__ = "orders"
    __table_args__ = (Index(None, "customer_id", "created_at"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    customer_id: Mapped[str | None] = mapped_column(ForeignKey("customers.id"))
    # One of: placed, paid, shipped, delivered, cancelled, returned, refunded.
    status: Mapped[str] = mapped_column(Text)
    currency: Mapped[str] = mapped_column(Text)
    country: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now, onupdate=now)
    lines: Mapped[list["OrderLine"]] = relationship(
        back_populates="order", cascade="all, delete-orphan", order_by="OrderLine.position"
    )


class OrderLine(Table):
    """One product of an order; a negative quantity came back."""

    __tablename__ = "order_lines"

    order_id: Mapped[str] = mapped_column(
        ForeignKey("orders.id", ondelete="CASCADE"), primary_key=True
    )
    position: Mapped[int] = mapped_column(primary_key=True)
    product_id: Mapped[str] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    price: Mapped[Decimal] = mapped_column(Money)
    order: Mapped[Order] = relationship(back_populates="lines")
