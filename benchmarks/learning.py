"""How few corrections teach a bot: the inbox's order against random, with wrong labels and without.

    python -m benchmarks.learning [--only hint3_curekart] [--ways random ours ...] [--seeds 10]
        [--full] [--cache .cache/benchmarks/learning] [--plot docs/images/learning.svg]

A bot knows a fifth of the rows. The others arrive as messages; a person labels them in some order,
and after every ten corrections (forty where labels are wrong) the bot is taught anew and the inbox
sorted again. A run's goal is 97% of the accuracy that the same bot has with every row labelled
right. What the order is was chosen on Powerplay11 and on Curekart's training rows alone; Curekart's
test is reported.

A cell is measured once and kept as JSON. `--print` measures nothing. `--full` holds points of the
curve against full trainings of the adapter, which take half a minute each.
"""

import argparse
import statistics
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.cells import Cell, keep
from benchmarks.learning_bot import Rows, see, version
from benchmarks.learning_full import full_points
from benchmarks.learning_lesson import WAYS, curve
from benchmarks.learning_plot import Line, draw_lines
from benchmarks.nlu_sets import REAL, read_set

CACHE = Path(".cache/benchmarks/learning")
SETS = ("hint3_curekart", "hint3_powerplay11")
FIRST_SEED = 7
STEP = 10
GOAL = 0.97
FULL_SEEDS = 2
# None: after all of them. Where both ways begin and end they are the same.
_FULL_AT: dict[str, tuple[int | None, ...]] = {"random": (0, 40, 120, None), "ours": (40, 120)}
_COLUMNS = (
    "way",
    "area",
    "corrections for 97%",
    "of random's",
    "seeds at most 70%",
    "never below again",
    "wrong labels at the end",
    "accuracy at the end",
)

Figures = dict[str, list[Any]]


def main() -> int:
    """Measure what is missing and print; 1 where the data is absent."""
    options = read_options()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    for name in options.only:
        found = {way: measure(name, way, options) for way in options.ways}
        print("\n".join(table(name, found)))
        if options.plot and name == options.only[0]:
            options.plot.write_text(draw_lines(lines(found)))
        if options.full:
            print("\n".join(full_table(name, options)))
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="*", choices=SETS, default=[SETS[0]])
    parser.add_argument("--ways", nargs="*", choices=list(WAYS), default=list(WAYS))
    parser.add_argument("--seeds", type=int, default=10)
    parser.add_argument("--full", action="store_true", help="full trainings beside, at some points")
    parser.add_argument("--print", action="store_true", help="only what is in the cache")
    parser.add_argument("--cache", type=Path, default=CACHE)
    parser.add_argument("--plot", type=Path, help="write an SVG here")
    return parser.parse_args()


def read_rows(name: str, cache: Path) -> tuple[Rows, Rows]:
    """The rows to learn from, and those of the test that are in scope."""
    rows = read_set(name, seed=FIRST_SEED)
    known = {example.intent for example in rows.train}
    inside = [example for example in rows.test if example.intent in known]
    return see(rows.train, cache=cache), see(inside, cache=cache)


def measure(name: str, way: str, options: argparse.Namespace) -> list[Figures]:
    """The curves of all seeds; only those in the cache where nothing is to be measured."""
    found = []
    for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
        cell = Cell(name, way.replace(", ", "_").replace(" ", "_").replace("%", ""), seed)

        def work(seed: int = seed) -> Figures:
            train, test = read_rows(name, options.cache)
            return curve(train, test, WAYS[way], seed=seed)

        figures = keep(cell, version(), None if options.print else work, cache=options.cache)
        if figures:
            found.append(figures)
    return found


def corrections_needed(figures: Figures, goal: float) -> int | None:
    """The first number of corrections with which a run reached this accuracy."""
    pairs = zip(figures["corrections"], figures["accuracy"], strict=True)
    return next((count for count, accuracy in pairs if accuracy >= goal), None)


def corrections_kept(figures: Figures, goal: float) -> int | None:
    """From how many corrections on a run never fell below this accuracy again."""
    kept = None
    for count, accuracy in zip(figures["corrections"], figures["accuracy"], strict=True):
        if accuracy < goal:
            kept = None
        elif kept is None:
            kept = count
    return kept


def area(figures: Figures, *, until: int) -> float:
    """The mean accuracy over 0 to so many corrections; after the last it stays as it is."""
    counts = range(0, until + 1, STEP)
    return float(np.mean(np.interp(counts, figures["corrections"], figures["accuracy"])))


def table(name: str, found: dict[str, list[Figures]]) -> list[str]:
    """Markdown: a row for each way, means over the seeds."""
    random = found.get("random")
    if not random:
        return ["Nothing to compare with: measure `random` too."]
    # Of each seed, in the same order: the accuracy with every row labelled right.
    full = [figures["accuracy"][-1] for figures in random]
    most = max(max(figures["corrections"]) for figures in random)
    base = _needed(random, full)
    start = _mean([figures["accuracy"][0] for figures in random])
    lines = [
        f"{name}, {len(random)} seeds.",
        f"With a fifth of the rows {start:.3f}, with all {_mean(full):.3f}.",
        "",
        f"| {' | '.join(_COLUMNS)} |",
        "|---" * len(_COLUMNS) + "|",
    ]
    for way, runs in found.items():
        if len(runs) != len(full):
            continue
        needed, kept = _needed(runs, full), _kept(runs, full)
        reached = [n for n in needed if n is not None]
        below = sum(
            n is not None and b is not None and n <= 0.7 * b
            for n, b in zip(needed, base, strict=True)
        )
        lines.append(
            f"| {way} | {_mean([area(f, until=most) for f in runs]):.4f} "
            f"| {_say(needed)} | {_ratio(needed, base)} | {below} of {len(runs)} "
            f"| {_say(kept)} | {_mean([f['errors'][-1] for f in runs]):.1%} "
            f"| {_mean([f['accuracy'][-1] for f in runs]):.3f} |"
            + (f" ({len(reached)} of {len(runs)} got there)" if len(reached) < len(runs) else "")
        )
    return lines


def _needed(runs: Sequence[Figures], full: Sequence[float]) -> list[int | None]:
    return [corrections_needed(f, GOAL * goal) for f, goal in zip(runs, full, strict=True)]


def _kept(runs: Sequence[Figures], full: Sequence[float]) -> list[int | None]:
    return [corrections_kept(f, GOAL * goal) for f, goal in zip(runs, full, strict=True)]


def _say(counts: Sequence[int | None]) -> str:
    there = [count for count in counts if count is not None]
    if not there:
        return "–"
    spread = f" ± {statistics.stdev(there):.0f}" if len(there) > 1 else ""
    return f"{_mean(there):.0f}{spread}"


def _ratio(counts: Sequence[int | None], base: Sequence[int | None]) -> str:
    """Of the means, where every run got there."""
    ours = [count for count in counts if count is not None]
    theirs = [count for count in base if count is not None]
    if len(ours) < len(counts) or not theirs or not _mean(theirs):
        return "–"
    return f"{_mean(ours) / _mean(theirs):.0%}"


def _mean(values: Sequence[float]) -> float:
    return statistics.mean(values)


def lines(found: dict[str, list[Figures]]) -> list[Line]:
    """A line for each way: the mean accuracy, and how far the seeds lie apart."""
    drawn = []
    for way, runs in found.items():
        if not runs:
            continue
        most = min(max(figures["corrections"]) for figures in runs)
        counts = list(range(0, most + 1, STEP))
        values = np.array([np.interp(counts, f["corrections"], f["accuracy"]) for f in runs])
        spread = values.std(0, ddof=1) if len(runs) > 1 else np.zeros(len(counts))
        drawn.append(Line(way, counts, values.mean(0).tolist(), spread.tolist()))
    return drawn


def full_table(name: str, options: argparse.Namespace) -> list[str]:
    """Markdown: the quick bot beside full trainings on the very same rows."""
    lines = [
        "| way | seed | corrections | quick bot | full training |",
        "|---|---|---|---|---|",
    ]
    for seed in range(FIRST_SEED, FIRST_SEED + FULL_SEEDS):
        for way in _FULL_AT:
            for count in _FULL_AT[way]:
                cell = Cell(f"{name}_{'all' if count is None else count}", f"full_{way}", seed)

                def work(seed: int = seed, way: str = way, count: int | None = count) -> Any:
                    train, test = read_rows(name, options.cache)
                    return full_points(train, test, WAYS[way], seed=seed, count=count)

                made = keep(cell, version(), None if options.print else work, cache=options.cache)
                if made:
                    said = "all" if count is None else count
                    lines.append(
                        f"| {way} | {seed} | {said} | {made['quick']:.3f} | {made['full']:.3f} |"
                    )
    return lines


if __name__ == "__main__":
    sys.exit(main())
