"""Which items are wanted by the same shoppers, counted: no training, and known for what it says."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.sequence.histories import REJECTION, Histories


@dataclass(frozen=True)
class Nearness:
    """How items come to be neighbours. The defaults are plain item-based nearest neighbours.

    Attributes:
        window: steps that two items of one history may be apart.
        fading: what each further step apart leaves of a pair's weight.
        backward: the weight of what came before an item, beside 1 for what came after.
        recency: what each further step back leaves of a step's weight when a history is scored.
        from_power: a pair's weight is divided by the count of the item that was had to this power,
        to_power: and by the count of the item it leads to, to this one; halves make a cosine, and
            less than half lets what is popular come first.
        kept: neighbours of an item.
    """

    window: int = 200
    fading: float = 1.0
    backward: float = 1.0
    recency: float = 1.0
    from_power: float = 0.5
    to_power: float = 0.5
    kept: int = 200


class Neighbours:
    """How often two items were had by one shopper; scores a history by the sum over its items.

    (Deshpande and Karypis 2004, "Item-based top-N recommendation algorithms", with the order and
    the distance of the steps.)
    """

    def __init__(self, histories: Histories, *, items: int, nearness: Nearness) -> None:
        self._nearness = nearness
        self._items = items
        pairs, weights = _count_pairs(histories, items, nearness)
        at, to = pairs // items, pairs % items
        counts = np.maximum(np.bincount(histories.items, minlength=items), 1).astype(np.float64)
        weights = weights / (counts[at] ** nearness.from_power * counts[to] ** nearness.to_power)
        # The heaviest first within each item.
        order = np.lexsort((-weights, at))
        at, to, weights = at[order], to[order], weights[order]
        place = np.arange(len(at)) - np.searchsorted(at, at)
        keep = place < nearness.kept
        self._to, self._weights = to[keep], weights[keep].astype(np.float32)
        self._starts = np.searchsorted(at[keep], np.arange(items + 1))

    def __call__(self, histories: Histories) -> Floats:
        """Scores of every item for each history: float32 [u, n]."""
        lengths = histories.lengths
        whose = np.repeat(np.arange(len(histories)), lengths)
        back = np.repeat(histories.starts[1:], lengths) - 1 - np.arange(len(whose))
        steps = self._nearness.recency**back * (histories.actions != REJECTION)
        first, last = self._starts[histories.items], self._starts[histories.items + 1]
        counts = last - first
        at = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        cells = np.repeat(whose, counts) * self._items + self._to[at]
        scores = np.bincount(
            cells,
            weights=np.repeat(steps, counts) * self._weights[at],
            minlength=len(histories) * self._items,
        )
        return scores.reshape(len(histories), self._items).astype(np.float32)


def _count_pairs(
    histories: Histories, items: int, nearness: Nearness
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Each pair's number (from * items + to) and its weight, both directions."""
    whose = np.repeat(np.arange(len(histories)), histories.lengths)
    wanted = histories.actions != REJECTION
    longest = int(histories.lengths.max(initial=0))
    keys, weights = [], []
    for apart in range(1, min(nearness.window, longest - 1) + 1):
        same = (whose[apart:] == whose[:-apart]) & wanted[apart:] & wanted[:-apart]
        before, after = histories.items[:-apart][same], histories.items[apart:][same]
        weight = nearness.fading ** (apart - 1)
        for first, second, share in ((before, after, 1.0), (after, before, nearness.backward)):
            keys.append(first * items + second)
            weights.append(np.full(len(first), weight * share))
    if not keys:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    numbers: NDArray[np.int64] = np.concatenate(keys)
    pairs, place = np.unique(numbers, return_inverse=True)
    return pairs, np.bincount(place, weights=np.concatenate(weights)).astype(np.float64)
