"""/healthz, /readyz and /metrics, as every process of the shop has them."""

import os
import resource
import time
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse, json, text

BUCKETS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


@dataclass
class Turns:
    """How many turns there were, how long they took, and how many failed."""

    failed: int = 0
    seconds: float = 0.0
    # One more than the buckets: the last holds what took longer.
    counts: list[int] = field(default_factory=lambda: [0] * (len(BUCKETS) + 1))

    def count(self, *, seconds: float, failed: bool) -> None:
        """Add one turn."""
        self.counts[bisect_left(BUCKETS, seconds)] += 1
        self.seconds += seconds
        self.failed += failed

    def as_prometheus(self) -> str:
        """The numbers in Prometheus' text format."""
        lines = [
            "# HELP dialogue_turn_seconds Time of a turn in Rasa, actions and all.",
            "# TYPE dialogue_turn_seconds histogram",
        ]
        total = 0
        for limit, count in zip((*map(str, BUCKETS), "+Inf"), self.counts, strict=True):
            total += count
            lines.append(f'dialogue_turn_seconds_bucket{{le="{limit}"}} {total}')
        lines += [
            f"dialogue_turn_seconds_sum {self.seconds}",
            f"dialogue_turn_seconds_count {total}",
            "# HELP dialogue_turns_failed_total Turns that crashed or said nothing.",
            "# TYPE dialogue_turns_failed_total counter",
            f"dialogue_turns_failed_total {self.failed}",
        ]
        return "\n".join(lines) + "\n"


# One worker a process (rasa.md), so the process's own count is the whole.
TURNS = Turns()
STARTED_AT = time.time()


def own_numbers() -> str:
    """This process's memory, processor time and files, by the names that the others use."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    numbers = [
        ("process_cpu_seconds_total", "counter", usage.ru_utime + usage.ru_stime),
        ("process_start_time_seconds", "gauge", STARTED_AT),
    ]
    # Where there is no /proc the other processes have no such numbers either.
    own = Path("/proc/self")
    if own.exists():
        pages = int((own / "statm").read_text().split()[1])
        resident = pages * os.sysconf("SC_PAGE_SIZE")
        numbers.append(("process_resident_memory_bytes", "gauge", resident))
        numbers.append(("process_open_fds", "gauge", len(list((own / "fd").iterdir()))))
    lines = [f"# TYPE {name} {kind}\n{name} {value}\n" for name, kind, value in numbers]
    return "".join(lines)


def add_health_routes(app: Sanic) -> None:
    """Add the three routes to Rasa's server."""

    async def healthz(_: Request) -> HTTPResponse:
        return json({"status": "ok"})

    async def readyz(request: Request) -> HTTPResponse:
        agent = getattr(request.app.ctx, "agent", None)
        if agent is not None and agent.is_ready():
            return json({"status": "ready", "missing": {}})
        missing = {"model": "The dialogue model is not loaded; the log says why."}
        return json({"status": "unavailable", "missing": missing}, status=503)

    async def metrics(_: Request) -> HTTPResponse:
        numbers = TURNS.as_prometheus() + own_numbers()
        return text(numbers, content_type="text/plain; version=0.0.4")

    for path, handler in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", metrics)):
        app.add_route(handler, path)
