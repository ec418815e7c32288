"""One score for each product: a named, weighted sum of what speaks for it and against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recommender.lexical import Floats, Mask
from recommender.popularity import Popularity
from recommender.query import Query
from recommender.shelf import Shelf
from recommender.taste import Leaning, Taste

# What the shopper says now leads; behaviour breaks ties and lifts.
WITH_QUERY: Mapping[str, float] = {
    "text_words": 0.7,
    "text_meaning": 1.0,
    "anchor": 0.6,
    "anchor_kind": 0.2,
    "bought": 0.3,
    "viewed": 0.3,
    "disliked": -0.3,
    "favourite_brand": 0.12,
    "favourite_kind": 0.08,
    "popular": 0.05,
    "season": 0.04,
    "rating": 0.05,
    "sale": 0.02,
    "new": 0.02,
    "budget": 0.03,
    "low_price": 0.25,
    "owned": -0.1,
    "out_of_stock": -0.4,
}
# Nothing said: behaviour leads, then what others want now.
WITHOUT_QUERY: Mapping[str, float] = {
    **WITH_QUERY,
    "text_words": 0.1,
    "text_meaning": 0.2,
    "anchor": 1.0,
    "anchor_kind": 0.4,
    "bought": 1.5,
    "viewed": 1.5,
    "disliked": -1.0,
    "favourite_brand": 0.4,
    "favourite_kind": 0.4,
    "popular": 0.2,
    "season": 0.15,
    "rating": 0.12,
    "sale": 0.06,
    "new": 0.06,
    "budget": 0.08,
    "low_price": 0.5,
    "owned": -0.5,
}
_NEW_DAYS = 45.0
_MOST = 0.5
# A rating is pulled towards the usual one as if this many had given that.
_USUAL_RATING, _USUAL_COUNT = 4.0, 8.0
# The share of the budget that a shopper who names one usually spends.
_BUDGET_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request brings to scoring beside the shelf."""

    query: Query
    query_vector: Floats | None
    taste: Taste
    anchor: int | None
    price_max: float | None
    now: datetime
    country: str | None


def score_parts(
    shelf: Shelf, asked: Asked, popularity: Popularity, *, candidates: Mask
) -> dict[str, Floats]:
    """What each named part adds to each product's score.

    Parts that say nothing here (no anchor, no history) are left out.

    Returns:
        Weighted parts by name, float32 [n] each; a product's score is their sum.
    """
    weights = WITH_QUERY if asked.query.leads else WITHOUT_QUERY
    raw: dict[str, Floats] = {}
    if asked.query.weights:
        raw["text_words"] = shelf.index.score(asked.query.weights)
        if asked.query_vector is not None and shelf.vectors is not None:
            meaning = shelf.vectors.similar(asked.query_vector[None, :])[:, 0]
            raw["text_meaning"] = _filled(meaning, shelf.encoded, candidates)
    if asked.anchor is not None:
        raw |= _like_anchor(shelf, asked.anchor, candidates)
    raw |= _by_taste(shelf, asked.taste)
    raw["popular"] = popularity.recent(shelf, country=asked.country)
    raw["season"] = popularity.seasonal(shelf, month=asked.now.month)
    raw |= _by_offer(shelf, asked, candidates)
    if asked.query.cheap:
        raw["low_price"] = _cheapness(shelf, candidates)
    return {
        name: (weights[name] * part).astype(np.float32) for name, part in raw.items() if part.any()
    }


def _filled(meaning: Floats, encoded: Mask, candidates: Mask) -> Floats:
    """Products whose vector is still to come stand where the average candidate stands."""
    known = encoded & candidates
    usual = float(meaning[known].mean()) if known.any() else 0.0
    return np.where(encoded, np.maximum(meaning, 0.0), usual).astype(np.float32)


def _like_anchor(shelf: Shelf, anchor: int, candidates: Mask) -> dict[str, Floats]:
    good = shelf.goods[anchor]
    same_kind = shelf.mask(shelf.types.get(good.type_key or good.category_key, []))
    if shelf.vectors is not None and shelf.encoded[anchor]:
        near = shelf.vectors.similar(shelf.vectors.rows(np.array([anchor])))[:, 0]
        near = _filled(near, shelf.encoded, candidates)
    else:
        near = shelf.index.score(dict.fromkeys(shelf.lexicon.terms(good.title), 1.0))
    return {"anchor": near, "anchor_kind": same_kind.astype(np.float32)}


def _by_taste(shelf: Shelf, taste: Taste) -> dict[str, Floats]:
    parts: dict[str, Floats] = {}
    if taste.total and shelf.vectors is not None and shelf.encoded.any():
        leanings = {"bought": taste.bought, "viewed": taste.viewed, "disliked": taste.disliked}
        leanings = {name: leaning for name, leaning in leanings.items() if leaning.rows}
        directions = [_direction(shelf, leaning) / taste.total for leaning in leanings.values()]
        if directions:
            near = shelf.vectors.similar(np.stack(directions))
            for column, (name, leaning) in enumerate(leanings.items()):
                part = near[:, column].copy()
                # That a product is like itself says nothing.
                rows, weights = leaning.arrays()
                np.subtract.at(part, rows, weights / taste.total * shelf.encoded[rows])
                # All of a shop's products are somewhat alike: only what is more so counts.
                part -= part[shelf.encoded].mean()
                parts[name] = np.where(shelf.encoded, np.maximum(part, 0.0), 0.0)
    parts["favourite_brand"] = _shares(shelf, shelf.brands, taste.brands)
    parts["favourite_kind"] = _shares(shelf, shelf.types, taste.kinds)
    parts["owned"] = shelf.mask(sorted(taste.owned)).astype(np.float32)
    return parts


def _direction(shelf: Shelf, leaning: Leaning) -> Floats:
    assert shelf.vectors is not None  # noqa: S101  # the caller looked
    rows, weights = leaning.arrays()
    direction: Floats = (weights[:, None] * shelf.vectors.rows(rows)).sum(axis=0)
    return direction


def _shares(shelf: Shelf, rows: Mapping[str, list[int]], shares: Mapping[str, float]) -> Floats:
    part = np.zeros(len(shelf), dtype=np.float32)
    for key, share in shares.items():
        part[rows.get(key, [])] = share
    return part


def _by_offer(shelf: Shelf, asked: Asked, candidates: Mask) -> dict[str, Floats]:
    """What the offer itself says: rating, sale, age, price against the budget, stock."""
    count = shelf.rating_count
    rating = np.where(np.isnan(shelf.rating), _USUAL_RATING, shelf.rating)
    believed = (rating * count + _USUAL_RATING * _USUAL_COUNT) / (count + _USUAL_COUNT)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.clip(1 - shelf.price / shelf.list_price, 0.0, 0.5) * 2
    days = (asked.now.timestamp() - shelf.created) / 86_400
    new = np.clip(1 - days / _NEW_DAYS, 0.0, 1.0)
    if (new[candidates] > 0).mean() > _MOST:
        # A shop that has just been filled has no new arrivals.
        new = np.zeros_like(new)
    parts = {
        "rating": np.where(np.isnan(shelf.rating), 0.0, np.clip(believed - 3.0, 0.0, 2.0) / 2),
        "sale": np.nan_to_num(off),
        "new": new,
        "out_of_stock": ~shelf.available,
    }
    if asked.price_max:
        spent = shelf.price / asked.price_max
        parts["budget"] = np.nan_to_num(np.clip(1 - np.abs(spent - _BUDGET_SHARE), 0.0, 1.0))
        parts["budget"][~(shelf.price <= asked.price_max)] = 0.0
    return {name: part.astype(np.float32) for name, part in parts.items()}


def _cheapness(shelf: Shelf, candidates: Mask) -> Floats:
    """1 for the cheapest candidate down to 0 for the dearest, by rank."""
    order = np.sort(shelf.price[candidates])
    known = max(1, int(np.isfinite(order).sum()))
    rank = np.searchsorted(order[:known], shelf.price, side="left") / known
    return np.where(np.isnan(shelf.price), 0.0, np.clip(1 - rank, 0.0, 1.0)).astype(np.float32)
