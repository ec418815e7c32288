"""How a training shows where it stands."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Epoch = TypeVar("Epoch")


@contextmanager
def training_progress(
    console: Console, tell: Callable[[Epoch], str]
) -> Iterator[tuple[Callable[[int, int], None], Callable[[Epoch], None]]]:
    """A bar over the steps, and a line after each epoch.

    Args:
        console: where it is shown.
        tell: what to say of an epoch.

    Returns:
        What is to be called with each step and the number of steps, and with each epoch.
    """
    columns = (TextColumn("training"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console) as bar:
        task = bar.add_task("training", total=None)

        def on_step(step: int, steps: int) -> None:
            bar.update(task, completed=step, total=steps)

        def on_epoch(epoch: Epoch) -> None:
            bar.console.print(tell(epoch), highlight=False)

        yield on_step, on_epoch
