"""Homes of private shops, in which models are tried: folders under HOME, one at a time.

They hold copies of goods and, while they last, what shoppers said. One that was killed is left
behind.
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PREFIX, _LOCK = ".private-", ".private.lock"


@contextmanager
def private_home(home: Path) -> Iterator[Path]:
    """An empty folder that goes with everything in it; waits while there is another.

    Args:
        home: of the shop that serves.
    """
    with (home / _LOCK).open("a") as lock:
        # Two at once would need more memory than most have.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _clear(home)
        with tempfile.TemporaryDirectory(
            dir=home, prefix=_PREFIX, ignore_cleanup_errors=True
        ) as scratch:
            yield Path(scratch)


def clear_private_homes(home: Path) -> None:
    """Remove what was left by one that was killed; one in use stays."""
    with (home / _LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        _clear(home)


def _clear(home: Path) -> None:
    for left in home.glob(f"{_PREFIX}*"):
        shutil.rmtree(left, ignore_errors=True)
