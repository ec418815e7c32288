"""How a sequence model is built and trained, and where a run stands."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How to build and train. The defaults suit some 100,000 steps with 10,000 items.

    Attributes:
        width: of the user's and the items' vectors.
        ids: learn a vector of each item's own.
        text: read items' text embeddings.
        length: steps of a history that are read, and of a packed row.
        strangers: how often an item is shown in training as one never seen, by its text alone.
        rows: packed rows in a batch.
        negatives: items drawn for each batch, shared by all its places; all items where there are
            no more than these.
        evenness: items are drawn by their frequency to this power; 0 draws all alike.
        scale: of the cosine between user and item.
        patience: epochs without a better NDCG@10 before it stops.
        judged: at most so many shoppers are asked after each epoch.
    """

    width: int = 64
    layers: int = 2
    heads: int = 2
    ids: bool = True
    text: bool = True
    length: int = 64
    dropout: float = 0.4
    strangers: float = 0.05
    rows: int = 24
    negatives: int = 2_048
    evenness: float = 0.5
    scale: float = 16.0
    rate: float = 2e-3
    decay: float = 0.0
    warmup: int = 100
    epochs: int = 100
    patience: int = 8
    judged: int = 10_000
    seed: int = 7


@dataclass(frozen=True)
class Epoch:
    """Where training stands after an epoch.

    Attributes:
        seconds: wall-clock of all epochs so far, and `cpu_seconds` what the process used of it,
            judging included.
        figures: recall and NDCG on each judged shopper's last step, which is not learnt.
    """

    number: int
    of: int
    loss: float
    figures: dict[str, float]
    seconds: float
    cpu_seconds: float


OnEpoch = Callable[[Epoch], None]
OnStep = Callable[[int, int], None]
