"""How well the next purchase is foreseen from a history alone: leave one out, full ranking.

    python -m benchmarks.recommender [--only beauty sports] [--systems popularity itemknn ours]
        [--seeds 1] [--epochs 100] [--device auto] [--smoke] [--print]
        [--cache .cache/benchmarks/recommender]

A cell (a system, a set, a seed) is measured once and kept as JSON; a run that was broken off goes
on where it stood, also within a training. A cell is measured again when its rows or its system's
recipe have changed. `--print` measures nothing. One thread, so that machines compare.
"""

import argparse
import hashlib
import statistics
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.cells import Cell, keep
from benchmarks.recommender_sets import FILES, REAL, SequenceSet, encode, read_set
from benchmarks.recommender_systems import System, make_systems, make_task
from recommender.lexical import Floats
from recommender.sequence.recipe import Recipe

_CACHE = ".cache/benchmarks/recommender"
FIRST_SEED = 7
_SMOKE_USERS = 600
_SHOWN = ("recall@10", "ndcg@10", "coverage@10")


def main() -> int:
    """Measure what is missing and print; 1 where the data is absent."""
    options = read_options()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    torch.set_num_threads(1)
    systems = make_systems(Recipe(epochs=options.epochs))
    done: dict[Cell, dict[str, Any]] = {}
    for name in options.only:
        rows = read_set(name, users=_SMOKE_USERS if options.smoke else None)
        for system in options.systems:
            # What is counted comes out alike every time.
            for seed in range(options.seeds if system == "ours" else 1):
                cell = Cell(name, system, FIRST_SEED + seed)
                if found := settle(cell, systems[system], rows, options):
                    done[cell] = found
    print("\n".join(table(done)))
    return 0


def read_options(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    names = list(make_systems(Recipe()))
    parser.add_argument("--only", nargs="*", choices=FILES, default=list(FILES))
    parser.add_argument("--systems", nargs="*", choices=names, default=names)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=Recipe.epochs, help="at most")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda"), default="auto")
    parser.add_argument("--smoke", action="store_true", help="small, quick, and figures of no use")
    parser.add_argument("--print", action="store_true", help="only what is in the cache")
    parser.add_argument("--cache", type=Path)
    options = parser.parse_args(arguments)
    options.cache = options.cache or Path(f"{_CACHE}-smoke" if options.smoke else _CACHE)
    return options


def settle(
    cell: Cell, system: System, rows: SequenceSet, options: argparse.Namespace
) -> dict[str, Any] | None:
    """A cell's figures, from the cache where they hold; None where nothing may be measured."""
    key = hashlib.sha256(f"{rows.key} {system.version}".encode()).hexdigest()[:16]

    def work() -> dict[str, Any]:
        task = make_task(
            rows.sequences,
            items=len(rows.texts),
            texts=_texts(rows, options.cache),
            folder=cell.file(options.cache).parent / cell.name / key,
            seed=cell.seed,
            device=options.device,
            short=options.smoke,
        )
        return system.measure(task)

    return keep(cell, key, None if options.print else work, cache=options.cache)


def _texts(rows: SequenceSet, cache: Path) -> Callable[[], Floats]:
    return lambda: encode(rows.texts, file=cache / "vectors.db")


def table(done: dict[Cell, dict[str, Any]]) -> list[str]:
    """Markdown: a row for each system on each set, the mean over seeds."""
    lines = [
        f"| set | system | {' | '.join(_SHOWN)} | validation N@10 | CPU seconds | runs |",
        "|---|---|" + "---|" * (len(_SHOWN) + 3),
    ]
    for name, system in dict.fromkeys((cell.name, cell.system) for cell in done):
        runs = [found for cell, found in done.items() if (cell.name, cell.system) == (name, system)]
        lines.append(_row(name, system, runs, seconds=_mean(run["cpu_seconds"] for run in runs)))
        alone = [run["sequence_alone"] for run in runs if "sequence_alone" in run]
        if alone:
            lines.append(_row(name, f"{system}, without neighbours", alone))
    return lines


def _row(
    name: str, system: str, runs: list[dict[str, Any]], *, seconds: float | None = None
) -> str:
    shown = [_mean(run["test"][figure] for run in runs) for figure in _SHOWN]
    shown.append(_mean(run["valid"]["ndcg@10"] for run in runs))
    figures = " | ".join(f"{value:.4f}".replace("0.", ".") for value in shown)
    took = "" if seconds is None else f"{seconds:.0f}"
    return f"| {name} | {system} | {figures} | {took} | {len(runs)} |"


def _mean(values: Any) -> float:
    return statistics.fmean(values)


if __name__ == "__main__":
    sys.exit(main())
