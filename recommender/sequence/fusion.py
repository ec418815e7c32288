"""One score from several signs, weighed so that what shoppers took is likeliest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats

# For some shoppers (by number): each sign of every item, float32 [s, u, n].
Signs = Callable[[NDArray[np.intp]], Floats]
_AT_ONCE = 128
_STEPS = 25
# Where signs say nearly the same, their weights stay small.
_DECAY = 1e-3


@dataclass(frozen=True)
class Fusion:
    """How much each sign counts.

    Attributes:
        weights: of the signs [s].
    """

    weights: NDArray[np.float64]

    def __call__(self, signs: Floats) -> Floats:
        """Scores from signs [s, u, n]: float32 [u, n]."""
        return np.tensordot(self.weights.astype(np.float32), signs, axes=1)


@dataclass(frozen=True)
class Belief:
    """What is believed of the weights before anything is seen: normal, each on its own.

    Attributes:
        weights: the likeliest [s].
        firmness: one over the variance [s].
    """

    weights: NDArray[np.float64]
    firmness: NDArray[np.float64]


def fit_fusion(
    signs: Signs,
    targets: NDArray[np.int64],
    shoppers: Sequence[int],
    *,
    belief: Belief | None = None,
) -> Fusion:
    """Weigh the signs by a softmax over all items, in Newton's steps.

    (McFadden 1974, "Conditional logit analysis of qualitative choice behavior".)

    Args:
        signs: of any shoppers.
        targets: what each shopper took [u].
        shoppers: those to learn from, by number.
        belief: where the weights begin, and stay where the shoppers say little; by default at 0.
    """
    chosen = np.asarray(shoppers, dtype=np.intp)
    if belief is None:
        nothing = np.zeros(len(signs(chosen[:1])))
        belief = Belief(nothing, nothing + _DECAY * len(chosen))
    weights: NDArray[np.float64] = belief.weights
    step: NDArray[np.float64] = weights
    before = -np.inf
    for _ in range(_STEPS):
        likelihood, slope, bend = _taylor(signs, targets, chosen, weights, belief)
        if likelihood < before:
            # Newton's step overshot: half of it is on the way to what it aimed at.
            step = step / 2
            weights = weights - step
            continue
        before = likelihood
        step = np.asarray(np.linalg.solve(bend, slope), dtype=np.float64)
        if np.abs(step).max() < 1e-3:
            break
        weights = weights + step
    return Fusion(weights if likelihood >= before else weights - step)


def _taylor(
    signs: Signs,
    targets: NDArray[np.int64],
    chosen: NDArray[np.intp],
    weights: NDArray[np.float64],
    belief: Belief,
) -> tuple[float, NDArray[np.float64], NDArray[np.float64]]:
    """The log-likelihood of what was taken, its slope, and its second derivative's negative."""
    off = weights - belief.weights
    likelihood = -float(belief.firmness @ off**2) / 2
    slope, bend = -belief.firmness * off, np.diag(belief.firmness)
    for start in range(0, len(chosen), _AT_ONCE):
        some = chosen[start : start + _AT_ONCE]
        x = signs(some)
        chances = _softmax(np.tensordot(weights.astype(np.float32), x, axes=1))
        mean = np.einsum("sun,un->us", x, chances)
        places = np.arange(len(some))
        likelihood += float(np.log(np.maximum(chances[places, targets[some]], 1e-30)).sum())
        slope = slope + (x[:, places, targets[some]].T - mean).sum(0)
        weighed = (x * np.sqrt(chances)).reshape(len(weights), -1).astype(np.float64)
        bend = bend + weighed @ weighed.T - mean.T.astype(np.float64) @ mean
    return likelihood, slope, bend


def _softmax(scores: Floats) -> Floats:
    likely = np.exp(scores - scores.max(axis=1, keepdims=True))
    chances: Floats = likely / likely.sum(axis=1, keepdims=True)
    return chances
