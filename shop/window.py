"""The shop window: well-rated goods by plain SQL, for when the recommender is down."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from db.tables.catalog import Product
from shop.wishes import Wishes

# What "cheap" means among goods of the kind: the lower part of their prices.
LOW_SHARE = 0.4
# Below so many prices there is no lower part worth the name.
_FEWEST_PRICES = 4
_BEST_REVIEWED = (Product.rating_count.desc(), Product.rating.desc(), Product.id)
_ORDERS: dict[str, tuple[ColumnElement[Any], ...]] = {
    "cheapest": (Product.price.asc(),),
    "dearest": (Product.price.desc(),),
    "best_rated": (Product.rating.is_(None), Product.rating.desc()),
    "newest": (Product.created_at.desc(),),
}


def popular_goods(
    session: Session, wishes: Wishes, *, skip: Sequence[str] = (), limit: int
) -> list[Product]:
    """Goods in stock that satisfy every wish that SQL can check, the best reviewed first."""
    query = (
        select(Product)
        .where(*_conditions(wishes), Product.availability == "in_stock")
        .order_by(*_ORDERS.get(wishes.order or "", ()), *_BEST_REVIEWED)
        .limit(limit)
    )
    if skip:
        query = query.where(Product.id.not_in(skip))
    return list(session.scalars(query))


def has_words(session: Session, wishes: Wishes, words: Sequence[str]) -> bool:
    """Whether goods that satisfy the wishes speak of all these words."""
    said = (_mentions(word.removesuffix("s")) for word in words)
    query = select(Product.id).where(*_conditions(wishes), *said)
    return bool(words) and session.scalar(query.limit(1)) is not None


def is_there_any(session: Session, wishes: Wishes, field: str) -> bool:
    """Whether any goods of the kind have what is wished for in this field, all else aside."""
    bare = Wishes(kinds=wishes.kinds, **{field: getattr(wishes, field)})
    return session.scalar(select(Product.id).where(*_conditions(bare)).limit(1)) is not None


def find_low_price(session: Session, wishes: Wishes) -> float | None:
    """A price that most goods of this kind exceed; None where there are too few to tell."""
    # What is cheap for wireless headphones is told by all headphones where few say "wireless".
    for asked in (wishes, Wishes(kinds=wishes.kinds, exclude=wishes.exclude)):
        fitting = _conditions(asked)
        count = session.scalar(select(func.count()).select_from(Product).where(*fitting)) or 0
        if count >= _FEWEST_PRICES:
            prices = select(Product.price).where(*fitting).order_by(Product.price)
            price = session.scalar(prices.offset(int(count * LOW_SHARE)).limit(1))
            return None if price is None else float(price)
    return None


def reason(product: Product) -> dict[str, Any] | None:
    """Why this product is in the window; None where it is there for want of others."""
    if product.rating is None:
        return None
    params = {"rating": product.rating, "count": product.rating_count}
    return {"code": "top_rated", "params": params}


def _conditions(wishes: Wishes) -> list[ColumnElement[bool]]:
    limits = wishes.constraints()
    conditions: list[ColumnElement[bool]] = [Product.active.is_(True)]
    if limits.category:
        kinds = _lower(limits.category)
        conditions.append(
            or_(
                func.lower(Product.category).in_(kinds), func.lower(Product.product_type).in_(kinds)
            )
        )
    for name in ("brand", "size", "material", "color"):
        if values := getattr(limits, name):
            column: InstrumentedAttribute[str | None] = getattr(Product, name)
            named = [Product.title.icontains(v, autoescape=True) for v in values]
            conditions.append(or_(func.lower(column).in_(_lower(values)), *named))
    conditions += [_mentions(feature) for feature in limits.features]
    if limits.price_min is not None:
        conditions.append(Product.price >= Decimal(str(limits.price_min)))
    if limits.price_max is not None:
        conditions.append(Product.price <= Decimal(str(limits.price_max)))
    if limits.rating_min is not None:
        conditions.append(Product.rating >= limits.rating_min)
    if limits.on_sale:
        conditions.append(Product.list_price > Product.price)
    conditions += [
        ~_has(name, value) for name, values in limits.exclude.items() for value in values
    ]
    return conditions


def _has(field: str, value: str) -> ColumnElement[bool]:
    """Whether a product has this value; never NULL, since NOT NULL would drop the product."""
    lower = value.lower()
    if field == "category":
        kinds = (
            func.lower(Product.category),
            func.coalesce(func.lower(Product.product_type), ""),
        )
        return or_(kinds[0] == lower, kinds[1] == lower)
    if field == "features":
        return _mentions(value)
    column = func.coalesce(func.lower(getattr(Product, field)), "")
    return or_(column == lower, Product.title.icontains(value, autoescape=True))


def _mentions(words: str) -> ColumnElement[bool]:
    return or_(
        Product.title.icontains(words, autoescape=True),
        Product.description.icontains(words, autoescape=True),
    )


def _lower(values: Sequence[str]) -> list[str]:
    return [value.lower() for value in values]
