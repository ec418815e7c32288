"""How wanted each product is: lately, in this month of the year, and where the shopper is."""

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db.behaviour import (
    Demand,
    demand_by_day,
    demand_by_month,
    first_orders_by_day,
    latest_event_at,
)
from recommender.lexical import Floats
from recommender.places import Place, place_of
from recommender.shelf import Shelf

logger = logging.getLogger(__name__)

# What one shopper's step says of a product.
_WANTS: Mapping[str, float] = {
    "purchase": 1.0,
    "add_to_cart": 0.4,
    "add_to_wishlist": 0.3,
    "view_item": 0.1,
}
_HALF_LIFE_DAYS = 14.0
_LATELY_DAYS = 60
# Two years, so that each month of the calendar has been lived through.
_SEASONS_DAYS = 730
# A place is drawn to the one around it as if so many had wanted what is wanted there.
_TRUST = 200.0
# As much as three purchases.
_SEVERAL = 3.0
_USUAL_LOOKERS = 20.0
# A shop whose last event is older than this (an imported history) is read as of that event.
_STALE = timedelta(days=_LATELY_DAYS)
# Seasons do not end on the first of a month: the months to either side count half as much.
_NEARBY = {0: 0.5, 1: 0.25}

# So many places and months are kept laid out over the goods.
_LAID_OUT = 200

Wants = dict[str, float]


@dataclass(frozen=True, eq=False)
class Popularity:
    """How wanted each product id is. Empty in a new shop.

    Attributes:
        lately: by place, with a half-life of two weeks.
        months: by month of the calendar, 1 to 12, over two years.
        is_live: false when the events end long ago, so that "lately" is not now.
        intent: how much oftener than usual a product is bought by who looks at it, 0 to 1.
        firsts: as `lately`, but only what shoppers bought on the first day that they bought.
    """

    lately: Mapping[Place, Wants] = field(default_factory=dict)
    months: Mapping[int, Wants] = field(default_factory=dict)
    is_live: bool = False
    intent: Wants = field(default_factory=dict)
    firsts: Mapping[Place, Wants] = field(default_factory=dict)
    _laid_out: WeakKeyDictionary[Shelf, dict[object, Floats]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    def recent(self, shelf: Shelf, *, place: Place = (), stranger: bool = False) -> Floats:
        """Wantedness lately, 0 to 1, leaning to the place as far as its numbers reach [n].

        Args:
            shelf: the goods.
            place: where the shopper is, as far as that is known.
            stranger: they have bought nothing yet: what others began with says more.
        """
        while place and place not in self.lately:
            place = place[:-1]
        key = ("recent", place, stranger)
        return self._once(shelf, key, lambda: self._recent(shelf, place, stranger=stranger))

    def seasonal(self, shelf: Shelf, *, month: int) -> Floats:
        """How much more wanted in this month than in the average one, 0 to 1 [n]."""
        return self._once(shelf, ("seasonal", month), lambda: self._seasonal(shelf, month))

    def purchase_intent(self, shelf: Shelf) -> Floats:
        """How much oftener than usual who looks at it buys it, 0 to 1 [n]."""
        return self._once(shelf, "intent", lambda: _counts(shelf, self.intent))

    def _once(self, shelf: Shelf, key: object, lay_out: Callable[[], Floats]) -> Floats:
        arrays = self._laid_out.setdefault(shelf, {})
        if (known := arrays.get(key)) is None:
            if len(arrays) >= _LAID_OUT:
                arrays.clear()
            known = arrays[key] = lay_out()
        return known

    def _recent(self, shelf: Shelf, place: Place, *, stranger: bool) -> Floats:
        everybody = _counts(shelf, self.lately.get((), {}))
        total = float(everybody.sum())
        if not total:
            return everybody
        shares = everybody / total
        around = [place[:depth] for depth in range(len(place) + 1)]
        wanted = self.firsts if stranger else self.lately
        for near in around if stranger else around[1:]:
            own = _counts(shelf, wanted.get(near, {}))
            shares = (own + _TRUST * shares) / (float(own.sum()) + _TRUST)
        # On a logarithmic scale from 0, unwanted, to 1, the most wanted: a best-seller is no king.
        scaled = np.log1p(total * shares)
        recent: Floats = (scaled / scaled.max()).astype(np.float32)
        return recent

    def _seasonal(self, shelf: Shelf, month: int) -> Floats:
        here = np.zeros(len(shelf), dtype=np.float32)
        average: Floats = np.zeros(len(shelf), dtype=np.float32)
        for number, wants in self.months.items():
            counts = _counts(shelf, wants)
            average = (average + counts / 12).astype(np.float32)
            apart = min((number - month) % 12, (month - number) % 12)
            here += counts * np.float32(_NEARBY.get(apart, 0.0))
        # The constant keeps one purchase in July from making a "product of July".
        lift = np.clip((here - average) / (average + 3.0), 0.0, 2.0) / 2.0
        return lift.astype(np.float32)

    def is_popular(self, product_id: str, *, month: int) -> bool:
        """Whether people did want it this month: what "popular now" claims."""
        wanted = self.months.get(month, {}).get(product_id, 0.0)
        return wanted >= 1.0 or (
            self.is_live and self.lately.get((), {}).get(product_id, 0.0) >= 1.0
        )

    def is_popular_in(self, place: Place, product_id: str) -> bool:
        """Whether several people of its country wanted it lately: what "popular here" claims."""
        if not place or not self.is_live:
            return False
        return self.lately.get(place[:1], {}).get(product_id, 0.0) >= _SEVERAL


def read_popularity(session: Session, *, now: datetime) -> Popularity:
    """Count the wishes in the events table, as they were at that moment."""
    latest = latest_event_at(session)
    if latest is None:
        return Popularity()
    until = min(latest, now) if now - latest > _STALE else now
    recently = read_recent(session, until=until)
    months: dict[int, Wants] = defaultdict(lambda: defaultdict(float))
    lookers: Wants = defaultdict(float)
    buyers: Wants = defaultdict(float)
    long_ago = until - timedelta(days=_SEASONS_DAYS)
    for demand in demand_by_month(session, since=long_ago, until=until):
        months[int(float(demand.period))][demand.product_id] += _wanted(demand)
        if demand.name in ("view_item", "purchase"):
            counted = lookers if demand.name == "view_item" else buyers
            counted[demand.product_id] += demand.shoppers
    return replace(
        recently,
        months={month: dict(wants) for month, wants in months.items()},
        is_live=until == now,
        intent=_intent(lookers, buyers),
    )


def read_recent(session: Session, *, until: datetime) -> Popularity:
    """What was wanted in the last weeks before a moment, and nothing else."""
    since = until - timedelta(days=_LATELY_DAYS)
    return Popularity(
        lately=_by_place(demand_by_day(session, since=since, until=until), until=until),
        firsts=_by_place(first_orders_by_day(session, since=since, until=until), until=until),
    )


def _by_place(demands: Iterable[Demand], *, until: datetime) -> dict[Place, Wants]:
    """What was wanted in the world, in each country and in each region, the older the less."""
    found: dict[Place, Wants] = defaultdict(lambda: defaultdict(float))
    for demand in demands:
        age = max(0, (until.date() - date.fromisoformat(demand.period)).days)
        wanted = _wanted(demand) * math.pow(0.5, age / _HALF_LIFE_DAYS)
        place = place_of(demand.country, demand.region)
        for depth in range(len(place) + 1):
            found[place[:depth]][demand.product_id] += wanted
    return {place: dict(wants) for place, wants in found.items()}


def _intent(lookers: Wants, buyers: Wants) -> Wants:
    """Each product's buyers among its lookers beside the shop's, 0 for usual, 1 for thrice that.

    Few lookers are taken together with as many usual ones. Shops that report purchases alone say
    nothing of it.
    """
    looked, bought = sum(lookers.values()), sum(buyers.get(id_, 0.0) for id_ in lookers)
    if not looked or not bought:
        return {}
    usual = bought / looked
    rates = {
        id_: (buyers.get(id_, 0.0) + usual * _USUAL_LOOKERS) / (count + _USUAL_LOOKERS)
        for id_, count in lookers.items()
    }
    return {id_: min(1.0, (rate / usual - 1) / 2) for id_, rate in rates.items() if rate > usual}


class PopularityWatch:
    """Counts anew every minute, or more seldom where counting takes long."""

    def __init__(self, sessions: sessionmaker[Session], *, interval: float = 60.0) -> None:
        self._sessions = sessions
        self._interval = interval
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="popularity", daemon=True)
        self.now = Popularity()

    def start(self) -> None:
        """Begin counting."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)

    def refresh(self) -> None:
        """Count once; what was counted before stays when the database does not answer."""
        try:
            with self._sessions() as session:
                self.now = read_popularity(session, now=datetime.now(UTC))
        except SQLAlchemyError as error:
            logger.warning("popularity not counted", extra={"error": type(error).__name__})

    def _watch(self) -> None:
        while not self._stopping.is_set():
            started = time.monotonic()
            self.refresh()
            took = time.monotonic() - started
            # At most a twentieth of the database's time goes into counting.
            self._stopping.wait(max(self._interval, 20 * took))


def _wanted(demand: Demand) -> float:
    return demand.shoppers * _WANTS.get(demand.name, 0.0)


def _counts(shelf: Shelf, wants: Wants) -> Floats:
    counts = np.zeros(len(shelf), dtype=np.float32)
    for product_id, wanted in wants.items():
        if (row := shelf.row.get(product_id)) is not None:
            counts[row] = wanted
    return counts
