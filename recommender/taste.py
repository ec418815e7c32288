"""What a shopper's last steps say of their taste."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from db.behaviour import Step
from recommender.shelf import Shelf

# How much each step says, from "never again" to "mine".
STEP_WEIGHTS: Mapping[str, float] = {
    "purchase": 1.0,
    "add_to_cart": 0.6,
    "begin_checkout": 0.6,
    "add_to_wishlist": 0.5,
    "select_item": 0.25,
    "view_item": 0.2,
    "remove_from_cart": -0.4,
    "dislike_item": -0.5,
    "refund": -0.8,
}
_REVIEW_WEIGHTS = {1: -0.9, 2: -0.6, 3: 0.0, 4: 0.5, 5: 0.8}
_HALF_LIFE_DAYS = 30.0
# However old, a step keeps this share of its weight: old taste is better than none.
_FLOOR = 0.1
# Two steps towards a brand or a kind make it a favourite, one is chance.
_FAVOURITE_STEPS = 2
# So many steps before one knows what somebody usually spends on things of a kind.
_PRICED_STEPS = 4
# What the shopper looks at right now, while they chat.
_PAGE_WEIGHT = 0.15


@dataclass(slots=True)
class Leaning:
    """Products the shopper stepped towards or away from, with how much each counts."""

    rows: list[int] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, row: int, weight: float) -> None:
        """Count one more step."""
        self.rows.append(row)
        self.weights.append(weight)

    def arrays(self) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
        """Rows and weights, [m] each."""
        return np.array(self.rows, dtype=np.intp), np.array(self.weights, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Taste:
    """One shopper's taste; empty for a stranger.

    Attributes:
        bought: steps that ended in a purchase or a good review.
        viewed: looks, carts and wishes.
        disliked: what went back, with positive weights.
        owned: rows of the products bought.
        brands: each favourite brand's share of the liking, by key.
        kinds: the same for types.
        total: the sum of all weights, taken without sign.
        dearness: of what they step towards, as `Shelf.dearness`; None where that is too little.
    """

    bought: Leaning
    viewed: Leaning
    disliked: Leaning
    owned: frozenset[int]
    brands: Mapping[str, float]
    kinds: Mapping[str, float]
    total: float
    dearness: float | None = None


def read_taste(
    shelf: Shelf, steps: Iterable[Step], *, now: datetime, page_product_id: str | None = None
) -> Taste:
    """Weigh the steps by what they are and how long ago they were."""
    bought, viewed, disliked = Leaning(), Leaning(), Leaning()
    owned: set[int] = set()
    brands: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    brand_steps: Counter[str] = Counter()
    kind_steps: Counter[str] = Counter()
    for step in steps:
        row = shelf.row.get(step.product_id)
        if row is None:
            continue
        weight = _weight(step, now)
        if step.name == "purchase":
            owned.add(row)
        if weight < 0:
            disliked.add(row, -weight)
        elif step.name in ("purchase", "review"):
            bought.add(row, weight)
        elif weight > 0:
            viewed.add(row, weight)
        good = shelf.goods[row]
        kind = good.type_key or good.category_key
        for key, sums, counts in ((good.brand_key, brands, brand_steps), (kind, kinds, kind_steps)):
            if key:
                sums[key] += weight  # type: ignore[assignment]  # a Counter may hold floats
                counts[key] += weight > 0
    page = shelf.row.get(page_product_id) if page_product_id else None
    if page is not None:
        viewed.add(page, _PAGE_WEIGHT)
    total = sum(map(sum, (bought.weights, viewed.weights, disliked.weights)))
    return Taste(
        bought,
        viewed,
        disliked,
        frozenset(owned),
        _favourites(brands, brand_steps, total),
        _favourites(kinds, kind_steps, total),
        total,
        _dearness(shelf, bought, viewed),
    )


def _dearness(shelf: Shelf, *leanings: Leaning) -> float | None:
    rows = [row for leaning in leanings for row in leaning.rows]
    weights = [weight for leaning in leanings for weight in leaning.weights]
    if len(rows) < _PRICED_STEPS or not sum(weights):
        return None
    return float(np.average(shelf.dearness[rows], weights=weights))


def _weight(step: Step, now: datetime) -> float:
    if step.name == "review":
        weight = _REVIEW_WEIGHTS.get(step.rating or 3, 0.0)
    else:
        weight = STEP_WEIGHTS.get(step.name, 0.0)
    days = max(0.0, (now - step.occurred_at).total_seconds() / 86_400)
    return weight * (_FLOOR + (1 - _FLOOR) * math.pow(0.5, days / _HALF_LIFE_DAYS))


def _favourites(
    sums: Mapping[str, float], steps: Mapping[str, int], total: float
) -> dict[str, float]:
    return {
        key: liking / total
        for key, liking in sums.items()
        if liking > 0 and steps[key] >= _FAVOURITE_STEPS
    }
