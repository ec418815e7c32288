"""Learns what each part of a score counts, from what shoppers took in the shop's latest weeks.

A shopper's first cart, wish or purchase in these weeks is foreseen from all that was known before
them. The weights set by hand are what is believed beforehand: where shoppers say little, they stay,
and where the learnt ones find no more on shoppers that they have not seen, all of them do.
"""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from common.settings import Settings
from db.behaviour import (
    Doing,
    Step,
    each_shoppers_doings,
    each_shoppers_events,
    latest_event_at,
)
from db.engine import make_engine, session_factory
from recommender.foresight import IN_SHOP, Foresight
from recommender.lexical import Floats
from recommender.places import Place, place_of
from recommender.popularity import Popularity, read_popularity
from recommender.query import read_query
from recommender.scoring import Asked, score_parts
from recommender.selection import select
from recommender.sequence.fusion import Belief, fit_fusion
from recommender.sequence.histories import from_steps
from recommender.sequence.neighbours import Neighbours
from recommender.sequence.sources import Shop
from recommender.shelf import Shelf
from recommender.taste import read_taste
from recommender.vectors import Encoder
from recommender.weights import HAND, Weights
from recommender.wire import Constraints

# What says that a shopper took a product to be theirs.
_TAKING = ("add_to_wishlist", "add_to_cart", "purchase")
_LATEST = timedelta(days=90)
# A search is of the step that follows within this time.
_SEARCHED = timedelta(minutes=30)
_STEPS = 50
# Beside what was taken, so many other goods at most.
_OTHERS = 511
# Moments of fewer shoppers than this, to learn from and to judge by together, teach nothing.
_FEWEST = 200
_MOST = 4_000
_CUT = 10
# One shopper in so many judges.
_JUDGES = 4
# Each weight is believed to be as set by hand, give or take half of that.
_SPREAD = 0.5
# What these say of the past is not known today (stock), or who asks so names it (a budget, an
# anchor, "cheap"): they keep their share.
_FIXED = ("out_of_stock", "budget", "low_price", "anchor", "anchor_kind", "new")


@dataclass(frozen=True, slots=True)
class Moment:
    """A shopper about to take a product.

    Attributes:
        shopper: by number.
        steps: what they had done, newest first.
        query: what they had just searched for; None for nothing.
        row: what they took.
    """

    shopper: int
    steps: list[Step]
    query: str | None
    at: datetime
    place: Place
    row: int


@dataclass(frozen=True)
class Known:
    """What a shop knew at a time."""

    shelf: Shelf
    popularity: Popularity
    foresight: Foresight | None
    encoder: Encoder | None


@dataclass(frozen=True)
class Weighed:
    """Weights, and NDCG@10 of both kinds on shoppers who taught nothing.

    Attributes:
        found: by kind of answer: how many judged, by hand, learnt.
    """

    weights: Weights
    found: Mapping[str, tuple[int, float, float]]

    @property
    def metrics(self) -> dict[str, float]:
        """What a model's card tells."""
        return {
            f"{kind}_{name}": value
            for kind, told in self.found.items()
            for name, value in zip(
                ("judged", "by_hand_ndcg@10", "learnt_ndcg@10"), told, strict=True
            )
        }


def weigh_shop(settings: Settings, shop: Shop) -> Weighed:
    """Learn from the latest weeks of a shop's events, knowing what was known before them."""
    engine = make_engine(settings.database_url)
    with session_factory(engine)() as session:
        latest = latest_event_at(session)
        if latest is None:
            return Weighed(HAND, {})
        since = latest - _LATEST
        before = (
            [step for step in steps if step.occurred_at < since]
            for steps in each_shoppers_events(session)
        )
        histories = from_steps(before, shop.shelf.row)
        neighbours = Neighbours.count(histories, items=len(shop.shelf), nearness=IN_SHOP)
        foresight = Foresight(shop.shelf, name="counted", neighbours=neighbours)
        popularity = read_popularity(session, now=since)
        moments = list(read_moments(session, shop.shelf, since=since))
    engine.dispose()
    return weigh(Known(shop.shelf, popularity, foresight, shop.reads), moments)


def read_moments(session: Session, shelf: Shelf, *, since: datetime) -> Iterator[Moment]:
    """Each shopper's first step since then towards a new product that they then took."""
    for shopper, doings in enumerate(each_shoppers_doings(session, since=since)):
        if (moment := _moment(shopper, doings, shelf, since)) is not None:
            yield moment


def _moment(shopper: int, doings: Sequence[Doing], shelf: Shelf, since: datetime) -> Moment | None:
    taken = {
        doing.step.product_id
        for doing in doings
        if doing.step and doing.step.name in _TAKING and doing.occurred_at >= since
    }
    had: set[str] = set()
    query: Doing | None = None
    steps: list[Step] = []
    for doing in doings:
        step = doing.step
        if step is None:
            query = doing
            continue
        row = shelf.row.get(step.product_id)
        wanted = step.product_id in taken and step.product_id not in had
        if wanted and row is not None and shelf.active[row] and doing.occurred_at >= since:
            fresh = query and doing.occurred_at - query.occurred_at <= _SEARCHED
            return Moment(
                shopper,
                steps[-_STEPS:][::-1],
                query.search_term if query and fresh else None,
                doing.occurred_at,
                place_of(doing.country, doing.region),
                row,
            )
        had.add(step.product_id)
        steps.append(step)
    return None


def weigh(known: Known, moments: Sequence[Moment]) -> Weighed:
    """Learn the weights of answers to words, and of those to none, each from its own moments."""
    learnt: dict[str, Mapping[str, float]] = {}
    found: dict[str, tuple[int, float, float]] = {}
    for kind, leads in (("with_query", True), ("without_query", False)):
        hand = HAND.of(leads=leads)
        learnt[kind] = hand
        some = [moment for moment in moments if bool(moment.query) == leads][:_MOST]
        if len(some) < _FEWEST:
            continue
        seen = [signs_of(known, moment, names=list(hand)) for moment in some]
        judges = np.array([zlib.crc32(b"%d" % m.shopper) % _JUDGES == 0 for m in some])
        factors = _fit(np.stack(seen, axis=1), ~judges, list(hand))
        judged = [sign for sign, judge in zip(seen, judges, strict=True) if judge]
        before, after = (_gains(judged, each) for each in (np.ones(len(hand)), factors))
        found[kind] = (len(judged), float(before.mean()), float(after.mean()))
        if _is_more(before, after):
            learnt[kind] = {
                name: weight * float(factor)
                for (name, weight), factor in zip(hand.items(), factors, strict=True)
            }
    return Weighed(Weights(**learnt), found)


def asked_of(known: Known, moment: Moment) -> Asked:
    """What the shopper asks by their words and their past, as an answer reads it."""
    shelf = known.shelf
    query = read_query(moment.query, select(shelf, Constraints()), shelf.lexicon)
    encoder = known.encoder if query.text else None
    taste = read_taste(shelf, moment.steps, now=moment.at)
    return Asked(
        query=query,
        query_vector=encoder.encode_query(query.text) if encoder else None,
        taste=taste,
        forecast=known.foresight.foresee(shelf, moment.steps, now=moment.at)
        if known.foresight
        else None,
        anchor=None,
        price_max=None,
        now=moment.at,
        place=moment.place,
        stranger=not taste.owned,
    )


def signs_of(known: Known, moment: Moment, *, names: Sequence[str]) -> Floats:
    """The parts by hand of what was taken, first, and of others drawn by chance [s, c]."""
    shelf, asked = known.shelf, asked_of(known, moment)
    parts = score_parts(shelf, asked, known.popularity, candidates=shelf.active)
    others = np.flatnonzero(shelf.active)
    others = others[others != moment.row]
    if len(others) > _OTHERS:
        # (The same ones each time a shopper is asked of.)
        others = np.random.default_rng(moment.shopper).choice(others, _OTHERS, replace=False)
    rows = np.concatenate([[moment.row], others])
    none = np.zeros(len(rows), dtype=np.float32)
    return np.stack([parts[name][rows] if name in parts else none for name in names])


def _fit(signs: Floats, learning: NDArray[np.bool_], names: Sequence[str]) -> NDArray[np.float64]:
    """By how much each part by hand counts more or less [s]; the scores' spread stays [s, m, c]."""
    moments = np.flatnonzero(learning).tolist()
    taken = np.zeros(len(learning), dtype=np.int64)
    whole = signs.sum(axis=0, keepdims=True)
    apart = float(whole[0][learning].std(axis=1).mean())
    # However little the score by hand tells here, a part of it may tell much.
    found = fit_fusion(lambda some: whole[:, some], taken, moments).weights[0]
    scale = max(float(found), 1 / apart)
    firmness = np.full(len(names), (_SPREAD * scale) ** -2)
    believed = np.full(len(names), scale)
    firmness[[names.index(name) for name in _FIXED]] *= 1e6
    for _ in names:
        belief = Belief(believed, firmness)
        weights = fit_fusion(lambda some: signs[:, some], taken, moments, belief=belief).weights
        # A part that speaks for a product must not come to speak against it: it says nothing then.
        if not (against := weights < -1e-6 * scale).any():
            break
        believed = np.where(against, 0.0, believed)
        firmness = np.where(against, firmness * 1e6, firmness)
    weights = np.maximum(weights, 0.0)
    spread = float(np.tensordot(weights, signs, axes=1)[learning].std(axis=1).mean())
    # (Where everything comes to say nothing, nothing is learnt.)
    return np.asarray(weights * apart / spread) if spread > 0 else np.ones(len(names))


def _gains(judged: Sequence[Floats], factors: NDArray[np.float64]) -> NDArray[np.float64]:
    """NDCG@10 of each moment's one target [m]."""
    gains = []
    for signs in judged:
        scores = np.tensordot(factors, signs, axes=1)
        place = (scores[1:] > scores[0]).sum() + (scores[1:] == scores[0]).sum() // 2
        gains.append(1 / np.log2(place + 2) if place < _CUT else 0.0)
    return np.array(gains)


def _is_more(before: NDArray[np.float64], after: NDArray[np.float64]) -> bool:
    """Whether the mean rose by more than its standard error: chance alone does so once in six."""
    rose = after - before
    return bool(rose.mean() > rose.std() / len(rose) ** 0.5)
