"""The processes' log files, none of which grows without end."""

import shutil
from pathlib import Path
from typing import IO

LARGEST_BYTES = 20 * 1024 * 1024
KEPT = 3


class LogFiles:
    """One file a process; of what grows too long a few older parts stay beside it.

    The processes write to their files themselves and never let go of them, so a full file is
    copied and emptied in place: a line written in that very moment may be lost, the file itself
    never is. What a process has open, it appends to.
    """

    def __init__(self, folder: Path, *, largest: int = LARGEST_BYTES, kept: int = KEPT) -> None:
        self.folder = folder
        self._largest = largest
        self._kept = kept

    def path(self, name: str) -> Path:
        """Where a process writes."""
        return self.folder / f"{name}.log"

    def open(self, name: str) -> IO[bytes]:
        """The file of a process, to append to."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.path(name).open("ab")

    def trim(self) -> None:
        """Set aside what has grown too long: `x.log.1` is the newest of the older parts."""
        for log in self.folder.glob("*.log"):
            if log.stat().st_size > self._largest:
                self._set_aside(log)

    def _set_aside(self, log: Path) -> None:
        for number in range(self._kept, 1, -1):
            older = _part(log, number - 1)
            if older.exists():
                older.replace(_part(log, number))
        shutil.copyfile(log, _part(log, 1))
        with log.open("r+b") as full:
            full.truncate()


def _part(log: Path, number: int) -> Path:
    return log.with_name(f"{log.name}.{number}")
