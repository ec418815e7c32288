"""How to train, and where a run stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Recipe:
    """How to train. The defaults suit a few thousand rows; `choose_recipe` knows the rest.

    Attributes:
        share_aside: of each intent's rows, for early stopping and calibration.
        patience: epochs without a better score on those rows before it stops.
        closing: epochs at the end, over the rows set aside as well.
        augmented: how likely a row is varied each time it is seen.
        names: learn the intents' own names as rows too.
        spelling: learn from hasty typing too, and put misspelt words right before reading.
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
    closing: int = 2
    augmented: float = 0.5
    names: bool = False
    spelling: bool = False
    tag_weight: float = 1.0
    role_weight: float = 0.3
    sentiment_weight: float = 0.5
    seed: int = 7


# Up to so many rows every epoch is taken: they are short, and few rows aside judge badly.
_FEW = 2000
# From so many on a few epochs say it all.
_MANY = 8000


def choose_recipe(rows: int, *, seed: int = 7, epochs: int | None = None) -> Recipe:
    """The recipe for so many rows.

    Args:
        rows: how many there are to learn from.
        seed: the same seed and rows give the same model.
        epochs: at most so many, whatever the recipe says.
    """
    chosen = Recipe(epochs=12, augmented=0.7, spelling=True, seed=seed)
    if rows < _FEW:
        # From a good start few rows teach little and mislead easily: slowly, then.
        chosen = Recipe(
            epochs=8, patience=8, adapter_rate=5e-4, head_rate=2e-3, names=True, seed=seed
        )
    elif rows > _MANY:
        chosen = Recipe(epochs=5, patience=5, closing=1, share_aside=0.05, seed=seed)
    return replace(chosen, epochs=epochs) if epochs else chosen


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
