"""How well a ranking of all items finds what shoppers took next."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.sequence.histories import Histories

# Takes histories and gives the score of every item for each: float32 [u, n].
ScoreAll = Callable[[Histories], Floats]
CUTS = (5, 10, 20)
# Histories that are scored together.
AT_ONCE = 256


def ranks(
    score_all: ScoreAll, histories: Histories, targets: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The place of each shopper's target among all items they have not had, from 0 [u].

    Of items with equal scores half are taken to be before the target: a model that says the same
    of everything finds nothing.
    """
    found = []
    for shoppers, scores in _batches(score_all, histories):
        rows = np.arange(len(shoppers))
        own = scores[rows, targets[shoppers]][:, None]
        better, equal = scores > own, scores == own
        had = histories.choose(shoppers)
        whose = np.repeat(rows, had.lengths)
        better[whose, had.items] = equal[whose, had.items] = False
        equal[rows, targets[shoppers]] = False
        found.append(better.sum(1) + equal.sum(1) // 2)
    return np.concatenate(found)


def figures(places: NDArray[np.int64], *, cuts: Sequence[int] = CUTS) -> dict[str, float]:
    """Recall and NDCG at each cut, of one target a shopper."""
    gains = 1 / np.log2(places + 2)
    return {
        name: float(np.where(places < cut, value, 0.0).mean())
        for cut in cuts
        for name, value in ((f"recall@{cut}", np.ones(len(places))), (f"ndcg@{cut}", gains))
    }


def coverage(score_all: ScoreAll, histories: Histories, *, k: int = 10) -> float:
    """The share of all items that are among somebody's first k, what they had left out."""
    shown: NDArray[np.bool_] | None = None
    for shoppers, scores in _batches(score_all, histories):
        had = histories.choose(shoppers)
        masked = scores.copy()
        masked[np.repeat(np.arange(len(shoppers)), had.lengths), had.items] = -np.inf
        shown = np.zeros(scores.shape[1], dtype=np.bool_) if shown is None else shown
        shown[np.argpartition(-masked, min(k, scores.shape[1] - 1), axis=1)[:, :k]] = True
    return 0.0 if shown is None else float(shown.mean())


def _batches(
    score_all: ScoreAll, histories: Histories
) -> Iterator[tuple[NDArray[np.intp], Floats]]:
    for start in range(0, len(histories), AT_ONCE):
        shoppers = np.arange(start, min(start + AT_ONCE, len(histories)))
        yield shoppers, score_all(histories.choose(shoppers))
