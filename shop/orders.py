"""A customer's orders, as the shop's own system reported them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.orders import Order


def latest_orders(session: Session, *, customer_id: str, limit: int = 3) -> list[Order]:
    """The customer's newest orders, newest first."""
    query = (
        select(Order)
        .where(Order.customer_id == customer_id)
        .order_by(Order.created_at.desc(), Order.id.desc())
        .limit(limit)
    )
    return list(session.scalars(query))


def find_order(session: Session, *, customer_id: str, order_id: str) -> Order | None:
    """This order, if it is this customer's: nobody learns of another's."""
    query = select(Order).where(Order.id == order_id.lstrip("#"), Order.customer_id == customer_id)
    return session.scalars(query).one_or_none()
