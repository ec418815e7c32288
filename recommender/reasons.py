"""Why a product is shown: the part that set it apart from the other candidates, with facts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.popularity import Popularity
from recommender.scoring import Asked
from recommender.shelf import Shelf
from recommender.taste import Leaning
from recommender.wire import Reason, ReasonCode

# Which parts of the score each reason speaks of.
PARTS: Mapping[ReasonCode, tuple[str, ...]] = {
    "matches_query": ("text_words", "text_meaning"),
    "similar_to_anchor": ("anchor", "anchor_kind"),
    "similar_to_bought": ("bought",),
    "similar_to_viewed": ("viewed",),
    "favourite_brand": ("favourite_brand",),
    "favourite_category": ("favourite_kind",),
    "popular_now": ("popular", "season"),
    "top_rated": ("rating",),
    "on_sale": ("sale",),
    "fits_budget": ("budget",),
    "new_arrival": ("new",),
}
_TOP_RATING, _TOP_COUNT = 4.3, 3

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Finds each product's reason within one answer."""

    shelf: Shelf
    asked: Asked
    popularity: Popularity
    parts: Mapping[str, Floats]
    candidates: NDArray[np.intp]

    def explain(self, row: int) -> Reason:
        """The reason that lifted this product most above the candidates' mean.

        Only reasons that add to the score and whose facts hold are taken. Where nothing sets the
        product apart, the greatest part speaks; where none does, it is that the product is what
        was asked for.
        """
        lifted: list[tuple[bool, float, ReasonCode]] = []
        for code, names in PARTS.items():
            present = [self.parts[name] for name in names if name in self.parts]
            added = float(sum(part[row] for part in present))
            usual = float(sum(part[self.candidates].mean() for part in present))
            if added > 0:
                apart = added - usual
                lifted.append((apart > 0, apart if apart > 0 else added, code))
        for _, _, code in sorted(lifted, key=lambda each: (each[0], each[1]), reverse=True):
            if (params := self._facts(code, row)) is not None:
                return Reason(code=code, params=params)
        return Reason(code="matches_query", params={"words": self._words(row)})

    def _facts(self, code: ReasonCode, row: int) -> Params | None:
        """The facts behind a reason; None where it would not be true."""
        facts: dict[ReasonCode, Callable[[int], Params | None]] = {
            "matches_query": lambda row: {"words": self._words(row)},
            "similar_to_anchor": lambda _: self._anchor(),
            "similar_to_bought": lambda row: self._nearest(self.asked.taste.bought, row),
            "similar_to_viewed": lambda row: self._nearest(self.asked.taste.viewed, row),
            "favourite_brand": lambda row: {"brand": self.shelf.goods[row].brand},
            "favourite_category": self._kind,
            "popular_now": self._popular,
            "top_rated": self._rated,
            "on_sale": self._sale,
            "fits_budget": self._budget,
            "new_arrival": lambda _: {},
        }
        return facts[code](row)

    def _words(self, row: int) -> list[str]:
        """The shopper's own words that the product's text has, in their order.

        Empty where the product fits by meaning rather than by words: where its text has no more
        than half of what was asked for, to name that ("sister") would be beside the point.
        """
        terms = self.shelf.goods[row].terms
        known = {
            self.shelf.index.known_term(term) or term: word
            for term, word in self.asked.query.said.items()
            if term in self.asked.query.weights
        }
        found = [word for term, word in known.items() if term in terms]
        return found if 2 * len(found) > len(known) else []

    def _anchor(self) -> Params | None:
        anchor = self.asked.anchor
        return None if anchor is None else {"title": self.shelf.goods[anchor].title}

    def _nearest(self, leaning: Leaning, row: int) -> Params | None:
        """The product of the history that pulled this one up most."""
        vectors = self.shelf.vectors
        rows, weights = leaning.arrays()
        rows, weights = rows[rows != row], weights[rows != row]
        if vectors is None or not len(rows):
            return None
        pull = weights * (vectors.rows(rows) @ vectors.rows(np.array([row]))[0])
        best = int(pull.argmax())
        if pull[best] <= 0:
            return None
        good = self.shelf.goods[int(rows[best])]
        return {"product_id": good.id, "title": good.title}

    def _kind(self, row: int) -> Params | None:
        good = self.shelf.goods[row]
        return {"category": good.product_type or good.category}

    def _popular(self, row: int) -> Params | None:
        month = self.asked.now.month
        popular = self.popularity.is_popular(self.shelf.goods[row].id, month=month)
        return {"month": month} if popular else None

    def _rated(self, row: int) -> Params | None:
        good = self.shelf.goods[row]
        if good.rating < _TOP_RATING or good.rating_count < _TOP_COUNT:
            return None
        return {"rating": round(good.rating, 1), "count": good.rating_count}

    def _sale(self, row: int) -> Params | None:
        good = self.shelf.goods[row]
        if not good.price < good.list_price:
            return None
        return {
            "was": f"{good.list_price:.2f}",
            "now": f"{good.price:.2f}",
            "currency": good.currency,
        }

    def _budget(self, row: int) -> Params | None:
        limit = self.asked.price_max
        fits = limit is not None and self.shelf.goods[row].price <= limit
        return {"price_max": limit} if fits else None
