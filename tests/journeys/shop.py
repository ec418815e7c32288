"""A whole shop as its own processes, and shoppers who talk to it over HTTP."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port, free_ports

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 240.0


@dataclass(frozen=True)
class Turn:
    """What came back for one message."""

    state: str
    messages: list[dict[str, Any]]

    @property
    def text(self) -> str:
        return " ".join(message["text"] for message in self.messages)

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [card for message in self.messages for card in message["cards"]]

    @property
    def prices(self) -> list[float]:
        return [float(card["price"]["amount"]) for card in self.cards]

    @property
    def quick_replies(self) -> list[dict[str, str]]:
        return [reply for message in self.messages for reply in message["quick_replies"]]

    def reply_titled(self, words: str) -> str:
        """The payload of the quick reply whose title holds these words."""
        for reply in self.quick_replies:
            if words.lower() in reply["title"].lower():
                return reply["payload"]
        raise AssertionError(f"no quick reply {words!r} among {self.quick_replies}")


class Shopper:
    """One conversation over the chat API."""

    def __init__(self, base_url: str, *, customer: Mapping[str, str] | None = None) -> None:
        self.http = httpx.Client(base_url=base_url, timeout=30)
        opened = self.http.post(
            "/api/chat/sessions", json={"customer": customer} if customer else {}
        )
        assert opened.status_code == 201, opened.text
        session = opened.json()
        self.token: str = session["token"]
        self.session_id: str = session["session_id"]
        self.welcome = Turn(session["state"], session["messages"])
        self.http.headers["Authorization"] = f"Bearer {self.token}"

    def say(self, text: str) -> Turn:
        return self._send({"text": text})

    def tap(self, payload: str) -> Turn:
        return self._send({"payload": payload})

    def _send(self, body: Mapping[str, str]) -> Turn:
        answer = self.http.post(
            "/api/chat/messages", json={**body, "client_message_id": str(uuid.uuid4())}
        )
        assert answer.status_code == 200, answer.text
        told = answer.json()
        return Turn(told["state"], told["messages"])

    def until(self, words: str, *, seconds: float = 20.0) -> str:
        """Wait until the last thing said holds these words, whatever their case."""
        end = time.monotonic() + seconds
        while words.lower() not in (last := self.history()[-1]["text"]).lower():
            assert time.monotonic() < end, f"no {words!r} in time; last said: {last!r}"
            time.sleep(0.1)
        return str(last)

    def history(self) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = self.http.get("/api/chat/messages").json()["messages"]
        return messages


class RunningShop:
    """`shopkeeper up` in a folder of its own, on ports of its own."""

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        self.home = home
        # Two runs in a row leave ports in TIME_WAIT, so they are asked for afresh.
        self.port, self.port_base = free_port(), free_ports(4)
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            **os.environ,
            "SHOPKEEPER_HOME": str(home),
            "SHOPKEEPER_PORT": str(self.port),
            "SHOPKEEPER_PORT_BASE": str(self.port_base),
            "HF_HUB_OFFLINE": "1",
            **(settings or {}),
        }
        self.process: subprocess.Popen[bytes] | None = None

    def command(self, *arguments: str) -> Sequence[str]:
        return [str(Path(sys.executable).with_name("shopkeeper")), *arguments]

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `shopkeeper` command with this shop's settings."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, capture_output=True, text=True, cwd=ROOT
        )

    def start(self, *arguments: str) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        with (self.home / "up.log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command("up", *arguments),
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=ROOT,
            )
        deadline = time.monotonic() + READY_WITHIN_S
        while not self._is_ready():
            assert self.process.poll() is None, self._last_words()
            assert time.monotonic() < deadline, f"not ready in time: {self._last_words()}"
            time.sleep(0.5)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)

    def shopper(self, *, customer: Mapping[str, str] | None = None) -> Shopper:
        return Shopper(self.url, customer=customer)

    def internal(self, process: str) -> str:
        offset = ("rasa", "nlu", "recommender", "actions").index(process)
        return f"http://127.0.0.1:{self.port_base + offset}"

    def _is_ready(self) -> bool:
        try:
            return httpx.get(f"{self.url}/readyz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def _last_words(self) -> str:
        logs = [self.home / "up.log", *(self.home / "logs").glob("*.log")]
        return "\n".join(
            f"--- {log.name}\n{log.read_text(errors='replace')[-1500:]}" for log in logs
        )


def share_dialogue(home: Path) -> None:
    """Keep a new home's dialogue where other tests look for it too: whoever is first trains it."""
    trained = ROOT / ".cache" / "dialogue"
    trained.mkdir(parents=True, exist_ok=True)
    models = home / "models"
    models.mkdir(parents=True)
    (models / "dialogue").symlink_to(trained)
