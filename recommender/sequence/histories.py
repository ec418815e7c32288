"""What shoppers did, as arrays that a sequence model reads: which item, which step, when."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.behaviour import Step

# The kinds of steps, the weaker first; 0 where the kind is not known.
ACTIONS: Mapping[str, int] = {
    "select_item": 1,
    "view_item": 1,
    "add_to_wishlist": 2,
    "add_to_cart": 3,
    "begin_checkout": 3,
    "review": 4,
    "purchase": 4,
    "remove_from_cart": 5,
    "dislike_item": 5,
    "refund": 5,
}
REJECTION = 5
ACTION_KINDS = 6
# A review of at most so many stars turns the item down.
_BAD_STARS = 2
# Upper ends in seconds: a minute, ten, half an hour (a visit), six hours, one day, three, a week,
# a month, a season, a year.
GAP_ENDS = np.array([60, 600, 1_800, 21_600, *(86_400 * np.array([1, 3, 7, 30, 91, 365]))])
# 0 where times are not known or there is nothing before.
GAP_KINDS = len(GAP_ENDS) + 2
HOURS, WEEKDAYS = 25, 8
# A flood from one shopper teaches no more than a long history does.
LONGEST = 200
_NO_STEPS = np.zeros((0, 3), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Histories:
    """Many shoppers' steps, oldest first, one shopper after another.

    Attributes:
        columns: int64 [5, t]: the item, as a row of the catalogue; the kind of step, as in
            `ACTIONS`; which of `GAP_ENDS` the time since the step before falls under, from 1; the
            hour of the day (UTC), from 1; the weekday, Monday being 1. 0 is "not known".
        starts: where each shopper's steps begin, and the end of all [u + 1].
    """

    columns: NDArray[np.int64]
    starts: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def items(self) -> NDArray[np.int64]:
        """The items of all steps [t]."""
        items: NDArray[np.int64] = self.columns[0]
        return items

    @property
    def actions(self) -> NDArray[np.int64]:
        """The kinds of all steps [t]."""
        actions: NDArray[np.int64] = self.columns[1]
        return actions

    @property
    def lengths(self) -> NDArray[np.int64]:
        """How many steps each shopper has [u]."""
        return np.diff(self.starts)

    def items_of(self, shopper: int) -> NDArray[np.int64]:
        """The items of one shopper, oldest first."""
        return self.items[self.starts[shopper] : self.starts[shopper + 1]]

    def split_last(self) -> tuple["Histories", NDArray[np.int64]]:
        """Each history without its last step, and that step's item [u]. None may be empty."""
        ends = self.starts[1:] - 1
        keep = np.ones(len(self.items), dtype=bool)
        keep[ends] = False
        starts = self.starts - np.arange(len(self.starts))
        return Histories(self.columns[:, keep], starts), self.items[ends]

    def choose(self, shoppers: NDArray[np.intp]) -> "Histories":
        """These shoppers alone, in this order."""
        lengths = self.lengths[shoppers]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        at = np.arange(starts[-1]) + np.repeat(self.starts[shoppers] - starts[:-1], lengths)
        return Histories(self.columns[:, at], starts)


def from_items(sequences: Sequence[Sequence[int]]) -> Histories:
    """Histories of which only the items and their order are known."""
    starts = np.concatenate([[0], np.cumsum([len(sequence) for sequence in sequences])])
    columns = np.zeros((5, int(starts[-1])), dtype=np.int64)
    columns[0] = [item for sequence in sequences for item in sequence]
    return Histories(columns, starts.astype(np.int64))


def from_steps(shoppers: Iterable[Iterable[Step]], row_of: Mapping[str, int]) -> Histories:
    """Histories from events, each shopper's oldest first.

    Steps that follow each other with one product count once, as the strongest of them. Products
    that are not in the catalogue are left out, and so is what says nothing of a product.
    """
    tracks = [_clean(steps, row_of) for steps in shoppers]
    starts = np.concatenate([[0], np.cumsum([len(track) for track in tracks])]).astype(np.int64)
    items, actions, times = np.concatenate([_NO_STEPS, *tracks]).T
    gaps = np.zeros(len(items), dtype=np.int64)
    gaps[1:] = 1 + np.searchsorted(GAP_ENDS, np.maximum(0, np.diff(times)), side="left")
    gaps[starts[:-1][np.diff(starts) > 0]] = 0
    # 1970 began on a Thursday.
    hours, weekdays = times // 3_600 % 24 + 1, (times // 86_400 + 3) % 7 + 1
    return Histories(np.stack([items, actions, gaps, hours, weekdays]), starts)


def _clean(steps: Iterable[Step], row_of: Mapping[str, int]) -> NDArray[np.int64]:
    """Item, kind and second of each step that counts [n, 3]."""
    kept: list[tuple[int, int, int]] = []
    for step in steps:
        action = _action(step)
        if step.product_id not in row_of or not action:
            continue
        item, second = row_of[step.product_id], int(step.occurred_at.timestamp())
        if kept and kept[-1][0] == item:
            action = max(action, kept.pop()[1])
        kept.append((item, action, second))
    return np.array(kept[-LONGEST:], dtype=np.int64).reshape(-1, 3)


def _action(step: Step) -> int:
    if step.name == "review" and step.rating is not None and step.rating <= _BAD_STARS:
        return REJECTION
    return ACTIONS.get(step.name, 0)
