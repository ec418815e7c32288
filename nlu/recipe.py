"""How to train, and where a run stands."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """How to train. The defaults make the shipped adapter.

    Attributes:
        share_aside: of each intent's rows, for early stopping and calibration.
        patience: epochs without a better score on those rows before it stops.
        augmented: how likely a row is varied each time it is seen.
        tag_weight, sentiment_weight: of their losses beside the intent's.
    """

    epochs: int = 14
    batch: int = 32
    adapter_rate: float = 1.5e-3
    head_rate: float = 4e-3
    warmup: float = 0.06
    smoothing: float = 0.05
    share_aside: float = 0.1
    patience: int = 6
    augmented: float = 0.5
    tag_weight: float = 1.0
    role_weight: float = 0.3
    sentiment_weight: float = 0.5
    seed: int = 7


@dataclass(frozen=True)
class Epoch:
    """Where training stands, for whoever shows progress."""

    number: int
    of: int
    loss: float
    intent_accuracy: float
    entity_f1: float
    sentiment_f1: float
    seconds: float


OnEpoch = Callable[[Epoch], None]
OnStep = Callable[[int, int], None]
