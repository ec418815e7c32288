"""What shoppers do in the chat itself, kept beside what they do on the shop's pages."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Literal, NamedTuple

from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.behaviour import Event
from shop.shopper import Shopper

# What they turned down is no event of GA4's: it never comes from outside.
LikingStep = Literal["add_to_wishlist", "dislike_item"]
CartStep = Literal["add_to_cart", "remove_from_cart", "view_cart", "begin_checkout"]


class Item(NamedTuple):
    """So many of a product, each at this price."""

    product_id: str
    price: Decimal
    quantity: int


def record_step(
    session: Session,
    name: CartStep | LikingStep,
    *,
    shopper: Shopper,
    items: Iterable[Item] = (),
    ranking_id: str | None = None,
) -> None:
    """Store one step as gateway/intake.py does: a row for each product, one row for none.

    Args:
        ranking_id: the recommendation that the products were chosen from.
    """
    about = {
        "name": name,
        "occurred_at": now(),
        "customer_id": shopper.customer_id,
        "session_id": shopper.session_id,
        "country": shopper.country,
        "ranking_id": ranking_id,
    }
    rows = [Event(**about, **item._asdict()) for item in items]
    session.add_all(rows or [Event(**about)])
