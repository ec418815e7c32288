"""Wishes to be told when a product is back in stock or costs less."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from sqlalchemy import case, delete, exists, literal, or_, select, update
from sqlalchemy.orm import Session

from db.tables.alerts import Alert
from db.tables.base import now
from db.tables.catalog import Product
from db.tables.outreach import OutreachPreference
from shop.facts import stock_state
from shop.shopper import Shopper

Kind = Literal["back_in_stock", "price_drop"]
_BUYABLE = ("in_stock", "low")
# Those that must wait until the morning stand before those that need not.
_MOST_LOOKED_AT = 5_000


@dataclass(frozen=True, slots=True)
class News:
    """What a shopper asked to be told, now that it is so.

    Attributes:
        was: what the product cost when they asked.
    """

    conversation_id: str
    kind: Kind
    product: Product
    was: Decimal
    alert_id: int


def can_be_bought(product: Product) -> bool:
    """Whether it is in stock now."""
    return stock_state(product) in _BUYABLE


def subscribe(session: Session, product: Product, *, shopper: Shopper) -> Kind:
    """Note the wish: for a product that is gone, that it is back; for any other, a lower price.

    Asking again keeps one wish, measured by the price of now.
    """
    kind: Kind = "price_drop" if can_be_bought(product) else "back_in_stock"
    unsubscribe(session, product.id, shopper=shopper)
    session.add(
        Alert(
            conversation_id=shopper.session_id,
            customer_id=shopper.customer_id,
            product_id=product.id,
            kind=kind,
            price=product.price,
        )
    )
    session.flush()
    return kind


def unsubscribe(session: Session, product_id: str, *, shopper: Shopper) -> bool:
    """Forget the wish about this product.

    Returns:
        Whether there was one.
    """
    gone = session.execute(
        delete(Alert)
        .where(
            Alert.conversation_id == shopper.session_id,
            Alert.product_id == product_id,
            Alert.told_at.is_(None),
        )
        .returning(Alert.id)
    )
    return bool(gone.all())


def count_alerts(session: Session, *, shopper: Shopper) -> int:
    """How many wishes of this conversation are still to be told."""
    open_ones = select(Alert.id).where(
        Alert.conversation_id == shopper.session_id, Alert.told_at.is_(None)
    )
    return len(session.scalars(open_ones).all())


def take_news(
    session: Session, *, limit: int = 100, may_tell: Callable[[Alert], bool] = lambda _: True
) -> Sequence[News]:
    """Wishes that have come true, each handed out once: whoever takes them tells them.

    Two processes that look at once do not take the same. Who wants to hear nothing, does not.

    Args:
        may_tell: whether now is the time; those that must wait are found again.
    """
    subject = case(
        (Alert.customer_id.is_not(None), literal("customer:") + Alert.customer_id),
        else_=literal("conversation:") + Alert.conversation_id,
    )
    unwanted = exists().where(
        OutreachPreference.subject == subject, OutreachPreference.alerts.is_(False)
    )
    in_stock = (Product.availability == "in_stock") & or_(
        Product.stock.is_(None), Product.stock > 0
    )
    came_true = ((Alert.kind == "back_in_stock") & in_stock) | (
        (Alert.kind == "price_drop") & in_stock & (Product.price < Alert.price)
    )
    due = (
        select(Alert, Product)
        .join(Product, Product.id == Alert.product_id)
        .where(Alert.told_at.is_(None), Product.active, came_true, ~unwanted)
        .order_by(Alert.id)
        .limit(_MOST_LOOKED_AT)
    )
    news: list[News] = []
    for alert, product in session.execute(due).all():
        if len(news) == limit:
            break
        if not may_tell(alert):
            continue
        claim = (
            update(Alert)
            .where(Alert.id == alert.id, Alert.told_at.is_(None))
            .values(told_at=now())
            .returning(Alert.id)
            .execution_options(synchronize_session=False)
        )
        if session.execute(claim).scalar_one_or_none() is not None:
            kind = cast(Kind, alert.kind)
            here = alert.conversation_id
            news.append(News(here, kind, product, was=alert.price, alert_id=alert.id))
    return news
