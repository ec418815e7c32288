"""Many products' vectors compared at once: all roughly in eight bits, the nearest exactly.

A processor reads a vector faster than it multiplies it, so bytes take a quarter of the time of
floats. FAISS's scalar quantizer was measured beside it (`benchmarks/nearest.py`): it takes as long
for one query and many times as long for several.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recommender.lexical import Floats, Mask

# From so many products on, which a processor compares in more than a few milliseconds.
MANY = 50_000
# So many of the nearest by bytes are compared exactly.
_EXACT = 256
# What is converted at once stays in the processor's own memory: so many scores.
_AT_ONCE = 524_288
# Up to so many directions, what a mask leaves out is compared too: to gather the rest takes longer.
_FEW = 2
_SELECTIVE = 0.1
# By a vector's first numbers one sees whether it is still the same.
_HEAD = 4


class Nearest(NamedTuple):
    """The k nearest rows to each direction, the nearest first: [m, k] each."""

    rows: NDArray[np.int64]
    scores: Floats


class ByteVectors:
    """Vectors of length 1 beside their copy in bytes.

    Each vector is scaled by its greatest number: an error of a product of two is under .01, and
    mostly under .001.
    """

    def __init__(self, matrix: Tensor, *, before: "ByteVectors | None" = None) -> None:
        """Make the copy.

        Args:
            matrix: float32 [n, d], on the CPU.
            before: of the same rows earlier; those that stayed as they were are taken over.
        """
        self._matrix = matrix
        self._head = matrix[:, :_HEAD].clone()
        self._bytes = torch.empty(matrix.shape, dtype=torch.int8)
        self._scales = torch.empty(len(matrix))
        known = 0 if before is None else min(len(before._head), len(matrix))
        if before is not None:
            self._bytes[:known] = before._bytes[:known]
            self._scales[:known] = before._scales[:known]
            changed = (before._head[:known] != self._head[:known]).any(1).nonzero()[:, 0]
            self._bytes[changed], self._scales[changed] = _in_bytes(matrix[changed])
        self._bytes[known:], self._scales[known:] = _in_bytes(matrix[known:])

    def similar(self, directions: Tensor, *, among: Mask | None = None) -> Floats:
        """Products of every vector with each direction: float32 [n, m].

        The greatest `_EXACT` of each direction are exact.

        Args:
            directions: float32 [m, d].
            among: rows that may be shown [n]; exactness is spent on these.
        """
        rough, worth = _in_bytes(directions)
        scores = torch.empty((len(directions), len(self._matrix)))
        for block in _blocks(len(self._matrix), _AT_ONCE // max(1, len(directions))):
            whole = torch._int_mm(rough, self._bytes[block].T)
            torch.mul(whole, self._scales[block], out=scores[:, block])
        scores *= worth[:, None]
        rows = None if among is None else torch.from_numpy(among).nonzero()[:, 0]
        for scored, direction in zip(scores, directions, strict=True):
            shown = scored if rows is None else scored[rows]
            top = shown.topk(min(_EXACT, len(shown))).indices
            top = top if rows is None else rows[top]
            scored[top] = self._matrix[top] @ direction
        found: Floats = scores.numpy().T
        return found

    def nearest(self, directions: Tensor, k: int, *, among: Mask | None = None) -> Nearest:
        """The k nearest of those that may be shown, found by bytes and put in order exactly.

        Args:
            directions: float32 [m, d].
            k: how many; fewer where no more may be shown.
            among: bool [n].
        """
        rough, _ = _in_bytes(directions)
        some, scales = self._bytes, self._scales
        shown = None if among is None else torch.from_numpy(among)
        rows: Tensor | None = None
        if shown is not None and (
            len(directions) > _FEW or int(shown.sum()) < _SELECTIVE * len(shown)
        ):
            rows, shown = shown.nonzero()[:, 0], None
            some, scales = some[rows], scales[rows]
        found = _leading(rough, some, scales, max(3 * k, 32), shown)
        found = found if rows is None else rows[found]
        exact = torch.einsum("mkd,md->mk", self._matrix[found], directions)
        if shown is not None:
            exact.masked_fill_(~shown[found], -torch.inf)
        order = exact.topk(min(k, exact.shape[1]), dim=1)
        return Nearest(found.gather(1, order.indices).numpy(), order.values.numpy())


def _leading(
    rough: Tensor, some: Tensor, scales: Tensor, wanted: int, shown: Tensor | None
) -> Tensor:
    """The rows [m, wanted] whose bytes are nearest, block by block."""
    best, rows = [], []
    for block in _blocks(len(some), _AT_ONCE // max(1, len(rough))):
        scores = torch._int_mm(rough, some[block].T) * scales[block]
        if shown is not None:
            scores = torch.where(shown[block], scores, -torch.inf)
        top = scores.topk(min(wanted, scores.shape[1]), dim=1)
        best.append(top.values)
        rows.append(top.indices + block.start)
    if not best:
        return torch.zeros((len(rough), 0), dtype=torch.int64)
    leading = torch.cat(best, dim=1)
    order = leading.topk(min(wanted, leading.shape[1]), dim=1).indices
    return torch.cat(rows, dim=1).gather(1, order)


def _blocks(length: int, size: int) -> Iterator[slice]:
    for first in range(0, length, size):
        yield slice(first, min(first + size, length))


def _in_bytes(vectors: Tensor) -> tuple[Tensor, Tensor]:
    """Each vector in whole numbers up to 127, and what one of these is worth [n]."""
    scales = vectors.abs().amax(1).clamp_min(1e-9) / 127
    scaled = torch.empty(vectors.shape, dtype=torch.int8)
    for block in _blocks(len(vectors), 8_192):
        scaled[block] = (vectors[block] / scales[block, None]).round_().to(torch.int8)
    return scaled, scales
