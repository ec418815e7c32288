"""Rows that were learnt, as the model sees them: what a new message is held against.

A head knows each intent by one direction. An intent that is said in several ways has no one
direction, and far from everything learnt a head is as sure as ever. So some rows of every intent
stay with the model: what is near to them votes beside the head, and what is near to none of them
is doubted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.calibration import Evidence

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# A row that is nearer by this much in cosine has e times the vote.
_REACH = 0.05
_MOST = 20


@dataclass(frozen=True)
class Landmarks:
    """Unit vectors [landmarks, width] and the intent of each [landmarks]."""

    vectors: Floats
    owners: Ints

    def weigh(
        self, pooled: Floats, logits: Floats, *, without: Sequence[int] | None = None
    ) -> Evidence:
        """What head and landmarks say of these rows.

        Args:
            pooled: [rows, width].
            logits: [rows, intents].
            without: for each row an intent that is treated as if the model did not have it.
        """
        scores = logits.astype(np.float64)
        cosines = self._cosines(pooled)
        if without is not None:
            gone = np.asarray(without)
            scores[np.arange(len(gone)), gone] = -1e9
            cosines = np.where(self.owners[None] == gone[:, None], -1.0, cosines)
        nearest = cosines.max(1)
        weights = np.exp((cosines - nearest[:, None]) / _REACH)
        votes = weights @ np.eye(scores.shape[1])[self.owners]
        return Evidence(scores, votes / votes.sum(1, keepdims=True), nearest)

    def _cosines(self, pooled: Floats) -> NDArray[Any]:
        return np.asarray((unit_rows(pooled) @ self.vectors.T).astype(np.float64))


def unit_rows(vectors: Floats) -> Floats:
    """Every row at length 1: [rows, width]."""
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)


def draw_landmarks(intents: Sequence[int], *, seed: int) -> list[int]:
    """Which rows are kept: at most twenty of every intent, drawn at random.

    Args:
        intents: of each row.
        seed: for the draw.
    """
    owners = np.asarray(intents, dtype=np.int64)
    order = np.random.default_rng(seed).permutation(len(owners))
    taken = [order[owners[order] == intent][:_MOST] for intent in sorted(set(intents))]
    return [int(row) for row in np.concatenate(taken)]


def keep_landmarks(pooled: Floats, intents: Sequence[int]) -> Landmarks:
    """The rows that were drawn, as the model sees them.

    Args:
        pooled: [rows, width].
        intents: of each row.
    """
    return Landmarks(unit_rows(pooled), np.asarray(intents, dtype=np.int64))
