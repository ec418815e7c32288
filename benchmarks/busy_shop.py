"""What shoppers notice of an import: chat turns and freshness while 100,000 products come in.

    python -m benchmarks.busy_shop [--rows 100000] [--turns 60] [--encoding 60] [--format csv]

Talks over HTTP to the running shop of the SHOPKEEPER_* settings: before, during the import (the
`shopkeeper` command, as an owner would run it), and while the shop encodes what came. A turn's
delay is what it took beyond the median of the same saying before. Then one more product comes and
goes: the seconds until search finds it and no longer finds it. Do not point it at a real shop: its
goods stay in the database.
"""

import argparse
import csv
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import cycle
from pathlib import Path

import httpx

from benchmarks.feeds import FORMATS, write_feed
from benchmarks.turn import SAYINGS, listener_of
from common.settings import load_settings

GOAL_MS = 200.0
TURNS_A_CONVERSATION = 14
FRESH_S = 10.0
Turns = list[tuple[str, float]]


def main() -> int:
    """Measure and print; 1 where a goal was missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--turns", type=int, default=70, help="turns before the import")
    parser.add_argument("--encoding", type=float, default=60, help="seconds of turns after it")
    parser.add_argument("--format", choices=FORMATS, default="csv")
    asked = parser.parse_args()
    settings = load_settings()
    shop = Shop(f"http://127.0.0.1:{settings.port}", settings.recommender_url)
    ports = {"gateway": settings.port} | {
        name: settings.port_base + offset
        for offset, name in enumerate(("rasa", "nlu", "recommender", "actions"))
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        feed = folder / f"goods.{asked.format}"
        with feed.open("w", encoding="utf-8", newline="") as file:
            write_feed(file, asked.format, rows=asked.rows, dirt=0.0, prefix="busy-")
        # The first turns of a process load what it needs: they are not what shoppers meet.
        list(shop.turns(during=count_to(10)))
        before = list(shop.turns(during=count_to(asked.turns)))
        usual = medians(before)
        print(
            "phase      seconds  turns   p50   p95   max  greatest delay ms  CPU seconds, slowest"
        )
        say("before", before, usual, seconds=sum(ms for _, ms in before) / 1000, cpu={})
        greatest = 0.0
        for phase, work in (
            # What the shop has already stays: it is what shoppers are shown meanwhile.
            ("import", lambda: take(feed, "--keep-missing")),
            ("encoding", lambda: time.sleep(asked.encoding)),
        ):
            began, cpu = time.perf_counter(), cpu_seconds(ports)
            turns = list(shop.turns(during=while_running(work)))
            spent = {name: s - cpu.get(name, 0) for name, s in cpu_seconds(ports).items()}
            seconds = time.perf_counter() - began
            greatest = max(greatest, say(phase, turns, usual, seconds=seconds, cpu=spent))
        came, went = freshness(shop, folder)
    print(f"new product found after {came:.1f} s, retired one gone after {went:.1f} s")
    return 0 if greatest <= GOAL_MS and max(came, went) <= FRESH_S else 1


class Shop:
    """A running shop, seen from outside."""

    def __init__(self, url: str, recommender: str) -> None:
        self._client = httpx.Client(base_url=url, timeout=60)
        self._recommender = recommender

    def turns(self, *, during: Callable[[], bool]) -> Iterator[tuple[str, float]]:
        """Conversations as long as `during` says so; each turn's saying and milliseconds."""
        headers: dict[str, str] = {}
        for number, text in enumerate(cycle(SAYINGS)):
            if not during():
                return
            if number % TURNS_A_CONVERSATION == 0:
                opened = self._client.post("/api/chat/sessions", json={}).raise_for_status().json()
                headers = {"Authorization": f"Bearer {opened['token']}"}
            body = {"text": text, "client_message_id": str(uuid.uuid4())}
            started = time.perf_counter()
            answer = self._client.post("/api/chat/messages", json=body, headers=headers)
            milliseconds = (time.perf_counter() - started) * 1000
            messages = answer.raise_for_status().json()["messages"]
            if not any(message["cards"] for message in messages):
                print(f"  no cards for {text!r}: {messages[-1]['text'][:80]!r}")
            yield text, milliseconds

    def finds(self, title: str) -> bool:
        """Whether search brings the product of this title."""
        asked = {"query": title, "k": 5}
        found = httpx.post(f"{self._recommender}/recommend", json=asked, timeout=30).json()
        return any(item["product_id"] == title for item in found["items"])


def take(feed: Path, *options: str) -> None:
    """Import a file as an owner does."""
    shopkeeper = Path(sys.executable).with_name("shopkeeper")
    command = [str(shopkeeper), "import", "catalog", str(feed), *options]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=os.environ)
    if done.returncode:
        raise SystemExit(done.stderr)
    print(f"  {done.stdout.strip()}")


def freshness(shop: Shop, folder: Path) -> tuple[float, float]:
    """Seconds until a new product is found, and until a retired one is not."""
    title = f"zyzzyva{uuid.uuid4().hex[:6]}"
    waits = []
    for expected in (True, False):
        file = folder / "one.csv"
        with file.open("w", newline="") as opened:
            writer = csv.writer(opened)
            writer.writerow(["id", "title", "price", "listed"])
            writer.writerow([title, title, "5.00", str(expected).lower()])
            # A file must hold something that is for sale.
            writer.writerow(["quokka", "Quokka", "5.00", "true"])
        take(file, "--keep-missing")
        started = time.perf_counter()
        while shop.finds(title) != expected and time.perf_counter() - started < 10 * FRESH_S:
            time.sleep(0.05)
        waits.append(time.perf_counter() - started)
    return waits[0], waits[1]


def count_to(turns: int) -> Callable[[], bool]:
    """True so many times."""
    left = iter(range(turns))
    return lambda: next(left, None) is not None


def while_running(work: Callable[[], object]) -> Callable[[], bool]:
    """True until the work, which a thread begins now, is done."""
    thread = threading.Thread(target=work)
    thread.start()
    return thread.is_alive


def medians(turns: Turns) -> dict[str, float]:
    """What each saying usually takes."""
    times: defaultdict[str, list[float]] = defaultdict(list)
    for text, milliseconds in turns:
        times[text].append(milliseconds)
    return {text: statistics.median(each) for text, each in times.items()}


def say(
    phase: str, turns: Turns, usual: dict[str, float], *, seconds: float, cpu: dict[str, float]
) -> float:
    """Print a phase; the greatest delay, in milliseconds."""
    times = sorted(milliseconds for _, milliseconds in turns)
    delay, slowest = max((milliseconds - usual[text], text) for text, milliseconds in turns)
    p50, p95 = (percentile(times, share) for share in (0.5, 0.95))
    spent = ", ".join(f"{name} {s:.0f}" for name, s in cpu.items())
    print(
        f"{phase:<9} {seconds:>8.1f} {len(turns):>6} {p50:>5.0f} {p95:>5.0f} {times[-1]:>5.0f}"
        f" {delay:>18.0f}  {spent} {slowest!r}",
        flush=True,
    )
    return delay


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that this share lies below."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]


def cpu_seconds(ports: dict[str, int]) -> dict[str, float]:
    """What each process has computed so far."""
    tick = os.sysconf("SC_CLK_TCK")
    spent = {}
    for name, port in ports.items():
        if (pid := listener_of(port)) is not None:
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            spent[name] = (int(fields[11]) + int(fields[12])) / tick
    return spent


if __name__ == "__main__":
    sys.exit(main())
