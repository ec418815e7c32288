"""A hundred widgets open at once: each says something, and each hears what is meant for it.

    python -m benchmarks.widgets_open [--widgets 100] [--over 30] [--idle 10]

Talks to the running shop of the SHOPKEEPER_* settings as the widget does: a session by request,
then a socket, which first idles and then carries one message. The messages are spread evenly over
some seconds; with --over 0 they come in the same instant. Whatever is lost, doubled or heard by the
wrong widget is counted, and makes the run fail.
"""

import argparse
import asyncio
import json
import statistics
import time
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect

from common.settings import load_settings

SAYINGS = ("sneakers under 90", "a lamp for the desk", "what is your return policy?", "hello")
ANSWER_WITHIN_S = 60.0


@dataclass
class Widget:
    """One shopper's open chat.

    Attributes:
        ack_ms, answer_ms: from sending until it was stored, and until it was answered.
        heard: how often each message came by this socket, by its id.
    """

    session_id: str
    token: str
    socket: ClientConnection
    ack_ms: float = 0.0
    answer_ms: float = 0.0
    heard: Counter[str] = field(default_factory=Counter)

    async def say(self, text: str) -> None:
        """Say something and listen until the answer is whole."""
        mine = str(uuid.uuid4())
        frame = {"type": "message", "text": text, "client_message_id": mine}
        began = time.perf_counter()
        await self.socket.send(json.dumps(frame))
        async with asyncio.timeout(ANSWER_WITHIN_S):
            while True:
                frame = json.loads(await self.socket.recv())
                elapsed = (time.perf_counter() - began) * 1000
                if frame["type"] == "ack" and frame["client_message_id"] == mine:
                    self.ack_ms = elapsed
                elif frame["type"] == "message":
                    self.heard[frame["message"]["id"]] += 1
                    if frame["message"]["role"] == "bot":
                        self.answer_ms = elapsed
                elif frame["type"] == "error":
                    raise AssertionError(f"refused: {frame}")
                elif frame["type"] == "state" and self.answer_ms:
                    return


async def open_widget(http: httpx.AsyncClient, address: str) -> Widget:
    """A session, and its socket once the shop has taken the token."""
    answer = await http.post("/api/chat/sessions", json={})
    answer.raise_for_status()
    session: dict[str, Any] = answer.json()
    socket = await connect(address)
    await socket.send(json.dumps({"type": "auth", "token": session["token"]}))
    state = json.loads(await socket.recv())
    assert state["type"] == "state", state
    return Widget(session["session_id"], session["token"], socket)


async def faults_of(http: httpx.AsyncClient, widget: Widget, text: str) -> list[str]:
    """What the shop's own record of the conversation says that this widget did not hear so."""
    answer = await http.get(
        "/api/chat/messages", headers={"Authorization": f"Bearer {widget.token}"}
    )
    messages = answer.json()["messages"]
    said = [message["text"] for message in messages if message["role"] == "shopper"]
    known = {message["id"] for message in messages[1:]}
    return [
        *([f"stored {said}"] if said != [text] else []),
        *([f"not heard: {known - set(widget.heard)}"] if known - set(widget.heard) else []),
        *([f"another's: {set(widget.heard) - known}"] if set(widget.heard) - known else []),
        *(f"heard {count} times: {one}" for one, count in widget.heard.items() if count > 1),
    ]


async def run(count: int, *, over: float, idle: float) -> int:
    """Open, wait, talk, compare; the number of widgets that something was wrong with."""
    address = f"127.0.0.1:{load_settings().port}"
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=60) as http:
        began = time.perf_counter()
        opened = [open_widget(http, f"ws://{address}/api/chat/ws") for _ in range(count)]
        widgets = await asyncio.gather(*opened)
        print(f"{count} widgets open in {time.perf_counter() - began:.1f} s")
        await asyncio.sleep(idle)

        async def talk(at: int, widget: Widget, text: str) -> None:
            await asyncio.sleep(over * at / count)
            await widget.say(text)

        texts = list(islice(cycle(SAYINGS), count))
        turns = [talk(at, *pair) for at, pair in enumerate(zip(widgets, texts, strict=True))]
        ended = await asyncio.gather(*turns, return_exceptions=True)
        failed = [f"{type(one).__name__}: {one}" for one in ended if isinstance(one, Exception)]
        faults = [await faults_of(http, *pair) for pair in zip(widgets, texts, strict=True)]
        for widget in widgets:
            await widget.socket.close()
    say("stored", [widget.ack_ms for widget in widgets if widget.ack_ms])
    say("answered", [widget.answer_ms for widget in widgets if widget.answer_ms])
    wrong = [*failed, *(str(found) for found in faults if found)]
    print(f"lost, doubled or misheard: {len(wrong)}", *wrong[:5], sep="\n  ")
    return len(wrong)


def say(what: str, times: Sequence[float]) -> None:
    """Print the median, the 95th percentile and the longest."""
    if len(times) > 1:
        p95 = statistics.quantiles(times, n=20)[-1]
        middle, longest = statistics.median(times), max(times)
        print(f"{what:9} {middle:7.0f} ms p50 {p95:7.0f} ms p95 {longest:7.0f} ms max")


def main() -> int:
    """Measure and print; 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--widgets", type=int, default=100)
    parser.add_argument("--over", type=float, default=30, help="seconds to spread messages over")
    parser.add_argument("--idle", type=float, default=10, help="seconds open before the first")
    asked = parser.parse_args()
    return min(1, asyncio.run(run(asked.widgets, over=asked.over, idle=asked.idle)))


if __name__ == "__main__":
    raise SystemExit(main())
