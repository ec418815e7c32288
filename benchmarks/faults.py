"""Kill -9 in mid-conversation: is any message lost or doubled, is any shopper left without answer?

    python -m benchmarks.faults [--kills 100] [--minutes 60] [--shoppers 6] [--home DIR] [--seed 1]
        [--port 9200] [--only gateway,rasa,nlu,recommender,actions] [--report out.json]

Starts a demo shop of its own by `shopkeeper up`, lets shoppers talk to it over WebSocket and REST,
and kills one process after another, each at a moment when turns are under way; the supervisor
brings it back. Afterwards the databases are read: each message there once and answered once, each
cart holding what its shopper was told, each turn once in Rasa's tracker.

Figures: the time until the whole shop is ready again, and how turns were answered meanwhile.
"""

import argparse
import json
import os
import random
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
from sqlalchemy import Connection, text

from benchmarks.faults_shoppers import ADDS, Crowd, Said, Shopper
from db.engine import make_engine

ROOT = Path(__file__).resolve().parents[1]
# What each process is known by in /proc.
COMMANDS = {
    "gateway": "-m gateway",
    "rasa": "bot/run.py serve",
    "nlu": "-m nlu.server",
    "recommender": "-m recommender.server",
    "actions": "-m actions",
}
READY_WITHIN_S = 900.0
IN_CART = re.compile(r"In your cart: (\d+)")


@dataclass(frozen=True)
class Kill:
    """One process killed, and how long it took until the whole shop was ready again."""

    process: str
    at: float
    seconds: float


class Shop:
    """`shopkeeper up` in a home of its own."""

    def __init__(self, home: Path, *, port: int, port_base: int) -> None:
        self.home = home
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {
            **os.environ,
            "SHOPKEEPER_HOME": str(home),
            "SHOPKEEPER_PORT": str(port),
            "SHOPKEEPER_PORT_BASE": str(port_base),
            "HF_HUB_OFFLINE": "1",
        }
        self._up: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with (self.home / "up.log").open("ab") as log:
            self._up = subprocess.Popen(
                [sys.executable, "-c", "from cli.main import main; main()", "up"],
                env=self._environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )
        self.wait_until_ready()

    def stop(self) -> None:
        if self._up is not None and self._up.poll() is None:
            self._up.send_signal(signal.SIGTERM)
            self._up.wait(60)

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.is_ready():
            if self._up is not None and self._up.poll() is not None:
                raise SystemExit(f"the shop ended; see {self.home / 'up.log'}")
            if time.monotonic() > deadline:
                raise SystemExit(f"the shop is not ready again; see {self.home / 'logs'}")
            time.sleep(0.2)

    def is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=3).status_code == 200
        except httpx.HTTPError:
            return False

    def pid_of(self, process: str) -> int:
        """The process itself, waited for where the supervisor is just starting it again."""
        deadline = time.monotonic() + READY_WITHIN_S
        while (found := self._find(process)) is None:
            if time.monotonic() > deadline:
                raise LookupError(process)
            time.sleep(0.2)
        return found

    def _find(self, process: str) -> int | None:
        assert self._up is not None
        children = Path(f"/proc/{self._up.pid}/task")
        for task in children.iterdir():
            for child in (task / "children").read_text().split():
                # It may be gone by now.
                with suppress(OSError):
                    command = Path(f"/proc/{child}/cmdline").read_bytes().replace(b"\0", b" ")
                    if COMMANDS[process] in command.decode():
                        return int(child)
        return None


def main() -> int:
    """Kill, read, print; 1 where a promise was broken."""
    options = read_options()
    home = Path(options.home or tempfile.mkdtemp(prefix="shopkeeper-faults-"))
    home.mkdir(parents=True, exist_ok=True)
    shop = Shop(home, port=options.port, port_base=options.port + 5)
    crowd = Crowd()
    shoppers = [
        Shopper(shop.url, crowd, by_socket=number % 2 == 0, seed=options.seed + number)
        for number in range(options.shoppers)
    ]
    try:
        shop.start()
        for shopper in shoppers:
            shopper.start()
        until = time.monotonic() + 60 * options.minutes
        kills = kill_all(shop, crowd, plan(options), seed=options.seed, until=until)
        crowd.leaving.set()
        for shopper in shoppers:
            shopper.join(300)
        # What the last kill left behind is taken up by whoever is there.
        time.sleep(8)
    finally:
        shop.stop()
    troubles = [line for shopper in shoppers for line in shopper.trouble]
    broken = [*troubles, *judge(home, crowd.said)]
    print_table(kills, home, crowd.said)
    print(f"\nbroken promises: {len(broken)}")
    for line in broken[:40]:
        print(f"  {line}")
    if options.report:
        report = {"kills": [asdict(kill) for kill in kills], "broken": broken}
        Path(options.report).write_text(json.dumps(report, indent=1))
    return 1 if broken else 0


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--shoppers", type=int, default=6)
    parser.add_argument("--home")
    parser.add_argument("--port", type=int, default=9200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default=",".join(COMMANDS))
    parser.add_argument("--report")
    return parser.parse_args()


def plan(options: argparse.Namespace) -> list[str]:
    """Which process is killed when: each as often as the others, in an order by chance."""
    chance = random.Random(options.seed)
    names = options.only.split(",")
    order: list[str] = []
    while len(order) < options.kills:
        order += chance.sample(names, len(names))
    return order[: options.kills]


def kill_all(
    shop: Shop, crowd: Crowd, order: Sequence[str], *, seed: int, until: float
) -> list[Kill]:
    """Kill in this order, each when the shop is whole again, until the time is up."""
    chance = random.Random(seed)
    kills = []
    for number, process in enumerate(order, start=1):
        if time.monotonic() > until:
            break
        shop.wait_until_ready()
        time.sleep(chance.uniform(1, 3))
        while not crowd.under_way:
            time.sleep(0.002)
        time.sleep(chance.uniform(0, 0.15))
        began, at = time.monotonic(), time.time()
        os.kill(shop.pid_of(process), signal.SIGKILL)
        # Readiness is remembered for a second.
        time.sleep(1.2)
        shop.wait_until_ready()
        kills.append(Kill(process, at, time.monotonic() - began))
        print(f"{number:3} {process:12} {kills[-1].seconds:5.1f} s", flush=True)
    return kills


def judge(home: Path, said: Sequence[Said]) -> list[str]:
    """A sentence for each broken promise."""
    ours, tracker = make_engine(f"sqlite:///{home}/shopkeeper.db"), f"sqlite:///{home}/rasa.db"
    broken: list[str] = []
    with ours.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT id, conversation_id, client_message_id, answered_at FROM messages "
                "WHERE role = 'shopper'"
            )
        ).all()
        answers = defaultdict(list)
        for row in connection.execute(
            text("SELECT id, reply_to, text FROM messages WHERE reply_to IS NOT NULL ORDER BY id")
        ):
            answers[row.reply_to].append(row)
        by_client_id = defaultdict(list)
        here = {message.conversation_id for message in said}
        # A home may have been talked in before.
        for row in (row for row in rows if row.conversation_id in here):
            by_client_id[row.client_message_id].append(row)
        for message in said:
            found = by_client_id.pop(message.client_message_id, [])
            if len(found) != 1:
                broken.append(f"{len(found)} times stored: {message.text!r}")
                continue
            if found[0].answered_at is None or not message.answers:
                broken.append(f"without an answer: {message.text!r}")
            kept = [str(answer.id) for answer in answers[found[0].id]]
            heard = list(dict.fromkeys(answer["id"] for answer in message.answers))
            if kept != heard:
                broken.append(f"stored answers {kept}, heard {heard}: {message.text!r}")
        broken += [f"stored, and nobody said it: {key}" for key in by_client_id]
        broken += judge_carts(connection, said)
    with make_engine(tracker).connect() as connection:
        heard_by_rasa = Counter(
            (row.sender_id, json.loads(row.data).get("message_id"))
            for row in connection.execute(
                text("SELECT sender_id, data FROM events WHERE type_name = 'user'")
            )
        )
    broken += [f"{n} times in Rasa's tracker: {key}" for key, n in heard_by_rasa.items() if n > 1]
    return broken


def judge_carts(connection: Connection, said: Sequence[Said]) -> list[str]:
    """Whether each cart holds what its shopper was told last, and what each message did once."""
    here = {message.conversation_id for message in said}
    lines: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(
        text(
            "SELECT conversation_id, product_id, quantity FROM cart_lines "
            "JOIN carts ON carts.id = cart_id"
        )
    ):
        lines[row.conversation_id, row.product_id] += row.quantity
    done: Counter[tuple[str, str]] = Counter()
    for row in connection.execute(
        text(
            "SELECT conversation_id, result FROM effects JOIN messages ON messages.id = message_id "
            "WHERE kind = 'cart'"
        )
    ):
        for change in json.loads(row.result):
            key = (row.conversation_id, change["product_id"])
            done[key] += change["after"] - change["before"]
    told: dict[tuple[str, str], int] = {}
    last = {message.conversation_id: message for message in said}
    unclear = {here for here, message in last.items() if message.again is not None}
    for message in said:
        for card in (card for answer in message.answers for card in answer["cards"]):
            if found := IN_CART.match(card["reason"]):
                told[message.conversation_id, card["product_id"]] = int(found[1])
    broken = []
    for key in lines.keys() | done.keys() | told.keys():
        if key[0] in here and lines[key] != done[key]:
            broken.append(f"cart {key}: {lines[key]} in it, {done[key]} put in by messages")
        # Whoever went home before the answer to "Try again" was told nothing either way.
        if key[0] in here - unclear and lines[key] != told.get(key, 0):
            broken.append(f"cart {key}: {lines[key]} in it, {told.get(key, 0)} told")
    return broken


def print_table(kills: Sequence[Kill], home: Path, said: Sequence[Said]) -> None:
    engine = make_engine(f"sqlite:///{home}/shopkeeper.db")
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT m.client_message_id AS id, max(a.degraded) AS degraded FROM messages m "
                "JOIN messages a ON a.reply_to = m.id GROUP BY m.client_message_id"
            )
        )
        degraded = {row.id: bool(row.degraded) for row in rows}
    print("\n| killed | kills | ready again, s: p50 | max |\n|---|---|---|---|")
    for process in COMMANDS:
        seconds = [kill.seconds for kill in kills if kill.process == process]
        if seconds:
            print(
                f"| {process} | {len(seconds)} | {statistics.median(seconds):.1f} "
                f"| {max(seconds):.1f} |"
            )
    apologies = sum(degraded.get(message.client_message_id, False) for message in said)
    waits = sorted(message.seconds for message in said) or [0.0]
    retried = sum(message.tries > 1 for message in said)
    adds = sum(message.text in ADDS for message in said)
    print(
        f"\n{len(said)} messages ({adds} into the cart, {retried} sent again under their id): "
        f"{len(said) - apologies} answered as usual, {apologies} by a second best. "
        f"Seconds to the answer: p50 {waits[len(waits) // 2]:.2f}, "
        f"p99 {waits[int(len(waits) * 0.99)]:.1f}, max {waits[-1]:.1f}."
    )


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        sys.exit(main())
