"""The harness of `benchmarks.nlu`: what is kept, what is measured again, and what the rows are."""

from pathlib import Path
from typing import Any

import pytest

from benchmarks.cells import Cell
from benchmarks.nlu import bars, settle, table
from benchmarks.nlu_peers import Answers, Extras, System, score
from benchmarks.nlu_plot import draw_bars
from benchmarks.nlu_sets import LabelledSet, few, read_set, with_typos
from nlu.dataset import Example

CELL = Cell("hint3_curekart", "ours", 7)
ROWS = LabelledSet(
    [Example("hi", "greet"), Example("bye", "leave")],
    [Example("hello", "greet"), Example("so long", "leave"), Example("2 + 2", "other")],
)


class Counting:
    """A system that says how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def measure(self, rows: LabelledSet, seed: int, extras: Extras) -> dict[str, Any]:
        self.asked += 1
        return {"in_scope_accuracy": 0.5, "oos_auroc": None}

    def at(self, version: str) -> System:
        return System(self.measure, version)


def ask(
    system: System, cache: Path, *, rows: LabelledSet = ROWS, measure: bool = True
) -> dict[str, Any] | None:
    return settle(CELL, system, rows, cache=cache, extras=Extras(), measure=measure)


def test_a_cell_is_measured_once(tmp_path: Path) -> None:
    counting = Counting()
    first, second = (ask(counting.at("1"), tmp_path) for _ in range(2))
    assert first == second
    assert counting.asked == 1


def test_other_rows_or_another_version_are_measured_again(tmp_path: Path) -> None:
    counting = Counting()
    ask(counting.at("1"), tmp_path)
    ask(counting.at("2"), tmp_path)
    ask(counting.at("2"), tmp_path, rows=LabelledSet(ROWS.train, ROWS.test[:2]))
    assert counting.asked == 3


def test_printing_measures_nothing(tmp_path: Path) -> None:
    counting = Counting()
    assert ask(counting.at("1"), tmp_path, measure=False) is None
    ask(counting.at("1"), tmp_path)
    assert ask(counting.at("2"), tmp_path, measure=False) is not None
    assert counting.asked == 1


def test_the_table_shows_mean_and_deviation_of_the_seeds() -> None:
    done = {
        Cell("hint3_curekart", "ours", seed): {"in_scope_accuracy": value}
        for seed, value in ((7, 0.8), (8, 0.9))
    }
    lines = table(done, sets=["hint3_curekart"], systems=["ours", "diet"])
    assert lines[2] == "| hint3_curekart | accuracy | .850 ± .071 |  |"
    assert "0.850" in draw_bars(bars(done, ["hint3_curekart"], ["ours"]))


def test_peers_are_judged_in_scope_by_label_and_out_of_scope_by_confidence() -> None:
    figures = score(ROWS, Answers(["greet", "greet", "leave"], [0.9, 0.8, 0.3], [1.0, 2.0, 3.0]))
    assert figures["in_scope_accuracy"] == 0.5
    assert figures["oos_auroc"] == 1.0
    assert figures["parse_ms"] == 2.0


def test_typos_change_about_one_character_in_ten_and_keep_the_label() -> None:
    said = Example("please show me comfortable running shoes", "search_product")
    typed = with_typos(LabelledSet([], [said] * 50), seed=1).test
    assert all(example.intent == said.intent for example in typed)
    assert all(example.text != said.text for example in typed)


@pytest.mark.usefixtures("real_data")
def test_the_sets_are_those_that_others_report_on() -> None:
    curekart = read_set("hint3_curekart", seed=7)
    assert (len(curekart.train), len(curekart.test)) == (599, 991)
    assert sum(e.intent == "NO_NODES_DETECTED" for e in curekart.test) == 532
    banking = read_set("banking77", seed=7)
    assert (len(banking.train), len(banking.test)) == (10003, 3080)
    assert len(few(banking, seed=7).train) == 770
    clinc = read_set("clinc150", seed=7)
    assert (len(clinc.train), len(clinc.test)) == (15000, 5500)
