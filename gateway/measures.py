"""The gateway's own numbers for /metrics."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.registry import Collector

from common.logs import note, reported

logger = logging.getLogger(__name__)

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
        self._failed = Counter(
            "gateway_failed_turns", "Turns that ended in an error.", registry=registry
        )
        self._handoffs = Counter(
            "gateway_handoffs",
            "Conversations given to a person, by the reason.",
            ("reason",),
            registry=registry,
        )
        self._waiting = Gauge(
            "gateway_turns_waiting", "Messages stored and not answered yet.", registry=registry
        )
        self._refused = Counter(
            "gateway_refused_requests",
            "What was over a rate limit, by the limit.",
            ("limit",),
            registry=registry,
        )

    def watch_queue(self, waiting: Callable[[], int]) -> None:
        """Show how many turns wait or are under way."""
        self._waiting.set_function(waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Times a whole turn, failed ones too, and writes the turn's line into the log.

        What the turn notes as `handoff` is counted as one.
        """
        started = time.perf_counter()
        try:
            with reported("turn", where=logger) as facts:
                yield
        except BaseException:
            self._failed.inc()
            raise
        finally:
            self._turns.observe(time.perf_counter() - started)
        if reason := facts.get("handoff"):
            self._handoffs.labels(reason).inc()

    @contextmanager
    def hop(self, name: str) -> Iterator[None]:
        """Times one part of a turn: nlu, bot or store."""
        started = time.perf_counter()
        try:
            yield
        finally:
            seconds = time.perf_counter() - started
            self._hops.labels(name).observe(seconds)
            # The store is asked more than once; the log tells the last time.
            note(**{f"{name}_ms": round(seconds * 1000, 1)})

    def degraded(self, part: str) -> None:
        """Counts an apology."""
        self._degraded.labels(part).inc()
        note(degraded=part)

    def refused(self, limit: str) -> None:
        """Counts what was over a rate limit."""
        self._refused.labels(limit).inc()


class SupervisorFile(Collector):
    """What the supervisor of this machine counts (cli/supervisor_numbers.py), where there is one.

    It has no port of its own, and a line in a file outlives any process.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def collect(self) -> Iterator[Metric]:
        """The numbers of the file as it is now."""
        try:
            written = self._path.read_text()
        except OSError:
            return
        yield from text_string_to_metric_families(written)
