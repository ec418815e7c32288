"""Softmax over a sample of the items, corrected for how the sample was drawn."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional


class Draw:
    """Draws the items that a batch's places are to tell their own from.

    Args:
        counts: how often each item occurs in training [n].
        size: how many to draw; all items where there are no more.
        evenness: items are drawn by frequency (and one) to this power.
        generator: on the CPU.
    """

    def __init__(
        self, counts: Tensor, *, size: int, evenness: float, generator: torch.Generator
    ) -> None:
        self._everything = len(counts) <= size
        self._size = size
        self._generator = generator
        weights = (counts.double() + 1) ** evenness
        self._shares = weights / weights.sum()
        self._up_to = self._shares.cumsum(0)

    def __call__(self) -> tuple[Tensor, Tensor]:
        """Items [m] and the logarithm of how often each is expected in the draw [m]."""
        if self._everything:
            items = torch.arange(len(self._shares))
            return items, torch.zeros(len(items))
        points = torch.rand(self._size, generator=self._generator, dtype=torch.float64)
        items = torch.searchsorted(self._up_to, points).clamp_max(len(self._shares) - 1)
        return items, (self._size * self._shares[items]).log().float()


def sampled_softmax(
    users: Tensor,
    wanted: Tensor,
    drawn: Tensor,
    log_expected: Tensor,
    vectors: Callable[[Tensor], Tensor],
) -> Tensor:
    """The mean cross-entropy of each place's own item among the drawn ones.

    The sum over all other items is estimated by those drawn, each weighed by one over how often it
    was to be expected, which is the log-Q correction; the own item is in it exactly once
    (Khrylchenko et al. 2025, "Correcting the LogQ Correction").

    Args:
        users: what the places say [p, d].
        wanted: the item that followed each [p].
        drawn: the draw [m].
        log_expected: of each drawn item [m].
        vectors: makes vectors [..., d] of items.
    """
    own = (users * vectors(wanted)).sum(-1, keepdim=True)
    others = users @ vectors(drawn).T - log_expected
    others = others.masked_fill(wanted[:, None] == drawn, -torch.inf)
    logits = torch.cat([own, others], dim=1).float()
    return functional.cross_entropy(logits, torch.zeros_like(wanted))
