"""Visits: what shoppers searched, looked at, put in the cart and bought."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.demo.goods import Good
from db.demo.shoppers import Shopper
from db.demo.sources import Sources
from db.demo.year import Year

# Visits of customers and guests; more of guests' fill up to the wanted number of events.
VISITS = 5_950
GUESTS = 0.14
# A guest's pull is everybody's, flattened: guests come with all sorts of wishes.
GUEST_FLATTENING = 0.6
# The chance to stop looking after each product.
ENOUGH = 0.27
MOST_LOOKED_AT = 10
# How often, by visit or by product looked at.
SEARCHES = 0.38
# Of the goods looked at, those of the kind that the visit is for.
ON_MISSION = 0.7
SELECTED = 0.2
WISHED_FOR = 0.07
PUT_IN_CART = 0.3
THOUGHT_BETTER = 0.15
CART_VIEWED = 0.5
BOUGHT = 0.8
# Below this price people buy several.
SMALL_CHANGE = 25


@dataclass(frozen=True)
class Line:
    """One product of a purchase."""

    good: Good
    quantity: int


@dataclass(frozen=True)
class Session:
    """Who visits, and from where. No shopper: a guest."""

    id: str
    shopper: Shopper | None
    country: str
    region: str
    south: bool


@dataclass(frozen=True)
class Purchase:
    """What a visit ended with.

    Attributes:
        state: where its order must have come by now; none leaves it to chance.
    """

    at: datetime
    session: Session
    lines: list[Line]
    state: str | None = None


def event_row(
    name: str,
    at: datetime,
    session: Session,
    *,
    good: Good | None = None,
    quantity: int | None = None,
    search_term: str | None = None,
    rating: int | None = None,
) -> dict[str, Any]:
    """The columns of `events`."""
    return {
        "name": name,
        "occurred_at": at,
        "customer_id": session.shopper.id if session.shopper else None,
        "session_id": session.id,
        "product_id": good.id if good else None,
        "price": good.price if good and name != "review" else None,
        "quantity": quantity,
        "search_term": search_term,
        "rating": rating,
        "country": session.country,
        "region": session.region,
    }


class Visits:
    """A year of visits, and what came of them.

    Attributes:
        events: rows of `events`, by visit.
        purchases: by visit too.
    """

    def __init__(
        self,
        sources: Sources,
        goods: list[Good],
        shoppers: list[Shopper],
        *,
        rng: np.random.Generator,
        year: Year,
    ) -> None:
        self.events: list[dict[str, Any]] = []
        self.purchases: list[Purchase] = []
        self._goods = goods
        self._shoppers = shoppers
        self._rng = rng
        self._year = year
        self._sessions = 0
        seasons = np.array([sources.seasons[good.kind.season] for good in goods])
        weather = np.array([good.kind.season not in ("gifts", "steady") for good in goods])
        # Half a year on, below the equator; Christmas keeps its month.
        turned = np.where(weather[:, None], np.roll(seasons, 6, axis=1), seasons)
        self._seasons = {False: seasons, True: turned}
        self._arrived = np.array([good.row["created_at"].timestamp() for good in goods])
        self._kinds = np.array([good.row["product_type"] for good in goods])
        everybody = np.sum([s.pull / s.pull.sum() for s in shoppers], axis=0)
        self._guest_pull: NDArray[np.float64] = everybody**GUEST_FLATTENING

    def happen(self) -> None:
        """Let everybody visit, the named customers also as their orders need."""
        weights = np.array([shopper.visits for shopper in self._shoppers])
        for who in self._rng.choice(len(weights), VISITS, p=weights / weights.sum()):
            shopper = self._shoppers[who]
            signed_in = shopper.star is not None or self._rng.random() >= GUESTS
            self._visit(self._year.some_moment(), shopper if signed_in else None)
        for shopper in self._shoppers:
            for state in shopper.star.orders if shopper.star else ():
                self._visit(self._year.moment_for(state), shopper, state=state)

    def fill_up(self, count: int) -> None:
        """Let guests look around until this many events have happened."""
        while len(self.events) < count:
            self._look_around(self._year.some_moment(), self._session(None))
        del self.events[count:]

    def _visit(self, at: datetime, shopper: Shopper | None, *, state: str | None = None) -> None:
        session = self._session(shopper)
        at, cart = self._look_around(at, session, must_find=state is not None)
        if len(cart) > 1 and self._rng.random() < THOUGHT_BETTER:
            self._record("remove_from_cart", at, session, good=cart.pop().good)
        if cart and self._rng.random() < CART_VIEWED:
            self._record("view_cart", at, session)
        if cart and (state or self._rng.random() < BOUGHT):
            self._record("begin_checkout", at + timedelta(seconds=45), session)
            at += timedelta(seconds=int(self._rng.integers(90, 350)))
            for line in cart:
                self._record("purchase", at, session, good=line.good, quantity=line.quantity)
            self.purchases.append(Purchase(at, session, cart, state))

    def _look_around(
        self, at: datetime, session: Session, *, must_find: bool = False
    ) -> tuple[datetime, list[Line]]:
        """Search and look; return when that ended, and what is in the cart."""
        rng = self._rng
        wanted = self._wanted(at, session)
        mission = self._draw(wanted)
        if rng.random() < SEARCHES:
            words = self._put_into_words(self._goods[mission])
            self._record("search", at, session, search_term=words)
        cart: list[Line] = []
        for good in self._browse(mission, wanted):
            at += timedelta(seconds=int(rng.integers(8, 90)))
            if rng.random() < SELECTED:
                self._record("select_item", at, session, good=good)
            at += timedelta(seconds=2)
            self._record("view_item", at, session, good=good)
            at += timedelta(seconds=int(rng.integers(5, 120)))
            if rng.random() < WISHED_FOR:
                self._record("add_to_wishlist", at, session, good=good)
            if rng.random() < PUT_IN_CART or (must_find and not cart):
                quantity = int(rng.choice([1, 1, 1, 2, 3])) if good.price < SMALL_CHANGE else 1
                self._record("add_to_cart", at, session, good=good, quantity=quantity)
                cart.append(Line(good, quantity))
        return at + timedelta(seconds=30), cart

    def _session(self, shopper: Shopper | None) -> Session:
        # A guest lives where some customer does.
        like = shopper or self._shoppers[int(self._rng.integers(len(self._shoppers)))]
        self._sessions += 1
        place = like.row["country"], like.row["region"], like.south
        return Session(f"demo-{self._sessions:05d}", shopper, *place)

    def _wanted(self, at: datetime, session: Session) -> NDArray[np.float64]:
        """The chance of each product to be what this visit is for, shape (goods,)."""
        pull = session.shopper.pull if session.shopper else self._guest_pull
        season = self._seasons[session.south][:, at.month - 1]
        wanted = pull * season * (self._arrived < at.timestamp())
        return np.asarray(wanted / wanted.sum())

    def _draw(self, chances: NDArray[np.float64]) -> int:
        place = chances.cumsum().searchsorted(self._rng.random())
        # Chances may add up to a hair less than one.
        return min(int(place), len(chances) - 1)

    def _browse(self, mission: int, wanted: NDArray[np.float64]) -> list[Good]:
        """The goods of a visit in order, each once: mostly of the kind it is for."""
        alike = wanted * (self._kinds == self._kinds[mission])
        alike = alike / alike.sum()
        further = min(int(self._rng.geometric(ENOUGH)), MOST_LOOKED_AT) - 1
        seen = [mission] + [
            self._draw(alike if self._rng.random() < ON_MISSION else wanted) for _ in range(further)
        ]
        return [self._goods[i] for i in dict.fromkeys(seen)]

    def _put_into_words(self, good: Good) -> str:
        words = good.kind.plural
        additions = ["", "", good.row["color"], good.row["brand"].lower(), *good.model.features[:1]]
        addition = str(self._rng.choice(additions))
        if addition.startswith("with "):
            return f"{words} {addition}"
        return f"{addition} {words}".strip()

    def _record(self, name: str, at: datetime, session: Session, **facts: Any) -> None:
        self.events.append(event_row(name, at, session, **facts))
