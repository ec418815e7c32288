"""What a shopper is likely to turn to next, foreseen from their steps: learnt, counted, or both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from db.behaviour import Step
from recommender.lexical import Floats
from recommender.newcomers import Newcomers
from recommender.sequence.histories import Histories, from_steps
from recommender.sequence.mixture import mix
from recommender.sequence.neighbours import IN_ORDER, Neighbours
from recommender.shelf import Shelf
from recommender.weights import HAND, Weights

# Visits are short, and what one shopper alone had with something else is theirs.
IN_SHOP = replace(IN_ORDER, window=20, least=2)
# So many shoppers before one says "often" of two products.
_OFTEN = 3
# And so many times as many as by chance: what everybody buys goes with everything.
_TELLING = 1.5
# To say that a product follows from another, at least this much of its chance must come from there.
_MOSTLY = 0.5
# Who is so many times as likely to buy as usual is about to.
READY = 2.0

LeadStep = Literal["cart", "bought", "viewed"]


class Reader(Protocol):
    """Reads histories: the sequence model, laid out over a catalogue."""

    def users(self, histories: Histories) -> Floats:
        """Where each shopper goes on from their last step: float32 [u, d]."""

    def score(self, users: Floats) -> Floats:
        """Logarithms of every item's odds for these vectors: float32 [u, n]."""


class Intent(Protocol):
    """Foresees whether a visit ends with a purchase; `usual` is the share of visits that do."""

    @property
    def usual(self) -> float: ...

    def likely(self, user: Floats, steps: Sequence[Step], *, now: datetime) -> float: ...


@dataclass(frozen=True, slots=True)
class Lead:
    """The product of the shopper's past that leads to another, and what they did with it.

    Attributes:
        shoppers: how many wanted both.
    """

    product_id: str
    step: LeadStep
    shoppers: int


class Foresight:
    """Foresees in the catalogue of one moment; products that came later are not foreseen.

    Attributes:
        name: what foresees, for the answer's `model_version`.
        weights: what its forecast and the other parts of a score count.
    """

    def __init__(
        self,
        shelf: Shelf,
        *,
        name: str,
        neighbours: Neighbours | None = None,
        sequence: Reader | None = None,
        share: float = 1.0,
        intent: Intent | None = None,
        newcomers: Newcomers | None = None,
        weights: Weights = HAND,
    ) -> None:
        """Put together what foresees; either half may be missing.

        Args:
            shelf: whose rows the halves know as items.
            name: of the whole.
            neighbours: counted.
            sequence: learnt.
            share: of the neighbours, where both are there.
            intent: a head on the learnt half.
            newcomers: goods that neighbours cannot know yet.
            weights: learnt beside it, else those set by hand.
        """
        self.name = name
        self.weights = weights
        self._shelf = shelf
        self._neighbours = neighbours
        self._sequence = sequence
        self._share = 1.0 if sequence is None else share
        self._intent = intent
        self._newcomers = newcomers

    def foresee(self, shelf: Shelf, steps: Sequence[Step], *, now: datetime) -> "Forecast | None":
        """What comes next after these steps, newest first; None where they say nothing."""
        oldest_first = list(reversed(steps))
        history = from_steps([oldest_first], self._shelf.row)
        if not len(history.items) or len(self._shelf) < 2:
            return None
        counted = np.zeros((1, len(self._shelf)), dtype=np.float32)
        if self._neighbours is not None:
            counted = self._neighbours(history)
            # What they had already is not what comes next.
            counted[0, history.items] = 0.0
        readiness = 1.0
        if self._sequence is not None:
            users = self._sequence.users(history)
            readiness = self._readiness(users[0], oldest_first, now=now)
            logits = self._sequence.score(users)
            logits[0, history.items] = -np.inf
            chances = np.exp(mix(logits, counted, share=self._share)[0])
        else:
            chances = counted[0] / max(float(counted.sum()), 1e-9)
        chances[history.items] = 0.0
        if not chances.any():
            return None
        likely = _likely(chances)
        if self._newcomers is not None:
            likely = self._newcomers.lend(likely)
            likely[history.items] = 0.0
        return Forecast(
            chances=chances,
            likely=_laid_out(likely, self._shelf, shelf),
            history=history,
            counted=counted[0],
            share=self._share,
            neighbours=self._neighbours,
            shelf=self._shelf,
            steps=oldest_first,
            readiness=readiness,
        )

    def _readiness(self, user: Floats, steps: Sequence[Step], *, now: datetime) -> float:
        if self._intent is None:
            return 1.0
        return min(self._intent.likely(user, steps, now=now) / self._intent.usual, READY)


@dataclass(frozen=True, eq=False)
class Forecast:
    """One shopper's next step.

    Attributes:
        likely: how much likelier than chance each product of today's shelf is, on a logarithmic
            scale: 0 for as likely as any other or less, 1 for certain [n].
        chances: by the items of the shelf it was foreseen in, summing to one.
        readiness: how much likelier than usual the visit ends with a purchase, at most `READY`; 1
            where nothing is known of that.
    """

    likely: Floats
    chances: Floats
    history: Histories
    counted: Floats
    share: float
    neighbours: Neighbours | None
    shelf: Shelf
    steps: Sequence[Step]
    readiness: float = 1.0

    def lead(self, product_id: str) -> Lead | None:
        """What of the shopper's past leads to a product; None where no one thing mostly does."""
        item = self.shelf.row.get(product_id)
        if item is None or self.neighbours is None or not self.counted[item]:
            return None
        counted = self.share * self.counted[item] / self.counted.sum()
        if counted < _MOSTLY * self.chances[item]:
            return None
        added, shoppers = self.neighbours.leads(self.history, item)
        best = int(added.argmax())
        both = int(shoppers[best])
        links, leader = self.neighbours.links, int(self.history.items[best])
        if both < _OFTEN or links.beyond_chance(leader, item, both=both) < _TELLING:
            return None
        leading = self.shelf.goods[self.history.items[best]].id
        return Lead(leading, self._step_with.get(leading, "viewed"), both)

    @cached_property
    def _step_with(self) -> dict[str, LeadStep]:
        """The products in the cart and those bought."""
        found: dict[str, LeadStep] = {}
        for step in self.steps:
            if step.name == "purchase":
                found[step.product_id] = "bought"
            elif step.name == "add_to_cart":
                found[step.product_id] = "cart"
            elif step.name in ("remove_from_cart", "refund"):
                found.pop(step.product_id, None)
        return found


def _likely(chances: Floats) -> Floats:
    usual = np.log(len(chances))
    with np.errstate(divide="ignore"):
        likelier = (np.log(chances) + usual) / usual
    likely: Floats = np.clip(likelier, 0.0, 1.0).astype(np.float32)
    return likely


def _laid_out(values: Floats, known: Shelf, shelf: Shelf) -> Floats:
    """One shelf's values in the rows of another; 0 for products that it did not have."""
    laid_out = np.zeros(len(shelf), dtype=np.float32)
    if shelf.order is known.order:
        laid_out[: len(values)] = values[: len(shelf)]
        return laid_out
    rows: NDArray[np.intp] = np.flatnonzero(values)
    for row in rows:
        if (place := shelf.row.get(known.goods[row].id)) is not None:
            laid_out[place] = values[row]
    return laid_out
