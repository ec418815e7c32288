"""Ends with the supervisor, as the shop's other processes do (common/supervised.py)."""

import os
import signal
import threading
import time

MARK = "SHOPKEEPER_SUPERVISOR"
END_WITHIN_S = 15.0


def follow_supervisor() -> None:
    """End this process as soon as the one that holds its standard input is gone."""
    if os.environ.get(MARK):
        threading.Thread(target=_wait_for_end, name="supervisor", daemon=True).start()


def _wait_for_end() -> None:
    while os.read(0, 64):
        pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(END_WITHIN_S)
    os._exit(1)
