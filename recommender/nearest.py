"""Many products' vectors compared at once: all of them roughly, the nearest exactly.

A processor reads a vector faster than it multiplies it, so bytes take a quarter of the time of
floats, and the numbers' signs alone, a bit each, a thirtieth: those that differ in few signs are
compared by their bytes, and the first of these exactly. FAISS's flat index and its scalar quantizer
are measured beside it in `benchmarks/nearest.py`.
"""

from collections.abc import Iterator

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from recommender.lexical import Floats, Mask
from recommender.vectors import Nearest

# From so many products on, which a processor compares in more than a few milliseconds.
MANY = 50_000
# So many of the nearest by bytes are compared exactly.
_EXACT = 256
# What is converted at once stays in the processor's own memory: so many scores.
_AT_ONCE = 524_288
# Up to so many directions, signs say which rows are worth comparing; more share the bytes' way, as
# do vectors too short for their signs to say much.
_FEW = 2
_TELLING = 256
# These are one row in so many, and at least so many: of titles of real goods, few words lose less
# than one in a hundred of the ten nearest by it.
_ONE_IN, _LEAST = 20, 1_024
# By a vector's first numbers one sees whether it is still the same.
_HEAD = 4


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
        self._signs = np.empty((-(-matrix.shape[1] // 64), len(matrix)), dtype=np.uint64)
        known = 0 if before is None else min(len(before._head), len(matrix))
        if before is not None:
            self._bytes[:known] = before._bytes[:known]
            self._scales[:known] = before._scales[:known]
            self._signs[:, :known] = before._signs[:, :known]
            changed = (before._head[:known] != self._head[:known]).any(1).nonzero()[:, 0]
            self._bytes[changed], self._scales[changed] = _in_bytes(matrix[changed])
            self._signs[:, changed.numpy()] = _signs(matrix[changed])
        self._bytes[known:], self._scales[known:] = _in_bytes(matrix[known:])
        self._signs[:, known:] = _signs(matrix[known:])

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
        """The k nearest of those that may be shown, found roughly and put in order exactly.

        Args:
            directions: float32 [m, d].
            k: how many; fewer where no more may be shown.
            among: bool [n].
        """
        shown = None if among is None else np.flatnonzero(among)
        wanted = max(3 * k, 32)
        if len(directions) > _FEW or directions.shape[1] < _TELLING:
            found = self._by_bytes(directions, wanted, shown)
            return self._in_order(found, directions, k)
        each = [self._by_signs(one[None, :], wanted, shown) for one in directions]
        return self._in_order(torch.cat(each), directions, k)

    def _by_signs(self, direction: Tensor, wanted: int, shown: NDArray[np.intp] | None) -> Tensor:
        """The rows [1, wanted] whose bytes are nearest, of those that differ in few signs."""
        signs = self._signs if shown is None else self._signs[:, shown]
        apart = np.zeros(signs.shape[1], dtype=np.uint16)
        for ours, theirs in zip(signs, _signs(direction), strict=True):
            apart += np.bitwise_count(ours ^ theirs)
        count = max(len(apart) // _ONE_IN, _LEAST, wanted)
        if count < len(apart):
            # (Those alike at the end are all in; to count is quicker than to sort.)
            most = int(np.searchsorted(np.bincount(apart).cumsum(), count))
            near = np.flatnonzero(apart <= most)
        else:
            near = np.arange(len(apart))
        return self._by_bytes(direction, wanted, near if shown is None else shown[near])

    def _by_bytes(self, directions: Tensor, wanted: int, shown: NDArray[np.intp] | None) -> Tensor:
        """The rows [m, wanted] whose bytes are nearest, of all or of these."""
        rough, _ = _in_bytes(directions)
        if shown is None:
            return _leading(rough, self._bytes, self._scales, wanted)
        # (To gather bytes takes torch twenty times as long as numpy.)
        some = torch.from_numpy(self._bytes.numpy().take(shown, axis=0))
        rows = torch.from_numpy(shown)
        return rows[_leading(rough, some, self._scales[rows], wanted)]

    def _in_order(self, found: Tensor, directions: Tensor, k: int) -> Nearest:
        exact = torch.einsum("mkd,md->mk", self._matrix[found], directions)
        order = exact.topk(min(k, exact.shape[1]), dim=1)
        return Nearest(found.gather(1, order.indices).numpy(), order.values.numpy())


def _leading(rough: Tensor, some: Tensor, scales: Tensor, wanted: int) -> Tensor:
    """The rows [m, wanted] whose bytes are nearest, block by block."""
    best, rows = [], []
    for block in _blocks(len(some), _AT_ONCE // max(1, len(rough))):
        scores = torch._int_mm(rough, some[block].T) * scales[block]
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


def _signs(vectors: Tensor) -> NDArray[np.uint64]:
    """Which numbers are above zero, 64 in one: [d / 64, n]."""
    bits = np.packbits((vectors > 0).numpy(), axis=1)
    padded = np.pad(bits, ((0, 0), (0, -bits.shape[1] % 8)))
    return np.ascontiguousarray(padded.view(np.uint64).T)
