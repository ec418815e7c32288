"""Cells of a benchmark: one system on one set with one seed, measured once and kept."""

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Cell:
    """One system measured once on one set."""

    name: str
    system: str
    seed: int

    def file(self, cache: Path) -> Path:
        """Where it is kept."""
        return cache / self.system / f"{self.name}-{self.seed}.json"


def keep(
    cell: Cell, key: str, work: Callable[[], dict[str, Any]] | None, *, cache: Path
) -> dict[str, Any] | None:
    """A cell's figures, from the cache where they still hold.

    Args:
        cell: which.
        key: of what they are figures; others than these are measured again.
        work: measures; None takes what is in the cache, however old, or gives None.
        cache: the folder.
    """
    file = cell.file(cache)
    if file.exists():
        kept = json.loads(file.read_text())
        if kept["key"] == key or work is None:
            return dict(kept["figures"])
    if work is None:
        return None
    started = time.perf_counter()
    figures = work()
    seconds = time.perf_counter() - started
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_suffix(".draft")
    draft.write_text(json.dumps({"key": key, "figures": figures}, indent=2) + "\n")
    draft.replace(file)
    print(f"{cell.system} on {cell.name}, seed {cell.seed}: {seconds:.0f} s", file=sys.stderr)
    return figures
