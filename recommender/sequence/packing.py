"""Histories side by side in rows of one length, so that hardly any place is padding."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recommender.sequence.histories import REJECTION, Histories

_NOBODY = -1


@dataclass(frozen=True)
class Packed:
    """Some histories as a model reads them: int64 [b, l] each.

    Attributes:
        steps: items, actions, gaps, hours, weekdays [5, b, l].
        places: the place of a step in its shopper's history, from 0.
        shoppers: whose step it is, as an index among those packed; -1 for nobody's.
    """

    steps: Tensor
    places: Tensor
    shoppers: Tensor

    def to(self, device: torch.device) -> "Packed":
        """The same on another device."""
        steps, places, shoppers = (
            part.to(device, non_blocking=True) for part in (self.steps, self.places, self.shoppers)
        )
        return Packed(steps, places, shoppers)

    def mask(self) -> Tensor:
        """What each place may look at: its own shopper, itself and before. bool [b, 1, l, l]."""
        same = self.shoppers[:, None, :, None] == self.shoppers[:, None, None, :]
        return same.tril()

    def transitions(self) -> tuple[Tensor, Tensor]:
        """Where the shopper's next step is in the row too and worth learning, and its item.

        Nobody should be led to what others turned down.

        Returns:
            Flat places [p] and the items [p] that follow them.
        """
        items, actions = self.steps[0], self.steps[1]
        follows = self.shoppers[:, 1:] == self.shoppers[:, :-1]
        follows &= (self.shoppers[:, 1:] != _NOBODY) & (actions[:, 1:] != REJECTION)
        rows, places = follows.nonzero(as_tuple=True)
        return rows * items.shape[1] + places, items[rows, places + 1]

    def ends(self) -> Tensor:
        """The flat place of each packed shopper's last step, in their order [s]."""
        flat = self.shoppers.flatten()
        at = (flat != _NOBODY).nonzero().squeeze(1)
        ends = torch.empty(int(flat.max()) + 1, dtype=torch.int64, device=flat.device)
        # Within a shopper places ascend, and the last one stays.
        last = torch.ones(len(at), dtype=torch.bool, device=flat.device)
        last[:-1] = flat[at[1:]] != flat[at[:-1]]
        ends[flat[at[last]]] = at[last]
        return ends


def pack(
    histories: Histories, shoppers: NDArray[np.intp], *, length: int, rows: int
) -> Iterator[Packed]:
    """Pack the last `length` steps of these shoppers, in this order, into batches of rows."""
    batch: list[list[int]] = [[]]
    room = length
    for shopper in shoppers:
        needed = min(int(histories.lengths[shopper]), length)
        if needed > room:
            if len(batch) == rows:
                yield _lay_out(histories, batch, length=length)
                batch = []
            batch.append([])
            room = length
        batch[-1].append(int(shopper))
        room -= needed
    if batch[0]:
        yield _lay_out(histories, batch, length=length)


def _lay_out(histories: Histories, batch: list[list[int]], *, length: int) -> Packed:
    steps = np.zeros((5, len(batch), length), dtype=np.int64)
    places = np.zeros((len(batch), length), dtype=np.int64)
    whose = np.full((len(batch), length), _NOBODY, dtype=np.int64)
    number = 0
    for row, shoppers in enumerate(batch):
        at = 0
        for shopper in shoppers:
            end = histories.starts[shopper + 1]
            start = max(histories.starts[shopper], end - length)
            until = at + int(end - start)
            steps[:, row, at:until] = histories.columns[:, start:end]
            places[row, at:until] = np.arange(until - at)
            whose[row, at:until] = number
            at, number = until, number + 1
    return Packed(*(torch.from_numpy(part) for part in (steps, places, whose)))
