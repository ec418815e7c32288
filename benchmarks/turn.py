"""How long a shopper waits for a recommendation, and how much memory the shop takes.

    python benchmarks/turn.py [--url URL] [--turns 210] [--conversations 7] [--at-once 1]
        [--ports PORT ...]

Talks to the running shop of the SHOPKEEPER_* settings as shoppers do, once it is ready: each
conversation searches, refines and asks for more, over REST. A turn without product cards, or one
that ends in an apology, counts as failed. Memory is read from /proc for the processes that listen
on the ports, so the shop must run on this machine.
"""

import argparse
import json
import statistics
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import httpx

from common.settings import load_settings

SAYINGS = (
    "recommend me something nice under 50",
    "I'm looking for shoes",
    "show me something for the kitchen under $80",
    "a gift for my sister, not too expensive",
    "do you have bags?",
    "something for the garden",
    "what's popular right now?",
)
# Turns from which on a conversation is a long one.
LONG = 30
# So long a shop that has just been started may take.
READY_S = 300.0
# The state of a listening socket in /proc/net/tcp.
LISTENING = "0A"


@dataclass(frozen=True, slots=True)
class Turn:
    """One message and what came of it."""

    milliseconds: float
    cards: int


def main() -> int:
    """Measure and print; 1 where a turn failed."""
    options = read_options()
    plans = [
        list(islice(cycle(SAYINGS[start % len(SAYINGS) :] + SAYINGS[: start % len(SAYINGS)]), n))
        for start, n in enumerate(shares(options.turns, options.conversations))
    ]
    with httpx.Client(base_url=options.url, timeout=30) as client:
        wait_until_ready(client)
        # The first turns of a process load what it needs: they are not what shoppers meet.
        talk(client, SAYINGS[:3])
        started = time.perf_counter()
        with ThreadPoolExecutor(options.at_once) as pool:
            talks = list(pool.map(lambda plan: talk(client, plan), plans))
        seconds = time.perf_counter() - started
    turns = [turn for told in talks for turn in told]
    report = summary(turns, seconds=seconds) | pace(talks)
    memory = {port: resident_mib(port) for port in options.ports}
    report["memory_mib"] = memory
    report["memory_total_mib"] = sum(mib for mib in memory.values() if mib is not None)
    print(json.dumps(report, indent=2))
    return 1 if report["without_cards"] else 0


def read_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    settings = load_settings()
    base = settings.port_base
    parser.add_argument("--url", default=f"http://127.0.0.1:{settings.port}")
    parser.add_argument("--turns", type=int, default=210)
    parser.add_argument("--conversations", type=int, default=7)
    parser.add_argument("--at-once", type=int, default=1, help="conversations talking at once")
    parser.add_argument(
        "--ports", type=int, nargs="*", default=[settings.port, base, base + 1, base + 2, base + 3]
    )
    return parser.parse_args()


def wait_until_ready(client: httpx.Client, *, seconds: float = READY_S) -> None:
    """Until every process of the shop can do its work."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            if client.get("/readyz").is_success:
                return
            missing = "not ready"
        except httpx.TransportError as error:
            missing = f"not reached ({error})"
        if time.monotonic() > deadline:
            sys.exit(
                f"The shop at {client.base_url} was {missing} for {seconds:.0f} seconds: start it "
                "with `shopkeeper up` under the same SHOPKEEPER_* settings, or name it by --url."
            )
        time.sleep(0.5)


def shares(turns: int, conversations: int) -> Iterator[int]:
    """How many of the turns each conversation takes."""
    for number in range(conversations):
        yield turns // conversations + (number < turns % conversations)


def talk(client: httpx.Client, sayings: Sequence[str]) -> list[Turn]:
    """One conversation."""
    opened = client.post("/api/chat/sessions", json={}).raise_for_status().json()
    headers = {"Authorization": f"Bearer {opened['token']}"}
    turns = []
    for text in sayings:
        body = {"text": text, "client_message_id": str(uuid.uuid4())}
        started = time.perf_counter()
        response = client.post("/api/chat/messages", json=body, headers=headers)
        milliseconds = (time.perf_counter() - started) * 1000
        messages = response.raise_for_status().json()["messages"]
        turns.append(Turn(milliseconds, sum(len(message["cards"]) for message in messages)))
    return turns


def summary(turns: Sequence[Turn], *, seconds: float) -> dict[str, object]:
    """The figures of a run."""
    times = sorted(turn.milliseconds for turn in turns)
    quantiles = statistics.quantiles(times, n=100, method="inclusive")
    return {
        "turns": len(turns),
        "without_cards": sum(turn.cards == 0 for turn in turns),
        "p50_ms": round(quantiles[49], 1),
        "p95_ms": round(quantiles[94], 1),
        "max_ms": round(times[-1], 1),
        "turns_per_second": round(len(turns) / seconds, 1),
    }


def pace(talks: Sequence[Sequence[Turn]]) -> dict[str, object]:
    """How the last ten turns of long conversations compare with their first ten.

    With as many conversations as there are sayings each stands as often early as late.
    """
    long = [told for told in talks if len(told) >= LONG]
    if not long:
        return {}
    first, last = (
        statistics.median(turn.milliseconds for told in long for turn in told[part])
        for part in (slice(None, 10), slice(-10, None))
    )
    return {"first_ten_p50_ms": round(first, 1), "last_ten_p50_ms": round(last, 1)}


def resident_mib(port: int) -> int | None:
    """The memory of the process that listens on a port, with its children; None if not found."""
    pid = listener_of(port)
    return None if pid is None else round(sum(map(resident_kib, family(pid))) / 1024)


def listener_of(port: int) -> int | None:
    """The process that listens on this port."""
    inodes = set()
    for table in (Path("/proc/net/tcp"), Path("/proc/net/tcp6")):
        for line in table.read_text().splitlines()[1:] if table.exists() else ():
            fields = line.split()
            if fields[3] == LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(f"socket:[{fields[9]}]")
    owners = [pid for pid in processes() if inodes & set(open_files(pid))]
    return min(owners, default=None)


def processes() -> Iterator[int]:
    """Every process there is."""
    return (int(folder.name) for folder in Path("/proc").iterdir() if folder.name.isdigit())


def open_files(pid: int) -> Iterator[str]:
    """What a process has open; nothing where we may not look."""
    try:
        links = list(Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return
    for link in links:
        try:
            yield str(link.readlink())
        except OSError:
            # It was closed meanwhile.
            continue


def family(pid: int) -> Iterator[int]:
    """A process and all that it started."""
    yield pid
    for tasks in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in tasks.read_text().split():
            yield from family(int(child))


def resident_kib(pid: int) -> int:
    """The memory of one process; 0 when it is gone."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    return next((int(x.split()[1]) for x in status.splitlines() if x.startswith("VmRSS:")), 0)


if __name__ == "__main__":
    sys.exit(main())
