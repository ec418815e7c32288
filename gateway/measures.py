"""The gateway's own numbers for /metrics."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Histogram

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Measures:
    """Turns and their parts: how many, how long, how many second bests."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._turns = Histogram(
            "gateway_turn_seconds",
            "Time from taking up a message to its stored answers.",
            registry=registry,
            buckets=_BUCKETS,
        )
        self._hops = Histogram(
            "gateway_hop_seconds",
            "Time a turn spends in each part.",
            ("hop",),
            registry=registry,
            buckets=_BUCKETS,
        )
        self._degraded = Counter(
            "gateway_degraded_turns",
            "Turns answered by an apology, by the part that was down.",
            ("part",),
            registry=registry,
        )

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Times a whole turn, failed ones too."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._turns.observe(time.perf_counter() - started)

    @contextmanager
    def hop(self, name: str) -> Iterator[None]:
        """Times one part of a turn: nlu, bot or store."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._hops.labels(name).observe(time.perf_counter() - started)

    def degraded(self, part: str) -> None:
        """Counts an apology."""
        self._degraded.labels(part).inc()
