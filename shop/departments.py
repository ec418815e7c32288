"""What the shop sells, in the large."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product


def largest_departments(session: Session, *, limit: int) -> list[str]:
    """The departments with the most goods for sale, largest first."""
    query = (
        select(Product.category)
        .where(Product.active, Product.category != "")
        .group_by(Product.category)
        .order_by(func.count().desc(), Product.category)
        .limit(limit)
    )
    return list(session.scalars(query))
