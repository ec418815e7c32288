"""A gateway over a real database, with fakes where Rasa and the NLU server would be."""

import asyncio
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker
from starlette.testclient import TestClient

from common.errors import ServiceUnavailable
from common.settings import Settings
from db.engine import session_factory
from db.tables.conversations import Message
from gateway.app import Patience, create_app
from gateway.bot_client import Button, Reply
from gateway.understanding import Parse, read_command


def a_parse(intent: str = "search_product", *, text: str = "", **entities: object) -> Parse:
    """What the NLU would make of a text."""
    named = "".join(f' "{name}": "{value}",' for name, value in entities.items()).rstrip(",")
    return {**read_command(f"/{intent}{{{named}}}"), "text": text}


class FakeParser:
    """Reads the intents and moods it was told; the rest are searches in no mood."""

    def __init__(self) -> None:
        self.intents: dict[str, str] = {}
        self.scores: dict[str, float] = {}
        self.asked: list[str] = []
        self.shoppers: list[str] = []
        self.version = "fake@1"
        self.down = False
        self.crashes = False
        self.delay = 0.0

    async def parse(self, text: str, *, shopper: str) -> Parse:
        self.asked.append(text)
        self.shoppers.append(shopper)
        await asyncio.sleep(self.delay)
        if self.down:
            raise ServiceUnavailable("down for the test")
        if self.crashes:
            raise RuntimeError("a bug for the test")
        if text.startswith("/"):
            return read_command(text)
        parse = a_parse(self.intents.get(text, "search_product"), text=text)
        read = {"tapped": False, "model_version": self.version}
        return {**parse, **read, "sentiment": self._sentiment(text)}

    def _sentiment(self, text: str) -> dict[str, object]:
        score = self.scores.get(text, 0.0)
        label = "negative" if score < 0 else "positive" if score > 0 else "neutral"
        return {"label": label, "score": score, "confidence": 1.0}


@dataclass
class Call:
    """One turn as the bot was asked for it."""

    conversation_id: str
    text: str
    parse: Parse
    metadata: Mapping[str, Any]


def echo(call: Call) -> list[Reply]:
    """Answers with what was said."""
    return [Reply(text=f"You said: {call.text}")]


class FakeBot:
    """Answers as it was told, and notes what it was asked."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.reply: Callable[[Call], list[Reply]] = echo
        self.down = False
        self.delay: Callable[[str], float] = lambda text: 0.0

    async def answer(
        self, conversation_id: str, *, text: str, parse: Parse, metadata: Mapping[str, Any]
    ) -> list[Reply]:
        call = Call(conversation_id, text, parse, metadata)
        self.calls.append(call)
        await asyncio.sleep(self.delay(text))
        if self.down:
            raise ServiceUnavailable("down for the test")
        return self.reply(call)

    def offers(self, title: str, payload: str) -> None:
        """Answer with one button from now on."""
        self.reply = lambda call: [
            Reply(text="Shall I?", buttons=[Button(title=title, payload=payload)])
        ]


@dataclass
class Chat:
    """One conversation over REST."""

    client: TestClient
    session: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.session["session_id"])

    @property
    def token(self) -> str:
        return str(self.session["token"])

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def send(self, **body: Any) -> Any:
        """The raw response to a message."""
        return self.client.post("/api/chat/messages", json=body, headers=self.headers)

    def say(self, text: str, **body: Any) -> dict[str, Any]:
        """The answers to a text."""
        response = self.send(text=text, **body)
        assert response.status_code == 200, response.text
        answered: dict[str, Any] = response.json()
        return answered

    def tap(self, reply: Mapping[str, str], **body: Any) -> dict[str, Any]:
        """The answers to a quick reply."""
        response = self.send(payload=reply["payload"], **body)
        assert response.status_code == 200, response.text
        answered: dict[str, Any] = response.json()
        return answered

    def history(self, **query: Any) -> list[dict[str, Any]]:
        """Both sides."""
        response = self.client.get("/api/chat/messages", params=query, headers=self.headers)
        assert response.status_code == 200, response.text
        messages: list[dict[str, Any]] = response.json()["messages"]
        return messages


@dataclass
class Gateway:
    """The application under test and what stands around it."""

    client: TestClient
    app: FastAPI
    settings: Settings
    sessions: sessionmaker[Session]
    parser: FakeParser
    bot: FakeBot
    web_dist: Path

    def chat(self, **body: Any) -> Chat:
        """A conversation that has just begun."""
        response = self.client.post("/api/chat/sessions", json=body)
        assert response.status_code == 201, response.text
        return Chat(self.client, response.json())

    def add(self, *rows: object) -> None:
        """Put rows into the database."""
        with self.sessions.begin() as session:
            session.add_all(rows)


# For tests that look at words and wires alone: the second database would tell nothing new.
on_sqlite = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def an_id() -> str:
    """A fresh client_message_id."""
    return str(uuid.uuid4())


def texts(messages: list[dict[str, Any]]) -> list[str]:
    """What was said."""
    return [message["text"] for message in messages]


def wait_until(holds: Callable[[], bool], *, seconds: float = 5.0) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        _env_file=None,
        home=tmp_path,
        database_url=database_url,
        secret_key="secret-of-the-test",
        identity_key="identity-of-the-test",
        events_key="events-of-the-test",
        shop_name="Corner Shop",
        allowed_origins=["https://shop.example"],
        # Nothing listens there.
        rasa_url="http://127.0.0.1:1",
        nlu_url="http://127.0.0.1:1",
        recommender_url="http://127.0.0.1:1",
        actions_url="http://127.0.0.1:1",
    )


@pytest.fixture
def patience() -> Patience:
    """Short enough to test that it ends, long enough for a busy machine."""
    return Patience(nlu=0.5, bot=0.8, first_frame=1.5, shutdown=2.0)


@pytest.fixture
def gateway(
    settings: Settings, database: Engine, patience: Patience, tmp_path: Path
) -> Iterator[Gateway]:
    parser, bot = FakeParser(), FakeBot()
    dist = tmp_path / "dist"
    app = create_app(settings, parser=parser, bot=bot, patience=patience, web_dist=dist)
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50000)) as client:
        yield Gateway(client, app, settings, session_factory(database), parser, bot, dist)


def stored(gateway: Gateway, chat: Chat) -> list[Message]:
    with gateway.sessions() as session:
        rows = select(Message).where(Message.conversation_id == chat.id).order_by(Message.id)
        return list(session.scalars(rows))
