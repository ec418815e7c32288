"""How likely each label is for rows that the judge has not learnt from: each fold by the others.

The judge is a multinomial logistic regression on sentence vectors: quick, and the same each time.
Its Hessian is bounded by one matrix for all steps (Böhning 1992, "Multinomial logistic regression
algorithm"), so that it is inverted once and every step goes down.
"""

import random
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
_STEPS = 60
# Per row: what keeps the weights small. Chosen on the rows that Shopkeeper learns from.
_RIDGE = 1e-4


def out_of_fold(
    vectors: Floats, labels: Sequence[str], *, folds: int = 5, seed: int = 0
) -> tuple[Floats, list[str]]:
    """The probability of every label for every row, by judges that did not see the row.

    Args:
        vectors: sentence vectors of unit length [rows, width].
        labels: as given, one for each row.

    Returns:
        Probabilities [rows, labels], each row sums to 1, and the names of the columns in order.
    """
    names = sorted(set(labels))
    places = {name: place for place, name in enumerate(names)}
    given = np.array([places[label] for label in labels], dtype=np.intp)
    fold_of = _spread(labels, folds=folds, seed=seed)
    found = np.full((len(labels), len(names)), 1.0 / max(1, len(names)))
    for fold in range(folds):
        judged = fold_of == fold
        if judged.any() and not judged.all():
            weights = _fit(vectors[~judged], given[~judged], classes=len(names))
            found[judged] = _predict(vectors[judged], weights)
    return found, names


def _spread(labels: Sequence[str], *, folds: int, seed: int) -> NDArray[np.intp]:
    """A fold for each row, the rows of each label spread evenly."""
    rows: defaultdict[str, list[int]] = defaultdict(list)
    for place, label in enumerate(labels):
        rows[label].append(place)
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    fold_of = np.zeros(len(labels), dtype=np.intp)
    at = 0
    for label in sorted(rows):
        rng.shuffle(rows[label])
        for place in rows[label]:
            fold_of[place] = at % folds
            at += 1
    return fold_of


def _fit(vectors: Floats, given: NDArray[np.intp], *, classes: int) -> Floats:
    """Weights [width + 1, classes]; the last row is the constant."""
    rows = _with_constant(vectors)
    target = np.zeros((len(rows), classes))
    target[np.arange(len(rows)), given] = 1.0
    width = rows.shape[1]
    ridge = _RIDGE * len(rows)
    bound = np.linalg.inv(0.5 * rows.T @ rows + ridge * np.eye(width))
    weights = np.zeros((width, classes))
    before = weights
    for step in range(_STEPS):
        # Nesterov's look ahead: far fewer steps for the same descent.
        ahead = weights + (step / (step + 3)) * (weights - before)
        slope = rows.T @ (target - _softmax(rows @ ahead)) - ridge * ahead
        before, weights = weights, ahead + bound @ slope
    return weights


def _predict(vectors: Floats, weights: Floats) -> Floats:
    return _softmax(_with_constant(vectors) @ weights)


def _with_constant(vectors: Floats) -> Floats:
    rows = np.asarray(vectors, dtype=np.float64)
    return np.hstack([rows, np.ones((len(rows), 1))])


def _softmax(scores: Floats) -> Floats:
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    return np.asarray(exponents / exponents.sum(axis=1, keepdims=True))
