"""Why a product is shown: the part that set it apart from the other candidates, with facts."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.foresight import Lead, LeadStep
from recommender.lexical import Floats
from recommender.lexicon import load_lexicon
from recommender.popularity import Popularity
from recommender.scoring import Asked
from recommender.shelf import Shelf
from recommender.taste import Leaning
from recommender.wire import Reason, ReasonCode

# Which parts of the score each reason speaks of.
PARTS: Mapping[ReasonCode, tuple[str, ...]] = {
    "matches_query": ("text_words", "text_meaning", "picture"),
    "similar_to_anchor": ("anchor", "anchor_kind", "anchor_picture"),
    "goes_with_cart": ("next",),
    "chosen_with_bought": ("next",),
    "chosen_with_viewed": ("next",),
    "from_history": ("next",),
    "similar_to_bought": ("bought",),
    "similar_to_viewed": ("viewed",),
    "picked_by_shop": ("pinned", "shop_rule"),
    "favourite_brand": ("favourite_brand",),
    "favourite_category": ("favourite_kind",),
    "popular_now": ("popular", "season"),
    "popular_here": ("popular",),
    "top_rated": ("rating",),
    "on_sale": ("sale",),
    "fits_budget": ("budget",),
    "new_arrival": ("new",),
}
_TOP_RATING, _TOP_COUNT = 4.3, 3
_SAID_TWICE = 2
# What adds less than this to a score is no reason to name the shopper's past beside their words.
_MATERIAL = 0.05
_PAST: frozenset[ReasonCode] = frozenset(
    ("goes_with_cart", "chosen_with_bought", "chosen_with_viewed", "from_history")
)
# The likeness from which on two goods are "similar": this, or so many standard deviations above the
# mean where a shop's texts are less alike.
_CLOSE, _UNUSUAL = 0.5, 2.0

Params = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Explainer:
    """Finds each product's reason within one answer."""

    shelf: Shelf
    asked: Asked
    popularity: Popularity
    parts: Mapping[str, Floats]
    candidates: NDArray[np.intp]
    _means: dict[str, float] = field(default_factory=dict)
    _leads: dict[int, Lead | None] = field(default_factory=dict)
    # How near all goods are to those that were asked about [n].
    _near: dict[int, Floats] = field(default_factory=dict)

    def explain(self, rows: Sequence[int]) -> list[Reason]:
        """Each product's reason, in their order.

        What was said of two products already is not said again of one that something else sets
        apart as truly.
        """
        told: Counter[str] = Counter()
        reasons = []
        for row in rows:
            found = self._reasons(row)
            best = next(found)
            if told[best.model_dump_json()] >= _SAID_TWICE:
                fresh = (other for other in found if not told[other.model_dump_json()])
                best = next(fresh, best)
            told[best.model_dump_json()] += 1
            reasons.append(best)
        return reasons

    def _reasons(self, row: int) -> Iterator[Reason]:
        """The reasons that lifted this product above the candidates' mean, the strongest first.

        Only reasons that add to the score and whose facts hold are taken. Where nothing sets the
        product apart, the greatest part speaks; where none does, it is that the product is what
        was asked for.
        """
        lifted: list[tuple[float, ReasonCode]] = []
        level: list[tuple[float, ReasonCode]] = []
        for code, names in PARTS.items():
            added = sum(float(self.parts[name][row]) for name in names if name in self.parts)
            if added > (_MATERIAL if code in _PAST else 0.0):
                usual = sum(self._mean(name) for name in names if name in self.parts)
                group, strength = (lifted, added - usual) if added > usual else (level, added)
                group.append((strength, code))
        apart = False
        # A stable sort: of reasons that speak of one part, the more telling come first.
        for _, code in sorted(lifted, key=itemgetter(0), reverse=True):
            if (params := self._facts(code, row)) is not None:
                apart = True
                yield Reason(code=code, params=params)
        if apart:
            return
        for _, code in sorted(level, key=itemgetter(0), reverse=True):
            if (params := self._facts(code, row)) is not None:
                yield Reason(code=code, params=params)
                return
        yield Reason(code="matches_query", params={"words": self._words(row)})

    def _mean(self, name: str) -> float:
        """What a part adds to the average candidate."""
        if name not in self._means:
            self._means[name] = float(self.parts[name][self.candidates].mean())
        return self._means[name]

    def _facts(self, code: ReasonCode, row: int) -> Params | None:
        """The facts behind a reason; None where it would not be true."""
        facts: dict[ReasonCode, Callable[[int], Params | None]] = {
            "matches_query": lambda row: {"words": self._words(row)},
            "similar_to_anchor": lambda _: self._anchor(),
            "similar_to_bought": lambda row: self._nearest(self.asked.taste.bought, row),
            "similar_to_viewed": lambda row: self._nearest(self.asked.taste.viewed, row),
            "goes_with_cart": lambda row: self._lead(row, "cart"),
            "chosen_with_bought": lambda row: self._lead(row, "bought"),
            "chosen_with_viewed": lambda row: self._lead(row, "viewed"),
            "from_history": lambda _: {},
            "picked_by_shop": lambda _: {},
            "favourite_brand": lambda row: {"brand": self.shelf.goods[row].brand},
            "favourite_category": self._kind,
            "popular_now": self._popular,
            "popular_here": self._popular_here,
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
        if 2 * len(found) <= len(known):
            return []
        unsaid = load_lexicon().unsaid
        return [word for word in found if not (word.isdecimal() or word.lower() in unsaid)]

    def _anchor(self) -> Params | None:
        anchor = self.asked.anchor
        return None if anchor is None else {"title": self.shelf.goods[anchor].title}

    def _nearest(self, leaning: Leaning, row: int) -> Params | None:
        """The product of the history that pulled this one up most; None where they are not alike.

        All of a shop's products are somewhat alike: a watering can is not "similar to" boots.
        """
        vectors = self.shelf.vectors
        rows, weights = leaning.arrays()
        rows, weights = rows[rows != row], weights[rows != row]
        if vectors is None or not len(rows):
            return None
        pull = weights * (vectors.rows(rows) @ vectors.rows(np.array([row]))[0])
        best = int(pull.argmax())
        nearest = int(rows[best])
        if pull[best] <= 0 or not self._alike(nearest, row):
            return None
        good = self.shelf.goods[nearest]
        return {"product_id": good.id, "title": good.title}

    def _alike(self, one: int, other: int) -> bool:
        """Of one kind, or nearer to each other than nearly all goods are."""
        goods, vectors = self.shelf.goods, self.shelf.vectors
        kind = goods[one].type_key or goods[one].category_key
        if kind and kind == (goods[other].type_key or goods[other].category_key):
            return True
        if vectors is None:
            return False
        if one not in self._near:
            self._near[one] = vectors.similar(vectors.rows(np.array([one])))[:, 0]
        near = self._near[one]
        usual = near[self.shelf.encoded]
        return bool(near[other] >= min(_CLOSE, usual.mean() + _UNUSUAL * usual.std()))

    def _lead(self, row: int, step: LeadStep) -> Params | None:
        """The product of the history that shoppers want with this one."""
        forecast, good = self.asked.forecast, self.shelf.goods[row]
        if row not in self._leads:
            self._leads[row] = forecast.lead(good.id) if forecast else None
        lead = self._leads[row]
        at = self.shelf.row.get(lead.product_id) if lead and lead.step == step else None
        if lead is None or at is None:
            return None
        title = self.shelf.goods[at].title
        return {"product_id": lead.product_id, "title": title, "shoppers": lead.shoppers}

    def _kind(self, row: int) -> Params | None:
        good = self.shelf.goods[row]
        return {"category": good.product_type or good.category}

    def _popular(self, row: int) -> Params | None:
        month = self.asked.now.month
        popular = self.popularity.is_popular(self.shelf.goods[row].id, month=month)
        return {"month": month} if popular else None

    def _popular_here(self, row: int) -> Params | None:
        here = self.popularity.is_popular_in(self.asked.place, self.shelf.goods[row].id)
        return {} if here else None

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
