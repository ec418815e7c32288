"""Leave one out: how well a model trained on a sequence file finds what each shopper took last."""

import csv
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from recommender.lexical import Floats
from recommender.sequence.errors import TrainingDataError
from recommender.sequence.evaluation import coverage, figures, ranks
from recommender.sequence.histories import from_items
from recommender.sequence.learning import add_neighbours
from recommender.sequence.neighbours import IN_ORDER
from recommender.sequence.recipe import OnEpoch, OnStep, Recipe
from recommender.sequence.training import train

# All but the last two, the last but one, and the last.
_FEWEST = 3


@dataclass(frozen=True)
class SequenceFile:
    """Shoppers with three steps or more, as rows of the items.

    Attributes:
        items: their names, in the order of their first step.
        left_out: shoppers with fewer steps.
    """

    sequences: list[list[int]]
    items: list[str]
    left_out: int


def read_sequences(file: Path) -> SequenceFile:
    """Read `user item item ...` in time order, one shopper a line.

    Raises:
        TrainingDataError: it cannot be read, or nobody has three steps.
    """
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise TrainingDataError(f"{file} cannot be read: {error}") from error
    taken = [steps for line in lines if (steps := line.split()[1:])]
    kept = [steps for steps in taken if len(steps) >= _FEWEST]
    if not kept:
        raise TrainingDataError(
            f"{file} has no shopper with {_FEWEST} steps: each line is `user item item ...`, in "
            "time order, the last item being the test."
        )
    rows: dict[str, int] = {}
    sequences = [[rows.setdefault(item, len(rows)) for item in steps] for steps in kept]
    return SequenceFile(sequences, list(rows), len(taken) - len(kept))


def read_texts(file: Path, items: Sequence[str]) -> list[str]:
    """What a table says of each item: its first column is the item's name, the others are text.

    Columns are divided by tabs, in a file that ends in .csv by commas.

    Raises:
        TrainingDataError: it cannot be read, or an item is not in it.
    """
    how = {"delimiter": ","} if file.suffix == ".csv" else {"delimiter": "\t", "quoting": 3}
    try:
        with file.open(encoding="utf-8", newline="") as rows:
            told = {row[0]: row[1:] for row in csv.reader(rows, **how) if row}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TrainingDataError(f"{file} cannot be read: {error}") from error
    if missing := [item for item in items if item not in told]:
        raise TrainingDataError(
            f"{file} lacks {len(missing)} items of the sequences, for instance {missing[0]}: its "
            "first column is the item's name."
        )
    return [". ".join(part.replace("|", ". ") for part in told[item] if part) for item in items]


def assess(
    sequences: list[list[int]],
    texts: Floats | None,
    *,
    items: int,
    recipe: Recipe,
    device: str = "auto",
    checkpoint: Path | None = None,
    on_epoch: OnEpoch | None = None,
    on_step: OnStep | None = None,
) -> dict[str, float]:
    """Train on all but the last step, choosing by the last but one, and report on the last.

    Args:
        sequences: the items of each shopper.
        texts: the items' embeddings [n, t]; None to go by the order of steps alone.
        items: how many there are.
        recipe: how to train.
        device: auto, cpu or cuda.
        checkpoint: as `train` takes it.
        on_epoch: told after each epoch.
        on_step: told each step and the number of steps of the epoch.
    """
    started = time.perf_counter()
    asked, targets = from_items(sequences).split_last()
    trained = train(
        asked,
        np.zeros((items, 1), dtype=np.float32) if texts is None else texts,
        recipe=recipe,
        device=device,
        checkpoint=checkpoint,
        on_epoch=on_epoch,
        on_step=on_step,
    )
    learnt = add_neighbours(trained, asked, nearness=IN_ORDER)
    seconds = time.perf_counter() - started
    mixture = learnt.mixture()
    found = figures(ranks(mixture, asked, targets))
    return found | {
        "coverage": coverage(mixture, asked),
        "users": len(sequences),
        "items": items,
        "train_seconds": round(seconds, 1),
        "neighbours_share": learnt.share,
    }
