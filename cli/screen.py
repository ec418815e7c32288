"""Where commands print: as wide as the terminal, and wide where there is none."""

import os

from rich.console import Console

# In columns. A table that goes to a pipe or a log keeps its cells whole, so `grep` finds them.
WITHOUT_A_TERMINAL = 200


def screen() -> Console:
    """The console for what a command tells, made when it tells it.

    Its width, in columns, is the terminal's. Without a terminal it is what `COLUMNS` says, and
    200 if that is not set.
    """
    console = Console()
    if not console.is_terminal and not os.environ.get("COLUMNS", "").isdigit():
        console.width = WITHOUT_A_TERMINAL
    return console
