"""The action server's own numbers for /metrics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

from common.logs import note


class ActionMeasures:
    """How long each action takes, and how often it fails."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "actions_action_seconds",
            "Time of one action, the calls it makes included.",
            ("action",),
            registry=registry,
            buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5),
        )
        self._failures = Counter(
            "actions_failures", "Actions that ended in an error.", ("action",), registry=registry
        )

    @contextmanager
    def action(self, name: str) -> Iterator[None]:
        """Times one action of our own; what Rasa asks for besides never gets here."""
        note(action=name)
        started = time.perf_counter()
        try:
            yield
        except BaseException:
            self._failures.labels(name).inc()
            raise
        finally:
            self._seconds.labels(name).observe(time.perf_counter() - started)
