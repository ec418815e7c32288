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
import torch
from numpy.typing import NDArray
from torch.nn import functional

from nlu.calibration import Evidence

# A row that is nearer by this much in cosine has e times the vote.
_REACH = 0.05
_MOST = 20


@dataclass(frozen=True)
class Landmarks:
    """Unit vectors [landmarks, width] and the intent of each [landmarks]."""

    vectors: torch.Tensor
    owners: torch.Tensor

    def weigh(
        self, pooled: torch.Tensor, logits: torch.Tensor, *, without: Sequence[int] | None = None
    ) -> Evidence:
        """What head and landmarks say of these rows.

        Args:
            pooled: [rows, width].
            logits: [rows, intents].
            without: for each row an intent that is treated as if the model did not have it.
        """
        scores = logits.double().numpy().copy()
        cosines = self._cosines(pooled)
        owners = self.owners.numpy()
        if without is not None:
            gone = np.asarray(without)
            scores[np.arange(len(gone)), gone] = -1e9
            cosines = np.where(owners[None] == gone[:, None], -1.0, cosines)
        nearest = cosines.max(1)
        weights = np.exp((cosines - nearest[:, None]) / _REACH)
        votes = weights @ np.eye(scores.shape[1])[owners]
        return Evidence(scores, votes / votes.sum(1, keepdims=True), nearest)

    def _cosines(self, pooled: torch.Tensor) -> NDArray[Any]:
        unit = functional.normalize(pooled, dim=-1)
        return np.asarray((unit @ self.vectors.float().T).double().numpy())


def choose_landmarks(pooled: torch.Tensor, intents: Sequence[int], *, seed: int) -> Landmarks:
    """At most twenty rows of every intent, drawn at random.

    Args:
        pooled: [rows, width].
        intents: of each row.
        seed: for the draw.
    """
    owners = torch.tensor(intents)
    order = torch.randperm(len(owners), generator=torch.Generator().manual_seed(seed))
    taken = [order[owners[order] == intent][:_MOST] for intent in sorted(set(intents))]
    places = torch.cat(taken)
    return Landmarks(functional.normalize(pooled[places], dim=-1), owners[places])
