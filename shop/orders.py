"""A customer's orders, as the shop's own system reported them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz
from sqlalchemy import Select, select
from sqlalchemy.orm import Session, selectinload

from db.tables.catalog import Product
from db.tables.orders import Order
from shop.reading import Reading
from shop.shop_requests import Kind

# In which states of an order the shop can be asked for what.
POSSIBLE: Mapping[Kind, frozenset[str]] = {
    "order.cancel": frozenset({"placed", "paid"}),
    "order.change": frozenset({"placed", "paid"}),
    "order.return": frozenset({"delivered"}),
}
# As far back as a conversation goes.
MOST_ORDERS = 50
_WORDS = re.compile(r"\w{3,}")
_SAME_WORD = 86
# A number without its letters must have so many digits to be taken for an order's.
_FEWEST_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Item:
    """One product of an order; a negative quantity came back."""

    product: Product
    quantity: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Purchase:
    """An order with its goods."""

    id: str
    status: str
    currency: str
    created_at: datetime
    updated_at: datetime
    items: tuple[Item, ...] = ()

    @property
    def pieces(self) -> int:
        """How many pieces were bought."""
        return sum(item.quantity for item in self.items if item.quantity > 0)

    @property
    def total(self) -> Decimal:
        """What they cost."""
        costs = (item.quantity * item.price for item in self.items if item.quantity > 0)
        return sum(costs, Decimal(0))

    def item(self, product_id: str) -> Item | None:
        """What was bought of this product."""
        return next((item for item in self.items if item.product.id == product_id), None)

    def allows(self, kind: Kind) -> bool:
        """Whether the shop can still be asked for this."""
        return self.status in POSSIBLE[kind]


def latest_orders(session: Session, *, customer_id: str, limit: int = 3) -> list[Purchase]:
    """The customer's newest orders, newest first."""
    newest = _of(customer_id).order_by(Order.created_at.desc(), Order.id.desc()).limit(limit)
    return _read(session, newest)


def find_order(session: Session, *, customer_id: str, order_id: str) -> Purchase | None:
    """This order, if it is this customer's: nobody learns of another's.

    Args:
        order_id: as a shopper writes it: `#so-30001`, or `30001` where only one ends so.
    """
    wanted = _plain(order_id)
    ids = session.scalars(select(Order.id).where(Order.customer_id == customer_id)).all()
    same = [key for key in ids if _plain(key) == wanted]
    if not same and wanted.isdigit() and len(wanted) >= _FEWEST_DIGITS:
        same = [key for key in ids if re.search(rf"(?<!\d){wanted}$", key)]
    if len(same) != 1:
        return None
    return next(iter(_read(session, _of(customer_id).where(Order.id == same[0]))), None)


def find_meant_orders(
    reading: Reading,
    orders: Sequence[Purchase],
    *,
    fitting: frozenset[str],
    listed: Sequence[str] = (),
    context: str | None = None,
) -> list[Purchase]:
    """The orders that a message may mean, by place, by goods, or by what was spoken of.

    Args:
        orders: the customer's, newest first.
        fitting: the states in which what is wished makes sense.
        listed: the ids of those that the shopper has before them, in order.
        context: the id of the one that was spoken of last.

    Returns:
        The one that is meant; several that may be; none where none fits.
    """
    if places := reading.ordinals():
        shown = [order for key in listed for order in orders if order.id == key] or orders
        # The last order is the newest one, however they are listed.
        index = 0 if places[0] < 0 else places[0] - 1
        pool = orders if places[0] < 0 else shown
        return list(pool[index : index + 1])
    fit = [order for order in orders if order.status in fitting]
    if named := [order for order in orders if find_items(reading, [order])]:
        return [order for order in named if order in fit] or named[:1]
    spoken = [order for order in orders if order.id == context]
    if spoken and (spoken[0] in fit or not fit):
        return spoken
    return fit


def find_items(reading: Reading, orders: Iterable[Purchase]) -> list[Item]:
    """The items of orders that a message names best, by title or by kind."""
    words = reading.phrases.content_words(reading.text) if reading.text else []
    kinds = {str(mention.value).lower() for mention in reading.named("category")}
    scored = [
        (_score(item.product, words, kinds), item) for order in orders for item in order.items
    ]
    best = max((score for score, _ in scored), default=0)
    return [item for score, item in scored if score == best] if best else []


def _score(product: Product, words: Sequence[str], kinds: set[str]) -> int:
    title = _WORDS.findall(product.title.lower())
    hits = sum(any(fuzz.ratio(word, other) >= _SAME_WORD for other in title) for word in words)
    return hits + bool(kinds & {product.category.lower(), (product.product_type or "").lower()})


def _of(customer_id: str) -> Select[Any]:
    return select(Order).where(Order.customer_id == customer_id).options(selectinload(Order.lines))


def _read(session: Session, query: Select[Any]) -> list[Purchase]:
    orders: list[Order] = list(session.scalars(query.execution_options(populate_existing=True)))
    ids = {line.product_id for order in orders for line in order.lines}
    goods = {p.id: p for p in session.scalars(select(Product).where(Product.id.in_(ids)))}
    return [
        Purchase(
            id=order.id,
            status=order.status,
            currency=order.currency,
            created_at=order.created_at,
            updated_at=order.updated_at,
            items=tuple(
                Item(goods[line.product_id], line.quantity, line.price) for line in order.lines
            ),
        )
        for order in orders
    ]


def _plain(order_id: str) -> str:
    return re.sub(r"[\W_]", "", order_id).lower()
