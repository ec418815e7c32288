"""What the supervisor counts, as a file in Prometheus' text format.

A file needs no port, survives the process whose death it reports, and the node exporter's textfile
collector reads the same form. The gateway shows it among its own numbers (gateway/measures.py).
"""

import contextlib
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from prometheus_client import CollectorRegistry, Counter, Gauge, write_to_textfile

logger = logging.getLogger(__name__)

Cause = Literal["died", "hung"]


class SupervisorNumbers:
    """Restarts by process and cause, and which processes answer."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._registry = CollectorRegistry()
        self._restarts = Counter(
            "supervisor_restarts",
            "How often a process had to be started again, by what was wrong with it.",
            ("child", "cause"),
            registry=self._registry,
        )
        self._up = Gauge(
            "supervisor_child_up",
            "1 where the process has answered since it was started.",
            ("child",),
            registry=self._registry,
        )

    def restarted(self, name: str, *, cause: Cause) -> None:
        """Count one."""
        self._restarts.labels(name, cause).inc()

    def write(self, answering: Mapping[str, bool]) -> None:
        """Bring the file up to date."""
        for name, answers in answering.items():
            self._up.labels(name).set(answers)
            # There from the start, so that the first restart is an increase.
            for cause in ("died", "hung"):
                self._restarts.labels(name, cause)
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            write_to_textfile(str(self._path), self._registry)
        except OSError as error:
            # A full disk must not end the one who restarts the others.
            logger.error("numbers not written", extra={"error": type(error).__name__})

    def remove(self) -> None:
        """Nothing runs any more, so nothing is said of it."""
        with contextlib.suppress(OSError):
            self._path.unlink(missing_ok=True)
