"""What the shop knows about a shopper, as they may see it."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.behaviour import WANTING, recent_events
from db.tables.catalog import Product
from db.tables.orders import Order
from shop.alerts import count_alerts
from shop.cards import find_products
from shop.shopper import Shopper

_LOOKED_BACK = 200
_MOST_KINDS = 3
_MOST_VIEWED = 3


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is stored of a shopper, in numbers and names.

    Attributes:
        kinds: the categories they were after most, best first.
        viewed: the titles of what they looked at last, newest first.
        liked, disliked: titles, as they told it in this chat.
        orders: how many are theirs; 0 for guests, whose orders nobody knows.
        alerts: how many things they asked to be told.
    """

    kinds: list[str]
    viewed: list[str]
    liked: list[str]
    disliked: list[str]
    orders: int
    alerts: int


def draw_portrait(
    session: Session, *, shopper: Shopper, liked: Iterable[str] = (), disliked: Iterable[str] = ()
) -> Portrait:
    """Read what is stored of this customer and this conversation.

    Args:
        liked, disliked: product ids that the conversation remembers.
    """
    steps = recent_events(
        session,
        customer_id=shopper.customer_id,
        session_id=shopper.session_id,
        limit=_LOOKED_BACK,
    )
    wanted = [step.product_id for step in steps if step.name in WANTING]
    chosen = select(Product.id, Product.category).where(Product.id.in_(wanted))
    categories = {row.id: row.category for row in session.execute(chosen)}
    kinds = Counter(categories[product_id] for product_id in wanted if product_id in categories)
    viewed = list(dict.fromkeys(step.product_id for step in steps if step.name == "view_item"))
    return Portrait(
        kinds=[kind for kind, _ in kinds.most_common(_MOST_KINDS)],
        viewed=_titles(session, viewed[:_MOST_VIEWED]),
        liked=_titles(session, liked),
        disliked=_titles(session, disliked),
        orders=_count_orders(session, shopper),
        alerts=count_alerts(session, shopper=shopper),
    )


def _titles(session: Session, product_ids: Iterable[str]) -> list[str]:
    return [product.title for product in find_products(session, list(product_ids))]


def _count_orders(session: Session, shopper: Shopper) -> int:
    if shopper.customer_id is None:
        return 0
    theirs = select(func.count()).where(Order.customer_id == shopper.customer_id)
    return session.scalar(theirs) or 0
