"""The one open cart of a conversation: what is in it, what it costs now, what can be had."""

import secrets
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, selectinload

from db.tables.base import now
from db.tables.catalog import Product
from db.tables.orders import Cart, CartLine
from shop.behaviour import Item, record_step
from shop.facts import stock_state
from shop.shopper import Shopper

MOST_PIECES = 99
MOST_LINES = 50
_ID_BYTES = 16

Limit = Literal["sold_out", "stock", "pieces", "lines"]


@dataclass(frozen=True, slots=True)
class Line:
    """One product in the cart.

    Attributes:
        price_then: what a piece cost when it went in; `product.price` is what it costs now.
    """

    product: Product
    quantity: int
    price_then: Decimal

    @property
    def total(self) -> Decimal:
        """What the line costs now."""
        return self.product.price * self.quantity

    @property
    def left(self) -> int:
        """How many pieces a shopper can have, 0 where it is sold out or no longer sold."""
        return pieces_left(self.product)

    @property
    def item(self) -> Item:
        """The line as behaviour knows it."""
        return Item(self.product.id, self.product.price, self.quantity)


@dataclass(frozen=True, slots=True)
class Contents:
    """A cart as it stands; `id` is None where there is none yet."""

    id: str | None = None
    lines: tuple[Line, ...] = ()
    state: str = "open"

    @property
    def totals(self) -> dict[str, Decimal]:
        """What all that can be had costs now, by currency. Nearly every shop has one."""
        totals: dict[str, Decimal] = defaultdict(Decimal)
        for line in self.lines:
            if line.left:
                totals[line.product.currency] += line.total
        return dict(totals)

    @property
    def lacking(self) -> list[Line]:
        """The lines of which there is less than they ask for, or nothing."""
        return [line for line in self.lines if line.quantity > line.left]

    def line(self, product_id: str) -> Line | None:
        """The line of this product."""
        return next((line for line in self.lines if line.product.id == product_id), None)


@dataclass(frozen=True, slots=True)
class Change:
    """What became of a wish to have so many of a product in the cart.

    Attributes:
        limit: why `after` is not what was asked for; None where it is.
    """

    product: Product
    before: int
    after: int
    limit: Limit | None = None


def pieces_left(product: Product) -> int:
    """How many pieces of a product one shopper can have."""
    if not product.active or stock_state(product) == "out_of_stock":
        return 0
    if product.availability != "in_stock" or product.stock is None:
        return MOST_PIECES
    return min(product.stock, MOST_PIECES)


def find_cart(session: Session, *, conversation_id: str, state: str = "open") -> Contents:
    """The conversation's newest cart in this state; an empty one where there is none."""
    query = (
        select(Cart)
        .where(Cart.conversation_id == conversation_id, Cart.state == state)
        .order_by(Cart.created_at.desc())
        .limit(1)
    )
    return _contents(session, session.scalars(query).first())


def read_cart(session: Session, cart_id: str) -> Contents | None:
    """The cart with this id, whatever became of it: to know the id is to be allowed to see it."""
    cart = session.get(Cart, cart_id) if cart_id.isprintable() else None
    return None if cart is None else _contents(session, cart)


def add_product(
    session: Session,
    product_id: str,
    *,
    shopper: Shopper,
    quantity: int = 1,
    ranking_id: str | None = None,
) -> Change:
    """Put pieces of a product that exists into the cart, as many as can be had.

    Args:
        ranking_id: the recommendation that the shopper chose it from.
    """
    cart = hold_cart(session, shopper)
    line = _line_of(cart, product_id)
    asked = quantity + (line.quantity if line else 0)
    return _settle(session, cart, product_id, asked, shopper=shopper, ranking_id=ranking_id)


def set_quantity(session: Session, product_id: str, *, shopper: Shopper, quantity: int) -> Change:
    """Have so many of a product in the cart, or as many as can be had; 0 takes it out."""
    cart = hold_cart(session, shopper)
    return _settle(session, cart, product_id, quantity, shopper=shopper)


def hold_cart(session: Session, shopper: Shopper) -> Cart:
    """The open cart, begun if there is none; no other turn changes it until this one commits.

    Must come first in its transaction: SQLite lets nobody write who has read before another wrote.
    """
    here = (Cart.conversation_id == shopper.session_id, Cart.state == "open")
    touch = update(Cart).where(*here).values(updated_at=now())
    while not session.execute(touch.returning(Cart.id)).first():
        # Whoever comes second finds the cart of the first.
        insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
        row = insert(Cart).values(
            id=secrets.token_urlsafe(_ID_BYTES),
            conversation_id=shopper.session_id,
            customer_id=shopper.customer_id,
            state="open",
            created_at=now(),
            updated_at=now(),
        )
        session.execute(row.on_conflict_do_nothing())
    fresh = select(Cart).where(*here).options(selectinload(Cart.lines))
    return session.scalars(fresh.execution_options(populate_existing=True)).one()


def _settle(
    session: Session,
    cart: Cart,
    product_id: str,
    asked: int,
    *,
    shopper: Shopper,
    ranking_id: str | None = None,
) -> Change:
    product = session.get_one(Product, product_id, populate_existing=True)
    line = _line_of(cart, product_id)
    before = line.quantity if line else 0
    after, limit = _most(cart, product, before=before, asked=asked)
    if after == 0 and line is not None:
        cart.lines.remove(line)
    elif line is not None:
        line.quantity = after
        # The shopper is told today's price with the answer.
        line.price = product.price
    elif after:
        cart.lines.append(CartLine(product_id=product.id, quantity=after, price=product.price))
    session.flush()
    if after != before:
        name: Literal["add_to_cart", "remove_from_cart"]
        name = "add_to_cart" if after > before else "remove_from_cart"
        items = [Item(product.id, product.price, abs(after - before))]
        record_step(session, name, shopper=shopper, items=items, ranking_id=ranking_id)
    return Change(product, before, after, limit)


def _most(cart: Cart, product: Product, *, before: int, asked: int) -> tuple[int, Limit | None]:
    """As many of what is asked for as can be had; to have fewer than before is always granted."""
    if asked <= before:
        return max(asked, 0), None
    left = pieces_left(product)
    if left == 0:
        return before, "sold_out"
    if before == 0 and len(cart.lines) >= MOST_LINES:
        return 0, "lines"
    if asked <= left:
        return asked, None
    return max(left, before), "pieces" if left == MOST_PIECES else "stock"


def _line_of(cart: Cart, product_id: str) -> CartLine | None:
    return next((line for line in cart.lines if line.product_id == product_id), None)


def _contents(session: Session, cart: Cart | None) -> Contents:
    if cart is None:
        return Contents()
    ids = [line.product_id for line in cart.lines]
    goods = {p.id: p for p in session.scalars(select(Product).where(Product.id.in_(ids)))}
    lines = (Line(goods[line.product_id], line.quantity, line.price) for line in cart.lines)
    return Contents(id=cart.id, lines=tuple(lines), state=cart.state)
