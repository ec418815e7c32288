"""What `benchmarks.recommender` measures: the cells, the cut of the sequences, the data."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.cells import Cell
from benchmarks.recommender import read_options, settle, table
from benchmarks.recommender_sets import SequenceSet, read_set
from benchmarks.recommender_systems import System, Task, make_systems, make_task
from recommender.sequence.recipe import Recipe

ROUND = SequenceSet([[n % 9, (n + 1) % 9, (n + 2) % 9, (n + 3) % 9] for n in range(60)], [], "k")
TINY = Recipe(width=16, layers=1, length=8, rows=8, epochs=2, warmup=2)


def a_task(folder: Path, *, short: bool = False) -> Task:
    """Shoppers who go round nine items."""
    return make_task(
        ROUND.sequences,
        items=9,
        texts=lambda: np.eye(9, dtype=np.float32),
        folder=folder,
        seed=7,
        device="cpu",
        short=short,
    )


def test_the_last_step_is_the_test_and_the_one_before_it_validation(tmp_path: Path) -> None:
    task = a_task(tmp_path)
    assert task.learn.items_of(0).tolist() == [0, 1]
    assert task.valid[0] == 2
    assert task.asked.items_of(0).tolist() == [0, 1, 2]
    assert task.targets[0] == 3


@pytest.mark.parametrize("name", make_systems(TINY))
def test_every_system_gives_the_figures_that_are_shown(name: str, tmp_path: Path) -> None:
    figures = make_systems(TINY)[name].measure(a_task(tmp_path))
    assert {"recall@10", "ndcg@10", "coverage@10"} <= figures["test"].keys()
    assert 0 < figures["valid"]["ndcg@10"] <= 1
    assert len(table({Cell("beauty", name, 7): figures})) >= 3


def test_ours_keeps_its_curve_and_leaves_no_checkpoint(tmp_path: Path) -> None:
    figures = make_systems(TINY)["ours"].measure(a_task(tmp_path))
    assert len(figures["curve"]) == TINY.epochs == figures["epochs"]
    seconds = [point[0] for point in figures["curve"]]
    assert seconds == sorted(seconds)
    assert not list(tmp_path.iterdir())


def test_a_cell_is_measured_once_until_its_recipe_changes(tmp_path: Path) -> None:
    measured: list[str] = []

    def a_system(version: str) -> System:
        def measure(task: Task) -> dict[str, Any]:
            measured.append(version)
            return {"version": version}

        return System(measure, version)

    options = read_options(["--cache", str(tmp_path)])
    cell = Cell("beauty", "ours", 7)
    for version in ("1", "1", "2", "2"):
        assert settle(cell, a_system(version), ROUND, options) == {"version": version}
    assert measured == ["1", "2"]
    only_print = read_options(["--cache", str(tmp_path), "--print"])
    assert settle(cell, a_system("3"), ROUND, only_print) == {"version": "2"}
    assert settle(Cell("sports", "ours", 7), a_system("3"), ROUND, only_print) is None


@pytest.mark.usefixtures("real_data")
def test_the_sets_are_those_that_others_report_on() -> None:
    beauty = read_set("beauty")
    assert (len(beauty.sequences), len(beauty.texts)) == (22_363, 12_101)
    assert sum(map(len, beauty.sequences)) == 198_502
    assert beauty.sequences[0] == [0, 1, 2, 3, 4]
    assert beauty.texts[0].startswith("OPI Nail Lacquer, Simmer and Shimmer")
    few = read_set("sports", users=5)
    assert len(few.texts) == 1 + max(max(sequence) for sequence in few.sequences)
