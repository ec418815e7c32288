"""How to train, and where a run stands."""

from collections.abc import Callable
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Recipe:
    """How to train. The defaults suit a few thousand rows; `choose_recipe` knows the rest.

    Attributes:
        share_aside: of each intent's rows, for early stopping and calibration.
        patience: epochs without a better score on those rows before it stops.
        runs: trainings from the same start whose weights are averaged. Each sets other rows aside,
            sees the rows in another order and varied otherwise.
        closing: epochs at the end, over the rows set aside as well.
        augmented: how likely a row is varied each time it is seen.
        names: learn the intents' own names as rows too.
        spelling: learn from hasty typing too, and put misspelt words right before reading.
        evened: how much of the labels' own shares is taken out of what the intent head learns: 0
            suits accuracy, 1 the mean over the labels (Menon et al. 2021, "Long-tail Learning via
            Logit Adjustment").
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
    runs: int = 1
    closing: int = 2
    augmented: float = 0.5
    names: bool = False
    spelling: bool = False
    evened: float = 0.0
    tag_weight: float = 1.0
    role_weight: float = 0.3
    sentiment_weight: float = 0.5
    seed: int = 7


# Up to so many rows every epoch is taken: they are short, and few rows aside judge badly.
_FEW = 2000
# From so many on a few epochs say it all.
_MANY = 12_000
# So many of each label need no varying: moods of reviews, not intents.
_PLENTY = 1000
# Up to so many of them three trainings are averaged; of more, one takes long enough.
_AVERAGED = 10_000


def choose_recipe(
    rows: int, *, labels: int | None = None, seed: int = 7, epochs: int | None = None
) -> Recipe:
    """The recipe for so many rows.

    Args:
        rows: how many there are to learn from.
        labels: how many they are told apart by; a few dozen where nobody says.
        seed: the same seed and rows give the same model.
        epochs: at most so many, whatever the recipe says.
    """
    chosen = Recipe(epochs=9, augmented=0.8, spelling=True, seed=seed)
    if rows < _FEW:
        # From a good start few rows teach little and mislead easily: slowly, then.
        chosen = Recipe(
            epochs=8,
            patience=8,
            runs=3,
            adapter_rate=5e-4,
            head_rate=2e-3,
            smoothing=0.02,
            names=True,
            seed=seed,
        )
    elif labels and rows / labels >= _PLENTY:
        chosen = Recipe(
            epochs=3,
            patience=3,
            runs=3 if rows < _AVERAGED else 1,
            adapter_rate=7e-4,
            head_rate=2e-3,
            closing=0,
            share_aside=0.05,
            augmented=0.0,
            evened=1.0,
            seed=seed,
        )
    elif rows > _MANY:
        chosen = Recipe(
            epochs=5,
            closing=1,
            share_aside=0.05,
            augmented=0.8,
            spelling=True,
            tag_weight=1.5,
            seed=seed,
        )
    return replace(chosen, epochs=epochs) if epochs else chosen


@dataclass(frozen=True)
class Epoch:
    """Where training stands, for whoever shows progress."""

    number: int
    of: int
    loss: float
    intent_accuracy: float
    intent_f1: float
    entity_f1: float
    sentiment_f1: float
    seconds: float


OnEpoch = Callable[[Epoch], None]
OnStep = Callable[[int, int], None]
