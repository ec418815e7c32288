"""How a long command ends when it is told to: by cleaning up, not on the spot."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def cleaning_up() -> Iterator[None]:
    """Have SIGTERM raise SystemExit, so that drafts go and what was started ends."""
    before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
