"""The order on the counter: best first, without showing nearly the same thing twice."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats, Mask
from recommender.shelf import Shelf

# Only products nearer to each other than this count as alike.
_ALIKE = 0.8
_WEIGHT = 0.5
_VARIANT = 0.3
_SAME_KIND = 0.1
_POOL = 50


def spread(
    shelf: Shelf,
    scores: Floats,
    order: NDArray[np.intp],
    *,
    k: int,
    kinds: Sequence[Mask] = (),
) -> list[tuple[int, float]]:
    """Pick k rows, each by its score less its likeness to those already picked.

    Maximal marginal relevance (Carbonell and Goldstein, 1998), with likeness counted only above
    a threshold: shoes after shoes are what was asked for; the same shoe again is not. Who asks for
    a drill and a hammer gets some of both.

    Args:
        shelf: the catalogue.
        scores: float32 [n].
        order: candidates' rows, best first.
        k: how many to pick.
        kinds: the kinds of goods that were asked for by name, bool [n] each.

    Returns:
        Each row picked, in order, with what its likeness took off (zero or less).
    """
    pool = order[: max(_POOL, 2 * k)]
    penalty = np.zeros(len(pool), dtype=np.float32)
    vectors = shelf.vectors.rows(pool) if shelf.vectors is not None and len(pool) else None
    groups = np.array([shelf.goods[row].item_group_id or f"={row}" for row in pool])
    of_kind = [kind[pool] for kind in kinds] if len(kinds) > 1 else []
    fed_up = np.zeros(len(pool), dtype=np.float32)
    left = np.ones(len(pool), dtype=bool)
    picked: list[tuple[int, float]] = []
    while left.any() and len(picked) < k:
        worth = np.where(left, scores[pool] - penalty - fed_up, -np.inf)
        best = int(worth.argmax())
        picked.append((int(pool[best]), -float(penalty[best] + fed_up[best])))
        left[best] = False
        likeness = np.where(groups == groups[best], _VARIANT, 0.0)
        if vectors is not None:
            likeness = np.maximum(likeness, _WEIGHT * (vectors @ vectors[best] - _ALIKE))
        penalty = np.maximum(penalty, likeness.astype(np.float32))
        for kind in of_kind:
            fed_up += np.where(kind & kind[best], _SAME_KIND, 0.0).astype(np.float32)
    return picked
