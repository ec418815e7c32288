"""Which of several products to take, and what speaks for it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from db.tables.catalog import Product
from shop.facts import price_facts, stock_state

For = Literal["best_rated", "well_rated", "cheapest", "cheaper", "on_sale", "in_stock", "fits_best"]

# A rating is drawn to the usual one as if so many had given that.
_USUAL_RATING, _USUAL_COUNT = 4.0, 8
# Half a star counts as much as all the way from the dearest to the cheapest.
_STARS = 2.0
# As much as the list's own order counts: it knows the wish and the shopper.
_ORDER = 0.4
_WELL_RATED, _SEVERAL = 4.0, 3
_CAN_BE_HAD = frozenset({"in_stock", "low"})


@dataclass(frozen=True, slots=True)
class Rival:
    """The product that is ahead of the pick in one thing."""

    product: Product
    ahead: Literal["best_rated", "cheapest"]


@dataclass(frozen=True, slots=True)
class Pick:
    """One product out of several.

    Attributes:
        reasons: what speaks for it beside the others, never empty; all of it is true.
        rival: what to take if something else counts most.
    """

    product: Product
    reasons: tuple[For, ...]
    rival: Rival | None


def pick(products: Sequence[Product]) -> Pick:
    """The one to take of two or more: by what buyers say, the price, and the order they came in.

    What cannot be had is no choice where something else can.

    Args:
        products: in the order that they were recommended in.
    """
    had = [product for product in products if stock_state(product) in _CAN_BE_HAD]
    some = had or list(products)
    best = max(some, key=lambda product: _worth(product, some, place=products.index(product)))
    reasons = tuple(_reasons(best, products, scarce=len(had) == 1 < len(products)))
    return Pick(best, reasons or ("fits_best",), _rival(best, some))


def _worth(product: Product, among: Sequence[Product], *, place: int) -> float:
    prices = [float(other.price) for other in among]
    span = max(prices) - min(prices)
    one_currency = len({other.currency for other in among}) == 1
    cheap = (max(prices) - float(product.price)) / span if span and one_currency else 0.0
    return cheap + _STARS * (_believed(product) - _USUAL_RATING) - _ORDER * place / len(among)


def _believed(product: Product) -> float:
    if product.rating is None:
        return _USUAL_RATING
    count = product.rating_count
    return (product.rating * count + _USUAL_RATING * _USUAL_COUNT) / (count + _USUAL_COUNT)


def _reasons(best: Product, products: Sequence[Product], *, scarce: bool) -> list[For]:
    others = [product for product in products if product is not best]
    found: list[For] = ["in_stock"] if scarce else []
    if _leads_in_rating(best, others):
        found.append("best_rated")
    elif (best.rating or 0.0) >= _WELL_RATED and best.rating_count >= _SEVERAL:
        found.append("well_rated")
    if _is_cheapest(best, others):
        found.append("cheapest")
    elif sum(_is_cheapest(best, [other]) for other in others) > len(others) / 2:
        found.append("cheaper")
    if price_facts(best)["on_sale"]:
        found.append("on_sale")
    return found


def _rival(best: Product, among: Sequence[Product]) -> Rival | None:
    """The one ahead in what the best is not."""
    for other in among:
        others = [product for product in among if product is not other]
        if other is not best and _is_cheapest(other, others):
            return Rival(other, "cheapest")
        known = other.rating_count >= _SEVERAL
        if other is not best and known and _leads_in_rating(other, others):
            return Rival(other, "best_rated")
    return None


def _is_cheapest(product: Product, others: Sequence[Product]) -> bool:
    """Whether it costs less than each of the others, in their currency."""
    return all(
        product.currency == other.currency and product.price < other.price for other in others
    )


def _leads_in_rating(product: Product, others: Sequence[Product]) -> bool:
    """Whether it is rated better than each of the others that is rated, as ratings are shown."""
    rated = [round(other.rating, 1) for other in others if other.rating is not None]
    return product.rating is not None and bool(rated) and round(product.rating, 1) > max(rated)
