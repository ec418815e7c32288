"""Goods that nobody has had yet, read as those whose texts are nearest to theirs.

Neighbours are counted from what shoppers did, and say nothing of a product on its first day. What
leads to the goods that it is most like is taken to lead to it (`benchmarks/unseen.py`).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.shelf import Shelf

# The goods that a new one is read as, and how much more the nearer ones count: as measured there.
_NEAREST, _SHARPNESS = 30, 20.0
# What is like nothing on sale is read as nothing.
_ALIKE = 0.5
# Of very many, the newest; each of them is compared with all goods.
_AT_MOST = 2_000
_AT_ONCE = 64


@dataclass(frozen=True, eq=False)
class Newcomers:
    """Which goods are new, and what each is read as.

    Attributes:
        rows: of the new goods [m].
        like: rows of the goods nearest to each [m, k].
        shares: how much each of these counts; they sum to one [m, k].
    """

    rows: NDArray[np.intp]
    like: NDArray[np.intp]
    shares: Floats

    def lend(self, likely: Floats) -> Floats:
        """How likely each good of the shelf is, the new ones as much as what they are like [n]."""
        lent = likely.copy()
        lent[self.rows] = (likely[self.like] * self.shares).sum(1)
        return lent


def find_newcomers(shelf: Shelf, had: NDArray[np.int64]) -> Newcomers | None:
    """The goods that nobody had; None where there are none, or nothing to read them as.

    Args:
        shelf: with vectors, or None is found.
        had: how many shoppers had each good [n].
    """
    known = shelf.encoded & (had > 0)
    new = np.flatnonzero(shelf.encoded & shelf.active & (had == 0))
    if shelf.vectors is None or not len(new) or not known.any():
        return None
    new = new[np.argsort(-shelf.created[new], kind="stable")[:_AT_MOST]]
    rows, like, shares = [], [], []
    for start in range(0, len(new), _AT_ONCE):
        some = new[start : start + _AT_ONCE]
        near = shelf.vectors.nearest(shelf.vectors.rows(some), _NEAREST, among=known)
        best = near.scores[:, :1]
        weights = np.exp(_SHARPNESS * (near.scores - best))
        alike = best[:, 0] >= _ALIKE
        rows.append(some[alike])
        like.append(near.rows[alike])
        shares.append((weights / weights.sum(1, keepdims=True))[alike].astype(np.float32))
    return Newcomers(np.concatenate(rows), np.concatenate(like), np.concatenate(shares))
