"""How wanted each product is: lately, in this month of the year, and in the shopper's country."""

import logging
import math
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from weakref import WeakKeyDictionary

import numpy as np
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, sessionmaker

from db.behaviour import Demand, demand_by_day, demand_by_month, latest_event_at
from recommender.lexical import Floats
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
# This many wishes from a country before its own taste is believed.
_COUNTRY_TRUST = 50.0
# A shop whose last event is older than this (an imported history) is read as of that event.
_STALE = timedelta(days=_LATELY_DAYS)
# Seasons do not end on the first of a month: the months to either side count half as much.
_NEARBY = {0: 0.5, 1: 0.25}

Wants = dict[str, float]


@dataclass(frozen=True, eq=False)
class Popularity:
    """How wanted each product id is. Empty in a new shop.

    Attributes:
        lately: with a half-life of two weeks; key None is the whole world.
        months: by month of the calendar, 1 to 12, over two years.
        is_live: false when the events end long ago, so that "lately" is not now.
    """

    lately: Mapping[str | None, Wants] = field(default_factory=dict)
    months: Mapping[int, Wants] = field(default_factory=dict)
    is_live: bool = False
    _laid_out: WeakKeyDictionary[Shelf, dict[object, Floats]] = field(
        default_factory=WeakKeyDictionary, repr=False
    )

    def recent(self, shelf: Shelf, *, country: str | None) -> Floats:
        """Wantedness lately, 0 to 1, leaning to the country as far as its numbers reach [n]."""
        place = country if country in self.lately else None
        return self._once(shelf, ("recent", place), lambda: self._recent(shelf, place))

    def seasonal(self, shelf: Shelf, *, month: int) -> Floats:
        """How much more wanted in this month than in the average one, 0 to 1 [n]."""
        return self._once(shelf, ("seasonal", month), lambda: self._seasonal(shelf, month))

    def _once(self, shelf: Shelf, key: object, lay_out: Callable[[], Floats]) -> Floats:
        arrays = self._laid_out.setdefault(shelf, {})
        if key not in arrays:
            arrays[key] = lay_out()
        return arrays[key]

    def _recent(self, shelf: Shelf, country: str | None) -> Floats:
        world = _share(shelf, self.lately.get(None, {}))
        own = self.lately.get(country, {}) if country else {}
        if not own:
            return world
        total = sum(own.values())
        trust = total / (total + _COUNTRY_TRUST)
        return ((1 - trust) * world + trust * _share(shelf, own)).astype(np.float32)

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
            self.is_live and self.lately.get(None, {}).get(product_id, 0.0) >= 1.0
        )


def read_popularity(session: Session, *, now: datetime) -> Popularity:
    """Count the wishes in the events table."""
    latest = latest_event_at(session)
    if latest is None:
        return Popularity()
    until = min(latest, now) if now - latest > _STALE else now
    lately: dict[str | None, Wants] = defaultdict(lambda: defaultdict(float))
    since = until - timedelta(days=_LATELY_DAYS)
    for demand in demand_by_day(session, since=since):
        age = max(0, (until.date() - date.fromisoformat(demand.period)).days)
        wanted = _wanted(demand) * math.pow(0.5, age / _HALF_LIFE_DAYS)
        for place in {None, demand.country}:
            lately[place][demand.product_id] += wanted
    months: dict[int, Wants] = defaultdict(lambda: defaultdict(float))
    for demand in demand_by_month(session, since=until - timedelta(days=_SEASONS_DAYS)):
        months[int(float(demand.period))][demand.product_id] += _wanted(demand)
    return Popularity(
        {place: dict(wants) for place, wants in lately.items()},
        {month: dict(wants) for month, wants in months.items()},
        is_live=until == now,
    )


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


def _share(shelf: Shelf, wants: Wants) -> Floats:
    """On a logarithmic scale from 0, unwanted, to 1, the most wanted: a best-seller is no king."""
    counts = np.log1p(_counts(shelf, wants))
    most = float(counts.max(initial=0.0))
    return (counts / most).astype(np.float32) if most else counts
