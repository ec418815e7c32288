"""Price bands to choose from: low, middle and high for what the shop has."""

from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product

# A price that people think in has one of these as its first figures.
_ROUND = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 10.0)
_FEWEST_PRICES = 6


class Band(NamedTuple):
    """From, up to; None is open."""

    low: float | None
    high: float | None


def price_bands(session: Session) -> list[Band]:
    """A third of the shop's goods each, between round prices; [] where there are too few goods."""
    count = session.scalar(select(func.count()).select_from(Product).where(Product.active)) or 0
    if count < _FEWEST_PRICES:
        return []
    prices = select(Product.price).where(Product.active).order_by(Product.price)
    low, high = (
        _rounded(float(session.scalar(prices.offset(int(count * share)).limit(1)) or 0))
        for share in (1 / 3, 2 / 3)
    )
    return [Band(None, low), Band(low, high), Band(high, None)] if low < high else []


def _rounded(price: float) -> float:
    step = 10.0 ** (len(str(int(price))) - 1)
    return min((step * figure for figure in _ROUND), key=lambda one: abs(one - price))
