"""How soon a shopper's words reach an open console, and a person's the shopper's widget.

    shopkeeper staff add bench@example.com --name Bench    # prints the password
    python -m benchmarks.staff_latency --email bench@example.com --password ... [--widgets 100]

Talks to the running shop of the SHOPKEEPER_* settings over real sockets. All conversations are
open at once, each claimed by the person; then, spread over some seconds, each shopper says
something and the person answers. The clock runs from the send to the frame on the other side.
"""

import argparse
import asyncio
import json
import statistics
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from common.settings import load_settings

WITHIN_S = 30.0
LIMIT_MS = 200.0


@dataclass
class Clock:
    """When each text was sent, and how long it took to be heard."""

    sent: dict[str, float] = field(default_factory=dict)
    heard: dict[str, asyncio.Future[float]] = field(default_factory=dict)

    def start(self, text: str) -> asyncio.Future[float]:
        """A future of the milliseconds until it is heard."""
        self.heard[text] = asyncio.get_running_loop().create_future()
        self.sent[text] = time.perf_counter()
        return self.heard[text]

    def stop(self, text: str) -> None:
        """It was heard, for the first time."""
        waiting = self.heard.get(text)
        if waiting is not None and not waiting.done():
            waiting.set_result((time.perf_counter() - self.sent[text]) * 1000)


async def listen(socket: ClientConnection, clock: Clock) -> None:
    """Stop the clock of everything that is heard here."""
    async for raw in socket:
        frame = json.loads(raw)
        if frame["type"] == "message":
            clock.stop(frame["message"]["text"])


async def open_widget(
    http: httpx.AsyncClient, address: str, clock: Clock
) -> tuple[str, ClientConnection, asyncio.Task[None]]:
    """A conversation with its socket, and the task that listens to it."""
    session = (await http.post("/api/chat/sessions", json={})).raise_for_status().json()
    socket = await connect(f"ws://{address}/api/chat/ws")
    await socket.send(json.dumps({"type": "auth", "token": session["token"]}))
    return session["session_id"], socket, asyncio.create_task(listen(socket, clock))


async def open_console(
    http: httpx.AsyncClient, address: str, csrf: str, clock: Clock
) -> asyncio.Task[None]:
    """The person's socket."""
    cookie = "; ".join(f"{name}={value}" for name, value in http.cookies.items())
    socket = await connect(f"ws://{address}/api/staff/ws", additional_headers={"Cookie": cookie})
    await socket.send(json.dumps({"type": "auth", "csrf_token": csrf}))
    ready: dict[str, Any] = json.loads(await socket.recv())
    assert ready["type"] == "ready", ready
    return asyncio.create_task(listen(socket, clock))


async def run(email: str, password: str, *, widgets: int, over: float) -> int:
    """Open, claim, talk both ways; 1 where either way takes too long."""
    address = f"127.0.0.1:{load_settings().port}"
    to_console, to_widget = Clock(), Clock()
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as http:
        login = await http.post("/api/staff/login", json={"email": email, "password": password})
        csrf = login.raise_for_status().json()["csrf_token"]
        headers = {"X-CSRF-Token": csrf}
        listening = [await open_console(http, address, csrf, to_console)]
        opened = [await open_widget(http, address, to_widget) for _ in range(widgets)]
        for conversation_id, _, _ in opened:
            claim = f"/api/staff/conversations/{conversation_id}/claim"
            (await http.post(claim, headers=headers)).raise_for_status()
        print(f"{widgets} conversations open and claimed")

        async def talk(at: int) -> tuple[float, float]:
            conversation_id, socket, _ = opened[at]
            await asyncio.sleep(over * at / widgets)
            frame = {"type": "message", "text": f"question {at}", "client_message_id": f"q{at}"}
            async with asyncio.timeout(WITHIN_S):
                asked = to_console.start(f"question {at}")
                await socket.send(json.dumps(frame))
                there = await asked
                answered = to_widget.start(f"answer {at}")
                answer = await http.post(
                    f"/api/staff/conversations/{conversation_id}/messages",
                    json={"text": f"answer {at}"},
                    headers=headers,
                )
                answer.raise_for_status()
                return there, await answered

        times = await asyncio.gather(*(talk(at) for at in range(widgets)))
        for task in [*listening, *(task for _, _, task in opened)]:
            task.cancel()
        for conversation_id, socket, _ in opened:
            await http.post(f"/api/staff/conversations/{conversation_id}/close", headers=headers)
            await socket.close()
    slowest = max(
        report("shopper to console", [there for there, _ in times]),
        report("person to shopper", [back for _, back in times]),
    )
    return int(slowest > LIMIT_MS)


def report(what: str, times: Sequence[float]) -> float:
    """Print the median, the 95th percentile and the longest; the 95th percentile."""
    p95 = statistics.quantiles(times, n=20)[-1]
    middle, longest = statistics.median(times), max(times)
    print(f"{what:18} {middle:7.1f} ms p50 {p95:7.1f} ms p95 {longest:7.1f} ms max")
    return p95


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--email", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--widgets", type=int, default=100)
    parser.add_argument("--over", type=float, default=20, help="seconds to spread messages over")
    asked = parser.parse_args()
    talking = run(asked.email, asked.password, widgets=asked.widgets, over=asked.over)
    return asyncio.run(talking)


if __name__ == "__main__":
    raise SystemExit(main())
