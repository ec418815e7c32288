"""The systems that `benchmarks.recommender` holds against each other, all on the same steps."""

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats
from recommender.sequence.evaluation import ScoreAll, coverage, figures, ranks
from recommender.sequence.histories import Histories, from_items
from recommender.sequence.mixture import choose_share
from recommender.sequence.neighbours import IN_ORDER, Nearness, Neighbours
from recommender.sequence.recipe import Epoch, Recipe
from recommender.sequence.training import train


@dataclass(frozen=True, eq=False)
class Task:
    """Everybody's last step is the test, the one before it validation: leave one out.

    Attributes:
        learn: all steps before these two.
        asked: all steps before the last one, and `targets` the last items.
        texts: gives the items' text embeddings; called by what reads them.
        folder: where a system may keep what it needs to go on after a break.
        short: so little training that only the plumbing is tried.
    """

    learn: Histories
    valid: NDArray[np.int64]
    asked: Histories
    targets: NDArray[np.int64]
    items: int
    texts: Callable[[], Floats]
    folder: Path
    seed: int
    device: str
    short: bool

    def test(self, score_all: ScoreAll) -> dict[str, float]:
        """The figures that are reported."""
        found = figures(ranks(score_all, self.asked, self.targets))
        return found | {"coverage@10": coverage(score_all, self.asked)}

    def validate(self, score_all: ScoreAll) -> dict[str, float]:
        """The figures that choices are made by."""
        return figures(ranks(score_all, self.learn, self.valid))


def make_task(
    sequences: list[list[int]],
    *,
    items: int,
    texts: Callable[[], Floats],
    folder: Path,
    seed: int,
    device: str,
    short: bool,
) -> Task:
    """Cut the sequences; each needs three steps."""
    asked, targets = from_items(sequences).split_last()
    learn, valid = asked.split_last()
    return Task(learn, valid, asked, targets, items, texts, folder, seed, device, short)


def measure_popularity(task: Task) -> dict[str, Any]:
    """What most shoppers took."""
    started = time.process_time()
    counts = np.bincount(task.learn.items, minlength=task.items).astype(np.float32)
    seconds = time.process_time() - started

    def score_all(histories: Histories) -> Floats:
        return np.broadcast_to(counts, (len(histories), task.items))

    return {
        "test": task.test(score_all),
        "valid": task.validate(score_all),
        "cpu_seconds": seconds,
    }


def measure_item_knn(task: Task, *, nearness: Nearness) -> dict[str, Any]:
    """Item-based nearest neighbours."""
    started = time.process_time()
    score_all = Neighbours.count(task.learn, items=task.items, nearness=nearness)
    seconds = time.process_time() - started
    return {
        "test": task.test(score_all),
        "valid": task.validate(score_all),
        "cpu_seconds": seconds,
    }


def measure_ours(task: Task, *, recipe: Recipe) -> dict[str, Any]:
    """The sequence model alone, and mixed with neighbours by a share that validation chooses.

    `curve` is NDCG@10 on validation after each epoch, against seconds.
    """
    texts = task.texts()
    recipe = replace(recipe, seed=task.seed, epochs=1 if task.short else recipe.epochs)
    checkpoint = task.folder / f"sequence-{task.seed}.pt"
    # Training sets the last step it is given aside by itself: that is validation here.
    trained = train(
        task.asked,
        texts,
        recipe=recipe,
        device=task.device,
        checkpoint=checkpoint,
        on_epoch=print_epoch,
    )
    sequence = trained.scorer()
    started = time.process_time()
    neighbours = Neighbours.count(task.learn, items=task.items, nearness=IN_ORDER)
    mixture = choose_share(sequence, neighbours, task.learn, task.valid)
    mixing = time.process_time() - started
    found = {
        "test": task.test(mixture),
        "valid": task.validate(mixture),
        "sequence_alone": {"test": task.test(sequence), "valid": task.validate(sequence)},
        "share": mixture.share,
        "seconds": trained.history[-1].seconds,
        "cpu_seconds": trained.history[-1].cpu_seconds + mixing,
        "epochs": len(trained.history),
        "curve": [
            [each.seconds, each.cpu_seconds, each.figures["ndcg@10"]] for each in trained.history
        ],
    }
    checkpoint.unlink()
    return found


def print_epoch(epoch: Epoch) -> None:
    """One line."""
    print(
        f"  epoch {epoch.number}: loss {epoch.loss:.3f}, validation R@10 "
        f"{epoch.figures['recall@10']:.4f} N@10 {epoch.figures['ndcg@10']:.4f}, "
        f"{epoch.seconds:.0f} s, CPU {epoch.cpu_seconds:.0f} s",
        flush=True,
    )


@dataclass(frozen=True)
class System:
    """One contender.

    Attributes:
        measure: figures of a task; `test` and `valid` hold recall and NDCG, `cpu_seconds` what
            learning took, which other work on the machine does not change.
        version: changes when its cells have to be measured again.
    """

    measure: Callable[[Task], dict[str, Any]]
    version: str


def make_systems(recipe: Recipe) -> Mapping[str, System]:
    """All of them by name. A peer with an environment of its own is one more line here."""
    plain = Nearness()
    return {
        "popularity": System(measure_popularity, "1"),
        "itemknn": System(partial(measure_item_knn, nearness=plain), str(plain)),
        "neighbours": System(partial(measure_item_knn, nearness=IN_ORDER), str(IN_ORDER)),
        "ours": System(partial(measure_ours, recipe=recipe), f"1 {asdict(recipe)} {IN_ORDER}"),
    }
