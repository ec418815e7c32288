"""A trained model laid out over a catalogue: histories in, scores of every item out."""

import numpy as np
import torch

from recommender.lexical import Floats
from recommender.sequence.histories import Histories
from recommender.sequence.model import SequenceModel
from recommender.sequence.packing import pack

# Scoring packs more than training does: it keeps no gradients.
_ROWS = 64


class SequenceScorer:
    """Scores all items of the catalogue that the model's tower has laid out.

    The items' vectors are made once; make another scorer when the catalogue changes.
    """

    @torch.inference_mode()
    def __init__(self, model: SequenceModel, *, length: int) -> None:
        model.eval()
        self._model = model
        self._length = length
        self._device = model.tower.known.device
        self._items = model.item_vectors(torch.arange(len(model.tower), device=self._device))

    @property
    def width(self) -> int:
        """Of the users' and the items' vectors."""
        return self._items.shape[1]

    @torch.inference_mode()
    def users(self, histories: Histories) -> Floats:
        """Where each shopper goes on from their last step: float32 [u, d]; zero for a stranger."""
        users = np.zeros((len(histories), self._items.shape[1]), dtype=np.float32)
        known = np.flatnonzero(histories.lengths)
        done = 0
        for packed in pack(histories, known, length=self._length, rows=_ROWS):
            there = packed.to(self._device)
            made = self._model(there).flatten(0, 1)[there.ends()].float().cpu().numpy()
            users[known[done : done + len(made)]] = made
            done += len(made)
        return users

    @torch.inference_mode()
    def score(self, users: Floats) -> Floats:
        """Scores of every item for these users' vectors: float32 [u, n]; zero for a stranger.

        A score is the logarithm of an item's odds, up to what is the same for all items.
        """
        there = torch.from_numpy(users).to(self._items)
        return np.asarray((there @ self._items.T).float().cpu().numpy(), dtype=np.float32)

    def __call__(self, histories: Histories) -> Floats:
        """Scores of every item for each history: float32 [u, n]."""
        return self.score(self.users(histories))
