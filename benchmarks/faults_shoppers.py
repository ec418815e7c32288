"""Shoppers for faults.py: they talk like the widget and never send a message twice as two."""

import json
import random
import threading
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

SEARCHES = ("red sneakers", "lamps under 60", "a gift for my sister", "mugs", "bags under $90")
TALK = ("what is your return policy?", "show my cart", "thank you", "show me more", *SEARCHES)
# The quantity each asks for.
ADDS = {"add the first one to my cart": 1, "add two of the second one to my cart": 2}
AGAIN = "Try again"
ANSWER_WITHIN_S = 20.0
GIVE_UP_S = 240.0


@dataclass
class Said:
    """One message of a shopper and what they got for it."""

    conversation_id: str
    client_message_id: str
    text: str
    answers: list[dict[str, Any]] = field(default_factory=list)
    seconds: float = 0.0
    tries: int = 1

    @property
    def words(self) -> str:
        return " ".join(answer["text"] for answer in self.answers)

    @property
    def again(self) -> str | None:
        """The payload of the button for another try, where it was an apology."""
        replies = [reply for answer in self.answers for reply in answer["quick_replies"]]
        return next((reply["payload"] for reply in replies if reply["title"] == AGAIN), None)


class Crowd:
    """How many turns are under way, and whether it is time to go home."""

    def __init__(self) -> None:
        self.leaving = threading.Event()
        self.said: list[Said] = []
        self._under_way = 0
        self._lock = threading.Lock()

    @contextmanager
    def turn(self) -> Iterator[None]:
        with self._lock:
            self._under_way += 1
        try:
            yield
        finally:
            with self._lock:
                self._under_way -= 1

    @property
    def under_way(self) -> int:
        return self._under_way


class Shopper(threading.Thread):
    """One conversation after another. Presses "Try again" until there is a real answer."""

    def __init__(
        self, url: str, crowd: Crowd, *, by_socket: bool, seed: int, pause: float = 0.4
    ) -> None:
        super().__init__(daemon=True)
        self._http = httpx.Client(base_url=url, timeout=ANSWER_WITHIN_S)
        self._ws = url.replace("http", "ws", 1) + "/api/chat/ws"
        self._crowd = crowd
        self._by_socket = by_socket
        self._chance = random.Random(seed)
        self._pause = pause
        self._token = self._here = ""
        self.trouble: list[str] = []

    def run(self) -> None:
        try:
            while not self._crowd.leaving.is_set():
                self._begin()
                for _ in range(self._chance.randint(6, 14)):
                    if self._crowd.leaving.is_set():
                        break
                    self._hold_turn(self._next_words())
                    time.sleep(self._chance.uniform(0, 2 * self._pause))
        except Exception as error:
            self.trouble.append(f"{type(error).__name__}: {error}")
            raise

    def _next_words(self) -> str:
        last = next(
            (s for s in reversed(self._crowd.said) if s.conversation_id == self._here), None
        )
        shown = last is not None and any(answer["cards"] for answer in last.answers)
        if shown and last is not None and last.text in SEARCHES:
            return self._chance.choice(list(ADDS))
        return self._chance.choice(SEARCHES if last is None else TALK)

    def _begin(self) -> None:
        until = time.monotonic() + GIVE_UP_S
        while time.monotonic() < until:
            try:
                opened = self._http.post("/api/chat/sessions", json={})
            except httpx.HTTPError:
                time.sleep(0.5)
                continue
            if opened.status_code == 201:
                self._token, self._here = opened.json()["token"], opened.json()["session_id"]
                return
            time.sleep(0.5)
        raise TimeoutError("no conversation could be begun")

    def _hold_turn(self, text: str) -> None:
        said = self._say(text, {"text": text})
        while said.again is not None and not self._crowd.leaving.wait(self._chance.uniform(1, 4)):
            said = self._say(AGAIN, {"payload": said.again})

    def _say(self, text: str, body: Mapping[str, str]) -> Said:
        said = Said(self._here, str(uuid.uuid4()), text)
        frame = {**body, "client_message_id": said.client_message_id}
        begun = time.monotonic()
        with self._crowd.turn():
            if self._by_socket:
                said.answers = self._by_frames(frame)
                said.tries += not said.answers
            while not said.answers:
                said.answers = self._by_request(frame)
                if not said.answers:
                    said.tries += 1
                    if time.monotonic() - begun > GIVE_UP_S:
                        break
                    time.sleep(self._chance.uniform(0.3, 1.0))
        said.seconds = time.monotonic() - begun
        self._crowd.said.append(said)
        return said

    def _by_request(self, frame: Mapping[str, str]) -> list[dict[str, Any]]:
        try:
            answer = self._http.post(
                "/api/chat/messages", json=frame, headers={"Authorization": f"Bearer {self._token}"}
            )
        except httpx.HTTPError:
            return []
        if answer.status_code == 200:
            messages: list[dict[str, Any]] = answer.json()["messages"]
            return messages
        if answer.status_code < 500 and answer.status_code != 429:
            raise AssertionError(f"{answer.status_code}: {answer.text[:200]}")
        return []

    def _by_frames(self, frame: Mapping[str, str]) -> list[dict[str, Any]]:
        """The answers by socket; none where it breaks off, and then they are asked for."""
        answers: list[dict[str, Any]] = []
        acknowledged = False
        try:
            with connect(self._ws, open_timeout=5, close_timeout=1) as socket:
                socket.send(json.dumps({"type": "auth", "token": self._token}))
                socket.send(json.dumps({"type": "message", **frame}))
                while True:
                    heard = json.loads(socket.recv(timeout=ANSWER_WITHIN_S))
                    acknowledged = acknowledged or heard["type"] == "ack"
                    if heard["type"] == "error":
                        return []
                    if heard["type"] == "message" and heard["message"]["role"] == "bot":
                        answers.append(heard["message"])
                    if heard["type"] == "state" and acknowledged and answers:
                        return answers
        except (OSError, TimeoutError, WebSocketException):
            return []
