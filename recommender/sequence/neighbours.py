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
        least: shoppers who had both; what fewer had is chance.
    """

    window: int = 200
    fading: float = 1.0
    backward: float = 1.0
    recency: float = 1.0
    from_power: float = 0.5
    to_power: float = 0.5
    kept: int = 200
    least: int = 1


# Chosen on the validation steps of 10,000 shoppers of Amazon Beauty, among some 25.
IN_ORDER = Nearness(fading=0.8, backward=0.35, recency=0.65, from_power=0.5, to_power=0.1, kept=500)


@dataclass(frozen=True, eq=False)
class Links:
    """Which item leads to which, the heaviest first within each: the links of item i are
    `starts[i]` to `starts[i + 1]`.

    Attributes:
        to: the item led to [m].
        weights: how strongly [m].
        shoppers: how many different shoppers had both [m].
        starts: [items + 1].
        had: how many different shoppers had each item [items].
        of: how many shoppers there were [1].
    """

    to: NDArray[np.int64]
    weights: NDArray[np.float32]
    shoppers: NDArray[np.int64]
    starts: NDArray[np.int64]
    had: NDArray[np.int64]
    of: NDArray[np.int64]

    def beyond_chance(self, one: int, other: int, *, both: int) -> float:
        """How many times as many had both as would if neither had to do with the other."""
        expected = float(self.had[one]) * float(self.had[other]) / max(1.0, float(self.of[0]))
        return both / expected if expected else 0.0

    def moved(self, places: NDArray[np.int64], *, items: int) -> "Links":
        """The same links in another catalogue.

        Args:
            places: each item's row there, or -1 where it is gone.
            items: how many items there are.
        """
        at = np.repeat(places, np.diff(self.starts))
        to = places[self.to]
        stays = np.flatnonzero((at >= 0) & (to >= 0))
        stays = stays[np.argsort(at[stays], kind="stable")]
        starts = np.searchsorted(at[stays], np.arange(items + 1))
        had = np.zeros(items, dtype=np.int64)
        had[places[places >= 0]] = self.had[places >= 0]
        return Links(to[stays], self.weights[stays], self.shoppers[stays], starts, had, self.of)


class Neighbours:
    """How often two items were had by one shopper; scores a history by the sum over its items.

    (Deshpande and Karypis 2004, "Item-based top-N recommendation algorithms", with the order and
    the distance of the steps.) However often one shopper had both, it counts once.
    """

    def __init__(self, links: Links, *, nearness: Nearness) -> None:
        self.links = links
        self.nearness = nearness
        self._items = len(links.starts) - 1

    @classmethod
    def count(cls, histories: Histories, *, items: int, nearness: Nearness) -> "Neighbours":
        """Count them in these histories, as rows of a catalogue of so many items."""
        pairs, weights, shoppers = _count_pairs(histories, items, nearness)
        at, to = pairs // items, pairs % items
        counts = np.maximum(np.bincount(histories.items, minlength=items), 1).astype(np.float64)
        weights = weights / (counts[at] ** nearness.from_power * counts[to] ** nearness.to_power)
        # The heaviest first within each item.
        order = np.lexsort((-weights, at))
        order = order[shoppers[order] >= nearness.least]
        at = at[order]
        place = np.arange(len(at)) - np.searchsorted(at, at)
        keep = order[place < nearness.kept]
        starts = np.searchsorted(pairs[keep] // items, np.arange(items + 1))
        whose = np.repeat(np.arange(len(histories)), histories.lengths)
        each = np.unique(whose * items + histories.items) % max(1, items)
        links = Links(
            to[keep],
            weights[keep].astype(np.float32),
            shoppers[keep],
            starts,
            had=np.bincount(each, minlength=items).astype(np.int64),
            of=np.array([len(histories)], dtype=np.int64),
        )
        return cls(links, nearness=nearness)

    def __call__(self, histories: Histories) -> Floats:
        """Scores of every item for each history: float32 [u, n]."""
        lengths = histories.lengths
        whose = np.repeat(np.arange(len(histories)), lengths)
        steps = self._step_weights(histories)
        first, last = self.links.starts[histories.items], self.links.starts[histories.items + 1]
        counts = last - first
        at = np.repeat(first - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        cells = np.repeat(whose, counts) * self._items + self.links.to[at]
        scores = np.bincount(
            cells,
            weights=np.repeat(steps, counts) * self.links.weights[at],
            minlength=len(histories) * self._items,
        )
        return scores.reshape(len(histories), self._items).astype(np.float32)

    def leads(self, history: Histories, item: int) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """What each step of one history adds to an item's score, and how many had both [t] each."""
        added, shoppers = np.zeros(len(history.items)), np.zeros(len(history.items), np.int64)
        for step, had in enumerate(history.items):
            first, last = self.links.starts[had], self.links.starts[had + 1]
            for at in first + np.flatnonzero(self.links.to[first:last] == item):
                added[step], shoppers[step] = self.links.weights[at], self.links.shoppers[at]
        return added * self._step_weights(history), shoppers

    def _step_weights(self, histories: Histories) -> NDArray[np.float64]:
        steps = np.arange(len(histories.items))
        back = np.repeat(histories.starts[1:], histories.lengths) - 1 - steps
        weights: NDArray[np.float64] = np.float64(self.nearness.recency) ** back
        weights[histories.actions == REJECTION] = 0.0
        return weights


def _count_pairs(
    histories: Histories, items: int, nearness: Nearness
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """Each pair's number (from * items + to), its weight and its shoppers, both directions."""
    whose = np.repeat(np.arange(len(histories)), histories.lengths)
    wanted = histories.actions != REJECTION
    longest = int(histories.lengths.max(initial=0))
    keys, owners, weights = [], [], []
    for apart in range(1, min(nearness.window, longest - 1) + 1):
        same = (whose[apart:] == whose[:-apart]) & wanted[apart:] & wanted[:-apart]
        same &= histories.items[apart:] != histories.items[:-apart]
        before, after = histories.items[:-apart][same], histories.items[apart:][same]
        weight = nearness.fading ** (apart - 1)
        for first, second, share in ((before, after, 1.0), (after, before, nearness.backward)):
            keys.append(first * items + second)
            owners.append(whose[apart:][same])
            weights.append(np.full(len(first), weight * share))
    if not keys:
        return np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros(0, dtype=np.int64)
    numbers: NDArray[np.int64] = np.concatenate(keys)
    pairs, place = np.unique(numbers, return_inverse=True)
    # The heaviest of one shopper's: who goes to and fro says it no louder.
    heavy = np.concatenate(weights)
    one = place * len(histories) + np.concatenate(owners)
    order = np.lexsort((-heavy, one))
    order = order[np.diff(one[order], prepend=-1) != 0]
    counted = np.bincount(place[order], weights=heavy[order], minlength=len(pairs))
    shoppers = np.bincount(place[order], minlength=len(pairs)).astype(np.int64)
    return pairs, counted.astype(np.float64), shoppers
