"""One `shopkeeper up` a home, and nothing left over of one that was killed."""

import fcntl
import os
import signal
import time
from pathlib import Path
from typing import IO

from common.errors import ConfigurationError
from common.supervised import MARK

PROC = Path("/proc")
ASKED_S = 8.0


class HomeLock:
    """Held for as long as this process lives, however it ends."""

    def __init__(self, home: Path) -> None:
        self._path = home / "up.lock"
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Take the home for this process.

        Raises:
            ConfigurationError: another `shopkeeper up` has it; the message says which.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            file.close()
            raise ConfigurationError(
                f"`shopkeeper up` (process {holder}) already runs the shop of "
                f"{self._path.parent}: stop it, or give this one another SHOPKEEPER_HOME."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file


def end_orphans(home: Path) -> int:
    """End the processes that a killed supervisor of this home left behind.

    They notice by themselves that it is gone, but one that hangs does not. Only for who holds the
    lock of the home. Where the system has no /proc nothing is found.

    Returns:
        How many there were.
    """
    found = find_orphans(home)
    for number in (signal.SIGTERM, signal.SIGKILL):
        for pid in find_orphans(home):
            _signal_group(pid, number)
        deadline = time.monotonic() + ASKED_S
        while find_orphans(home) and time.monotonic() < deadline:
            time.sleep(0.2)
    return len(found)


def find_orphans(home: Path) -> list[int]:
    """The processes that some supervisor of this home started."""
    here = f"SHOPKEEPER_HOME={home}".encode()
    mark = f"{MARK}=".encode()
    orphans = []
    for folder in PROC.glob("[0-9]*"):
        try:
            environment = (folder / "environ").read_bytes().split(b"\0")
        except OSError:
            continue
        # A process that has ended but was not waited for has no environment.
        if here in environment and any(entry.startswith(mark) for entry in environment):
            orphans.append(int(folder.name))
    return [pid for pid in orphans if pid != os.getpid()]


def _signal_group(pid: int, number: signal.Signals) -> None:
    try:
        os.killpg(os.getpgid(pid), number)
    except (ProcessLookupError, PermissionError):
        return
