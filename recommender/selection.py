"""Which products may be shown: the constraints as masks, and what gives way when none is left.

The order in which wishes give way, first to last: features, material, size, color, brand, on_sale,
rating_min, price, category. What is excluded, retired or (with `in_stock`) not in stock is never
shown, whatever else gives way.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Mask
from recommender.matching import find_category, ruled_out, union, with_value
from recommender.shelf import Shelf
from recommender.wire import Constraints, Relaxed

# What a shopper still takes for "near" the price wished: a quarter more or less, or twice as far as
# the nearest that there is.
_NEAR = 0.25
_NEAR_FACTOR = 2.0


@dataclass(frozen=True, slots=True)
class Selection:
    """The products that may be shown.

    Attributes:
        mask: bool [n].
        relaxed: the wishes that gave way, price aside (see `relaxed_prices`).
        words: texts of the constraints that should steer the order too.
        context: names of the category found, which say what the words are about.
        far: each product's distance to the prices wished, where those gave way; else None.
    """

    mask: Mask
    relaxed: list[Relaxed]
    words: list[str]
    context: list[str]
    far: NDArray[np.float64] | None = None


@dataclass(frozen=True, slots=True)
class _Wish:
    """One constraint, with what may be given in its stead, best first."""

    name: str
    asked: Any
    mask: Mask
    milder: list[tuple[Any, Mask]] = field(default_factory=list)


def select(
    shelf: Shelf,
    constraints: Constraints,
    *,
    anchor: int | None = None,
    hidden: Mask | None = None,
) -> Selection:
    """Keep as many wishes as can be kept together, the dearest first.

    Going from the dearest wish to the cheapest and keeping each that leaves something is the same
    as dropping from the cheapest up and then restoring what was not in the way.

    Args:
        shelf: the catalogue.
        constraints: what a product must be.
        anchor: the row of the product that others should be like; it is not shown itself.
        hidden: what the shop never shows, bool [n].
    """
    allowed = _allowed(shelf, constraints)
    if hidden is not None:
        allowed &= ~hidden
    mask = allowed.copy()
    mask[[shelf.row[id_] for id_ in constraints.exclude_ids if id_ in shelf.row]] = False
    if anchor is not None:
        mask[anchor] = False
    relaxed: list[Relaxed] = []
    far: NDArray[np.float64] | None = None
    for wish in _wishes(shelf, constraints):
        kept = mask & wish.mask
        if kept.any() or not mask.any():
            mask = kept
            continue
        if wish.name == "category" and (wish.mask & allowed).any():
            # All of that kind were shown before: others would be no "more" of it.
            mask = kept
            continue
        if wish.name == "price":
            far = _distance(shelf, constraints)
            # Products without a price are not near any.
            mask = mask & np.isfinite(far) if (mask & np.isfinite(far)).any() else mask
            continue
        if wish.name == "size" and (sized := mask & _in_sizes(shelf)).any():
            # What comes in no sizes is not what is asked for, of whatever size.
            mask = sized
        given, mask = _mildest(wish, mask)
        relaxed.append(Relaxed(constraint=wish.name, asked=wish.asked, given=given))
    words, context = _texts(shelf, constraints)
    return Selection(mask, relaxed[::-1], words, context, far)


def nearest_prices(
    rows: NDArray[np.intp], far: NDArray[np.float64], constraints: Constraints
) -> NDArray[np.intp]:
    """Those of the rows whose price a shopper still takes for near, the nearest first.

    Rows at the same distance keep their order.
    """
    distance = far[rows]
    wished = max(constraints.price_max or 0.0, constraints.price_min or 0.0)
    limit = max(_NEAR_FACTOR * float(distance.min(initial=np.inf)), _NEAR * wished)
    order = np.argsort(distance, kind="stable")
    return rows[order][distance[order] <= limit]


def relaxed_prices(constraints: Constraints, prices: list[float]) -> list[Relaxed]:
    """What to say of prices shown that the constraints do not allow; [] when all are allowed."""
    low, high = constraints.price_min, constraints.price_max
    above = [price for price in prices if high is not None and not price <= high]
    below = [price for price in prices if low is not None and not price >= low]
    said = []
    if above:
        said.append(Relaxed(constraint="price_max", asked=high, given=_finite(min, above)))
    if below:
        said.append(Relaxed(constraint="price_min", asked=low, given=_finite(max, below)))
    return said


def _finite(choose: Any, prices: list[float]) -> float | None:
    known = [price for price in prices if np.isfinite(price)]
    return float(choose(known)) if known else None


def _allowed(shelf: Shelf, constraints: Constraints) -> Mask:
    """On sale, in stock where that is asked, and nothing of what is excluded by value."""
    mask = shelf.active.copy()
    if constraints.in_stock:
        mask &= shelf.available
    # Who looks for earrings and wants no rings still looks for earrings.
    out = with_value if constraints.category else ruled_out
    for name, values in constraints.exclude.items():
        for value in values:
            mask &= ~out(shelf, name, value)
    return mask


def _wishes(shelf: Shelf, constraints: Constraints) -> Iterator[_Wish]:
    """The wishes that were made, the dearest first."""
    if constraints.category:
        yield _category_wish(shelf, constraints.category)
    if constraints.price_min is not None or constraints.price_max is not None:
        yield _Wish("price", None, _distance(shelf, constraints) == 0)
    if constraints.rating_min is not None:
        yield _Wish("rating_min", constraints.rating_min, shelf.rating >= constraints.rating_min)
    if constraints.on_sale:
        yield _Wish("on_sale", asked=True, mask=shelf.list_price > shelf.price)
    for name in ("brand", "color", "size", "material"):
        if values := getattr(constraints, name):
            milder = []
            if name == "color" and (plain := _plain_colors(shelf, values)):
                milder = [(_one_or_all(plain), _any_of(shelf, name, plain))]
            yield _Wish(name, _one_or_all(values), _any_of(shelf, name, values), milder)
    # A feature that few products have must not push out one that many have.
    features = [(name, with_value(shelf, "features", name)) for name in constraints.features]
    for name, mask in sorted(features, key=lambda named: -int(named[1].sum())):
        yield _Wish("features", name, mask)


def _category_wish(shelf: Shelf, names: list[str]) -> _Wish:
    found = [category for name in names if (category := find_category(shelf, name))]
    whole = shelf.mask([])
    for category in found:
        if category.given is None:
            whole |= category.mask
    heads = [category for category in found if category.given is not None]
    milder: list[tuple[Any, Mask]] = []
    if heads:
        mask = union(category.mask for category in heads)
        milder = [(_one_or_all([str(category.given) for category in heads]), mask)]
    return _Wish("category", _one_or_all(names), whole, milder)


def _mildest(wish: _Wish, mask: Mask) -> tuple[Any, Mask]:
    for given, milder in wish.milder:
        if (mask & milder).any():
            return given, mask & milder
    return None, mask


def _any_of(shelf: Shelf, name: str, values: list[str]) -> Mask:
    return union(with_value(shelf, name, value) for value in values)


def _in_sizes(shelf: Shelf) -> Mask:
    sized = (row for size, rows in shelf.sizes.items() if size for row in rows)
    return shelf.remembered("sized", "", lambda: shelf.mask(list(sized)))


def _plain_colors(shelf: Shelf, values: list[str]) -> list[str]:
    plain = (shelf.lexicon.plain_color(shelf.lexicon.key(value)) for value in values)
    return [color for color in plain if color]


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def _distance(shelf: Shelf, constraints: Constraints) -> NDArray[np.float64]:
    """How far each price is outside the range wished: 0 within, infinite without a price."""
    low = -np.inf if constraints.price_min is None else constraints.price_min
    high = np.inf if constraints.price_max is None else constraints.price_max
    distance = np.maximum(np.maximum(low - shelf.price, shelf.price - high), 0.0)
    return np.where(np.isnan(shelf.price), np.inf, distance)


def _texts(shelf: Shelf, constraints: Constraints) -> tuple[list[str], list[str]]:
    """The constraints' words that may order the products, and those that say what they are."""
    words = [
        *constraints.features,
        *constraints.material,
        *constraints.color,
        *constraints.brand,
    ]
    context = []
    for name in constraints.category:
        category = find_category(shelf, name)
        if category is None:
            words.append(name)
        else:
            context.append(name)
            if category.spare:
                words.append(category.spare)
    return words, context
