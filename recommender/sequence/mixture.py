"""The sequence model and the counted neighbours as one: each is right where the other is not."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.sequence.evaluation import AT_ONCE, figures, ranks
from recommender.sequence.histories import Histories

SHARES = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0)
# What keeps an item that no neighbour leads to from being impossible.
_LEAST = 1e-9


class Mixture:
    """The logarithm of a mixture of two distributions over all items.

    Attributes:
        share: of the neighbours in it, 0 to 1.
    """

    def __init__(
        self,
        sequence: Callable[[Histories], Floats],
        neighbours: Callable[[Histories], Floats],
        *,
        share: float,
    ) -> None:
        self._sequence = sequence
        self._neighbours = neighbours
        self.share = share

    def __call__(self, histories: Histories) -> Floats:
        """Scores of every item for each history: float32 [u, n]."""
        return mix(self._sequence(histories), self._neighbours(histories), share=self.share)


def mix(logits: Floats, counted: Floats, *, share: float) -> Floats:
    """Log of (1 - share) softmax(logits) + share counted / its sum: [u, n] each.

    Who has no neighbours at all is left to the sequence model.
    """
    likely = np.exp(logits - logits.max(axis=1, keepdims=True))
    likely /= likely.sum(axis=1, keepdims=True)
    total = counted.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, share, 0.0).astype(np.float32)
    near = counted / np.maximum(total, _LEAST)
    mixed: Floats = np.log((1 - shares) * likely + shares * near + _LEAST).astype(np.float32)
    return mixed


def weigh_shares(
    sequence: Callable[[Histories], Floats],
    neighbours: Callable[[Histories], Floats],
    histories: Histories,
    targets: NDArray[np.int64],
    *,
    shares: Sequence[float] = SHARES,
    judged: int = 10_000,
) -> dict[float, dict[str, float]]:
    """The figures of each share on these shoppers' next items, at most `judged` of them."""
    places: list[list[NDArray[np.int64]]] = [[] for _ in shares]
    rng = np.random.default_rng(len(histories))
    asked = np.sort(rng.permutation(len(histories))[:judged])
    for start in range(0, len(asked), AT_ONCE):
        some = histories.choose(asked[start : start + AT_ONCE])
        wanted = targets[asked[start : start + AT_ONCE]]
        logits, counted = sequence(some), neighbours(some)
        for found, share in zip(places, shares, strict=True):
            scores = partial(_made_before, mix(logits, counted, share=share))
            found.append(ranks(scores, some, wanted))
    return {
        share: figures(np.concatenate(found)) for share, found in zip(shares, places, strict=True)
    }


def choose_share(
    sequence: Callable[[Histories], Floats],
    neighbours: Callable[[Histories], Floats],
    histories: Histories,
    targets: NDArray[np.int64],
    *,
    shares: Sequence[float] = SHARES,
) -> Mixture:
    """The mixture with the best NDCG@10 on these shoppers' next items."""
    found = weigh_shares(sequence, neighbours, histories, targets, shares=shares)
    return Mixture(sequence, neighbours, share=best_share(found))


def best_share(found: Mapping[float, Mapping[str, float]]) -> float:
    """The share with the best NDCG@10; of equals the first."""
    return max(found, key=lambda share: found[share]["ndcg@10"])


def _made_before(scores: Floats, _: Histories) -> Floats:
    return scores
