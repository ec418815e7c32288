"""How well messages are understood: labelled sets, seeds and systems, a cell each.

    python -m benchmarks.nlu [--only hint3_curekart ...] [--systems ours regression setfit diet
        private_8 private_2] [--seeds 3] [--smoke] [--cache .cache/benchmarks/nlu]
        [--plot docs/images/nlu.svg]

A cell is measured once and kept as JSON; a run that was broken off goes on where it stood. It is
measured again when its rows, or for ours the recipe, have changed. `--print` measures nothing.
"""

import argparse
import hashlib
import statistics
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks.cells import Cell, keep
from benchmarks.nlu_peers import NAMES, PRIVATE, Extras, System, make_systems
from benchmarks.nlu_plot import Bar, draw_bars
from benchmarks.nlu_sets import REAL, SETS, LabelledSet, read_set, smallest
from nlu.dataset import fingerprint

_CACHE = ".cache/benchmarks/nlu"
SMOKE = ("hint3_curekart", "hwu64_10")
FIRST_SEED = 7
_SHORT = {
    "in_scope_accuracy": "accuracy",
    "oos_auroc": "AUROC",
    "macro_f1": "macro-F1",
}


def main() -> int:
    """Measure what is missing and print; 1 where the data is absent."""
    options = read_options()
    if not REAL.is_dir():
        print(f"{REAL} is not there: name the folder of real data by SHOPKEEPER_DATA.")
        return 1
    extras, systems = Extras(short=options.smoke), make_systems()
    done: dict[Cell, dict[str, Any]] = {}
    for cell in cells(options.only, options.systems, seeds=options.seeds):
        found = settle(
            cell,
            systems[cell.system],
            read_rows(cell, short=options.smoke),
            cache=options.cache,
            extras=extras,
            measure=not options.print,
        )
        if found:
            done[cell] = found
    print("\n".join(table(done, sets=options.only, systems=options.systems)))
    if options.plot:
        options.plot.write_text(draw_bars(bars(done, options.only, options.systems)))
    return 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--only", nargs="*", choices=SETS)
    parser.add_argument("--systems", nargs="*", choices=[*NAMES, *PRIVATE], default=list(NAMES))
    parser.add_argument("--seeds", type=int, default=3, help="at most, on the small sets")
    parser.add_argument("--smoke", action="store_true", help="small, quick, and figures of no use")
    parser.add_argument("--print", action="store_true", help="only what is in the cache")
    parser.add_argument("--cache", type=Path)
    parser.add_argument("--plot", type=Path, help="write an SVG here")
    options = parser.parse_args()
    options.cache = options.cache or Path(
        ".cache/benchmarks/nlu-smoke" if options.smoke else _CACHE
    )
    options.only = options.only or list(SMOKE if options.smoke else SETS)
    options.seeds = 1 if options.smoke else options.seeds
    return options


def cells(sets: Sequence[str], systems: Sequence[str], *, seeds: int) -> Iterator[Cell]:
    """Every seed of the small sets, one of the large."""
    for name in sets:
        for system in systems:
            for seed in range(min(seeds, SETS[name].seeds)):
                yield Cell(name, system, FIRST_SEED + seed)


def read_rows(cell: Cell, *, short: bool) -> LabelledSet:
    """What the cell learns from and is asked."""
    rows = read_set(cell.name, seed=cell.seed)
    return smallest(rows, seed=cell.seed) if short else rows


def settle(
    cell: Cell, system: System, rows: LabelledSet, *, cache: Path, extras: Extras, measure: bool
) -> dict[str, Any] | None:
    """A cell's figures, from the cache where they still hold.

    Args:
        cell: which.
        system: the cell's.
        rows: the cell's.
        cache: the folder.
        extras: what the run says beside.
        measure: otherwise take what is in the cache, however old, or None.
    """
    work = (lambda: system.measure(rows, cell.seed, extras)) if measure else None
    return keep(cell, _key(rows, system.version), work, cache=cache)


def _key(rows: LabelledSet, version: str) -> str:
    parts = (fingerprint(rows.train), fingerprint(rows.test), version)
    return hashlib.sha256("".join(parts).encode()).hexdigest()[:16]


def table(
    done: dict[Cell, dict[str, Any]], *, sets: Sequence[str], systems: Sequence[str]
) -> list[str]:
    """Markdown: a row for each figure of a set, a column for each system; mean ± deviation."""
    lines = [f"| set | figure | {' | '.join(systems)} |", "|---|---|" + "---|" * len(systems)]
    for name in sets:
        for figure in (*SETS[name].figures, "parse_ms", "train_seconds"):
            values = [_values(done, name, system, figure) for system in systems]
            shown = " | ".join(_show(v, figure) for v in values)
            if any(values):
                lines.append(f"| {name} | {_SHORT.get(figure, figure)} | {shown} |")
    return lines


def _values(done: dict[Cell, dict[str, Any]], name: str, system: str, figure: str) -> list[float]:
    return [
        figures[figure]
        for cell, figures in done.items()
        if (cell.name, cell.system) == (name, system) and figures.get(figure) is not None
    ]


def _show(values: Sequence[float], figure: str) -> str:
    if not values:
        return ""
    mean = statistics.mean(values)
    if figure not in _SHORT:
        return f"{mean:.1f}"
    spread = f" ± {statistics.stdev(values):.3f}".replace("0.", ".") if len(values) > 1 else ""
    return f"{mean:.3f}".replace("0.", ".") + spread


def bars(
    done: dict[Cell, dict[str, Any]], sets: Sequence[str], systems: Sequence[str]
) -> list[Bar]:
    """One bar for each set, figure and system that was measured."""
    found = []
    for name in sets:
        for figure in SETS[name].figures:
            for system in systems:
                if values := _values(done, name, system, figure):
                    group = f"{name} {_SHORT[figure]}"
                    found.append(Bar(group, system, statistics.mean(values)))
    return found


if __name__ == "__main__":
    sys.exit(main())
