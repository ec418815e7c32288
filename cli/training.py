"""How a training shows where it stands: on the terminal, and in a file for whoever started it."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Epoch = TypeVar("Epoch")

ProgressFile = Annotated[
    Path | None,
    typer.Option("--progress-file", help="Keep {step, done, total} in this file, for programs."),
]
# A reader looks once a second at most.
_WRITE_EVERY_S = 0.5


class Progressing:
    """Tells in a file how far a piece of work is; whoever reads sees all of it or what was before.

    Args:
        file: none, and nothing is told.
    """

    def __init__(self, file: Path | None) -> None:
        self._file = file
        self._written_at = float("-inf")
        self._step = ""

    def tell(self, step: str, done: int = 0, total: int | None = None) -> None:
        """Say which step is under way, and how much of it is done; at most twice a second."""
        if self._file is None:
            return
        moment = time.monotonic()
        news = step != self._step or done == total
        if not news and moment - self._written_at < _WRITE_EVERY_S:
            return
        self._step, self._written_at = step, moment
        draft = self._file.with_name(f".{self._file.name}.draft")
        draft.write_text(json.dumps({"step": step, "done": done, "total": total}) + "\n")
        draft.replace(self._file)


@contextmanager
def training_progress(
    console: Console,
    tell: Callable[[Epoch], str],
    *,
    title: str = "training",
    file: Path | None = None,
) -> Iterator[tuple[Callable[[int, int], None], Callable[[Epoch], None]]]:
    """A bar over the steps, and a line after each epoch.

    Args:
        console: where it is shown.
        tell: what to say of an epoch.
        title: what stands before the bar, and the step's name in the file.
        file: where it is told besides.

    Returns:
        What is to be called with each step and the number of steps, and with each epoch.
    """
    columns = (TextColumn(title), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    progressing = Progressing(file)
    progressing.tell(title)
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(title, total=None)

        def on_step(step: int, steps: int) -> None:
            bar.update(task, completed=step, total=steps)
            progressing.tell(title, step, steps)

        def on_epoch(epoch: Epoch) -> None:
            bar.console.print(tell(epoch), highlight=False)

        yield on_step, on_epoch
