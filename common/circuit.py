"""Stops calling what keeps failing, so that nobody waits out a timeout for each call."""

import threading
import time
from collections.abc import Callable


class Circuit:
    """Stops calling a server that keeps failing, and tries it again after a pause.

    While open, callers get their second best at once instead of waiting for a timeout each.
    """

    def __init__(
        self, *, failures: int = 3, pause: float = 5.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._limit = failures
        self._pause = pause
        self._clock = clock
        self._lock = threading.Lock()
        self._failures = 0
        self._retry_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether the server kept failing until a moment ago."""
        with self._lock:
            return self._failures >= self._limit

    def admit(self) -> bool:
        """Whether a call may go out. After the pause one caller at a time tries the server."""
        with self._lock:
            if self._failures < self._limit:
                return True
            if self._clock() < self._retry_at:
                return False
            self._retry_at = self._clock() + self._pause
            return True

    def succeeded(self) -> None:
        """The server answered: closed again."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """The server did not answer, or not as agreed."""
        with self._lock:
            self._failures += 1
            self._retry_at = self._clock() + self._pause
