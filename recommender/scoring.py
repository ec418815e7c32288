"""One score for each product: a named, weighted sum of what speaks for it and against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from recommender.foresight import Forecast
from recommender.lexical import Floats, Mask
from recommender.picture_shelf import SeenPictures
from recommender.places import Place
from recommender.popularity import Popularity
from recommender.query import Query
from recommender.shelf import Shelf
from recommender.taste import Leaning, Taste
from recommender.weights import HAND, Weights

_NEW_DAYS = 45.0
_MOST = 0.5
# A rating is pulled towards the usual one as if this many had given that.
_USUAL_RATING, _USUAL_COUNT = 4.0, 8.0
# The share of the budget that a shopper who names one usually spends.
_BUDGET_SHARE = 0.75


@dataclass(frozen=True, slots=True)
class Asked:
    """What one request brings to scoring beside the shelf.

    Attributes:
        stranger: they have bought nothing yet, as far as their last steps tell.
        weights: what each part counts.
        mood: of their last message, -1 (angry) to 1 (delighted).
    """

    query: Query
    query_vector: Floats | None
    taste: Taste
    forecast: Forecast | None
    anchor: int | None
    price_max: float | None
    now: datetime
    place: Place
    stranger: bool
    weights: Weights = HAND
    mood: float = 0.0

    @property
    def readiness(self) -> float:
        """How much likelier than usual they are to buy before they go; 1 where nobody knows."""
        return self.forecast.readiness if self.forecast else 1.0


def score_parts(
    shelf: Shelf, asked: Asked, popularity: Popularity, *, candidates: Mask
) -> dict[str, Floats]:
    """What each named part adds to each product's score.

    Parts that say nothing here (no anchor, no history) are left out.

    Returns:
        Weighted parts by name, float32 [n] each; a product's score is their sum.
    """
    weights = asked.weights.of(leads=asked.query.leads)
    raw: dict[str, Floats] = {}
    if asked.query.weights:
        # Words are proof together: all of them name a thing, one of four may mean another.
        raw["text_words"] = np.square(shelf.index.score(asked.query.weights, asked.query.hints))
        if asked.query_vector is not None and shelf.vectors is not None:
            meaning = shelf.vectors.similar(asked.query_vector[None, :], among=candidates)[:, 0]
            raw["text_meaning"] = _filled(meaning, shelf.encoded, candidates)
        if shelf.seen is not None and asked.query.text:
            said = shelf.seen.encoder.encode_query(asked.query.text)
            raw["picture"] = _by_picture(shelf, shelf.seen, said, candidates)
    if asked.anchor is not None:
        raw |= _like_anchor(shelf, asked.anchor, candidates)
    raw |= _by_taste(shelf, asked.taste, candidates)
    if asked.forecast is not None:
        raw["next"] = asked.forecast.likely
    raw["popular"] = popularity.recent(shelf, place=asked.place, stranger=asked.stranger)
    # What others bought once they had looked at it is for who is about to buy.
    raw["intent"] = popularity.purchase_intent(shelf) * np.float32(asked.readiness)
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
        own = shelf.vectors.rows(np.array([anchor]))
        near = shelf.vectors.similar(own, among=candidates)[:, 0]
        near = _filled(near, shelf.encoded, candidates)
    else:
        near = shelf.index.score(dict.fromkeys(shelf.lexicon.terms(good.title), 1.0))
    parts = {"anchor": near, "anchor_kind": same_kind.astype(np.float32)}
    if shelf.seen is not None and (at := shelf.picture_row[anchor]) >= 0:
        own = shelf.seen.vectors.rows(np.array([at]))[0]
        parts["anchor_picture"] = _by_picture(shelf, shelf.seen, own, candidates)
    return parts


def _by_picture(shelf: Shelf, seen: SeenPictures, direction: Floats, candidates: Mask) -> Floats:
    """How near each product's picture is to a direction [d], float [n].

    Any picture is somewhat near to any words: what is less so than the average candidate's says
    nothing, and products without a picture stand there too.
    """
    rows = np.flatnonzero(candidates & (shelf.picture_row >= 0))
    near = seen.similar(direction, shelf.picture_row[rows])
    usual = max(0.0, float(near.mean())) if len(rows) else 0.0
    part = np.full(len(shelf), usual, dtype=np.float32)
    part[rows] = np.maximum(near, usual)
    return part


def _by_taste(shelf: Shelf, taste: Taste, candidates: Mask) -> dict[str, Floats]:
    parts: dict[str, Floats] = {}
    if taste.total and shelf.vectors is not None and shelf.encoded.any():
        leanings = {"bought": taste.bought, "viewed": taste.viewed, "disliked": taste.disliked}
        leanings = {name: leaning for name, leaning in leanings.items() if leaning.rows}
        directions = [_direction(shelf, leaning) / taste.total for leaning in leanings.values()]
        if directions:
            near = shelf.vectors.similar(np.stack(directions), among=candidates)
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
    if taste.dearness is not None:
        # As dear among its kind as what they usually choose; twice or half of that fits no more.
        apart = np.abs(shelf.dearness - taste.dearness) / np.log(2)
        parts["price_fit"] = np.clip(1 - apart, 0.0, 1.0).astype(np.float32)
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


def believed_rating(shelf: Shelf) -> Floats:
    """Ratings drawn to the usual one, the more so the fewer gave them, float [n]."""
    count = shelf.rating_count
    rating = np.where(np.isnan(shelf.rating), _USUAL_RATING, shelf.rating)
    believed = (rating * count + _USUAL_RATING * _USUAL_COUNT) / (count + _USUAL_COUNT)
    return np.asarray(believed, dtype=np.float32)


def _by_offer(shelf: Shelf, asked: Asked, candidates: Mask) -> dict[str, Floats]:
    """What the offer itself says: rating, sale, age, price against the budget, stock."""
    believed = believed_rating(shelf)
    with np.errstate(divide="ignore", invalid="ignore"):
        off = np.clip(1 - shelf.price / shelf.list_price, 0.0, 0.5) * 2
    days = (asked.now.timestamp() - shelf.created) / 86_400
    new = np.clip(1 - days / _NEW_DAYS, 0.0, 1.0)
    if (new[candidates] > 0).mean() > _MOST:
        # A shop that has just been filled has no new arrivals.
        new = np.zeros_like(new)
    # Who has been let down should get what others were content with.
    careful = 1 + max(0.0, -asked.mood)
    rated = np.where(np.isnan(shelf.rating), 0.0, np.clip(believed - 3.0, 0.0, 2.0) / 2)
    parts = {
        "rating": careful * rated,
        "sale": np.nan_to_num(off),
        "new": new,
        "out_of_stock": ~shelf.available,
    }
    if asked.price_max:
        with np.errstate(over="ignore"):
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
