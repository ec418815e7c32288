"""A process that the supervisor started ends when the supervisor does."""

import os
import signal
import threading
import time
from pathlib import Path

MARK = "SHOPKEEPER_SUPERVISOR"
# One without a port touches a file while it lives: at least every 2 s, and is missed after this.
PULSE_EVERY_S = 2.0
PULSE_LASTS_S = 20.0
_END_WITHIN_S = 15.0


def follow_supervisor() -> None:
    """End this process as soon as the supervisor is gone, even if it was killed.

    The supervisor holds the other end of our standard input and never writes to it: its end is
    the pipe's end. Nothing happens in a process that was started by hand.
    """
    if os.environ.get(MARK):
        threading.Thread(target=_wait_for_end, name="supervisor", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_END_WITHIN_S)
    os._exit(1)


def is_beating(pulse: Path) -> bool:
    """Whether the process that touches this file lives."""
    try:
        silent = time.time() - pulse.stat().st_mtime
    except OSError:
        return False
    return silent < PULSE_LASTS_S
