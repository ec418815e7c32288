"""Members of staff at consoles of their own, over the same gateway as the shoppers."""

import functools
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from starlette.testclient import TestClient, WebSocketTestSession

from db.tables.staff import StaffMember
from shop.staff import Role
from tests.gateway.conftest import Chat, Gateway

PASSWORD = "correct horse battery"


@functools.cache
def quick_hash() -> str:
    """A hash of the password that costs no time; real ones are tested in tests/shop."""
    return PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)


@dataclass
class Console:
    """One member of staff, signed in on a browser of their own."""

    client: TestClient
    csrf: str
    user: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.user["id"])

    def get(self, path: str, **query: Any) -> httpx.Response:
        return self.client.get(f"/api/staff{path}", params=query)

    def post(self, path: str, **body: Any) -> httpx.Response:
        return self.send("POST", path, **body)

    def send(self, method: str, path: str, **body: Any) -> httpx.Response:
        return self.client.request(
            method,
            f"/api/staff{path}",
            json=body or None,
            headers={"X-CSRF-Token": self.csrf},
        )

    def act(self, act: str, chat: Chat, **body: Any) -> httpx.Response:
        """Do something with a conversation."""
        return self.post(f"/conversations/{chat.id}/{act}", **body)

    def say(self, chat: Chat, text: str, **body: Any) -> dict[str, Any]:
        response = self.act("messages", chat, text=text, **body)
        assert response.status_code == 201, response.text
        said: dict[str, Any] = response.json()
        return said

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        response = self.get("/conversations", **query)
        assert response.status_code == 200, response.text
        conversations: list[dict[str, Any]] = response.json()["conversations"]
        return conversations

    def detail(self, chat: Chat) -> dict[str, Any]:
        response = self.get(f"/conversations/{chat.id}")
        assert response.status_code == 200, response.text
        detail: dict[str, Any] = response.json()
        return detail

    @contextmanager
    def attending(self) -> Iterator[WebSocketTestSession]:
        """The console's socket, past its greeting."""
        with self.client.websocket_connect("/api/staff/ws") as socket:
            socket.send_json({"type": "auth", "csrf_token": self.csrf})
            assert socket.receive_json()["type"] == "ready"
            yield socket


def hear(socket: WebSocketTestSession, kind: str, **holds: Any) -> dict[str, Any]:
    """The next frame of this kind that says so; those before it are passed over."""
    for _ in range(60):
        frame: dict[str, Any] = socket.receive_json()
        if frame["type"] == kind and holds.items() <= frame.items():
            return frame
    raise AssertionError(f"no {kind} frame came")


@dataclass
class Office:
    """The gateway and its staff."""

    gateway: Gateway

    def hire(self, name: str, *, role: Role = "agent") -> str:
        """An account; its address."""
        email = f"{name.lower()}@shop.example"
        self.gateway.add(
            StaffMember(
                id=uuid.uuid4().hex, email=email, name=name, role=role, password_hash=quick_hash()
            )
        )
        return email

    def browser(self) -> TestClient:
        """A browser that knows no cookies yet, on the gateway that is running."""
        client = TestClient(
            self.gateway.app, raise_server_exceptions=False, client=("127.0.0.1", 50001)
        )
        # On the event loop of the gateway that runs already: sockets and hub live there.
        client.portal = self.gateway.client.portal
        return client

    def sign_in(self, name: str, *, role: Role = "agent") -> Console:
        """Somebody new, at their console."""
        email = self.hire(name, role=role)
        client = self.browser()
        response = client.post("/api/staff/login", json={"email": email, "password": PASSWORD})
        assert response.status_code == 200, response.text
        return Console(client, response.json()["csrf_token"], response.json()["user"])


@pytest.fixture
def office(gateway: Gateway) -> Office:
    gateway.parser.intents |= {"a person please": "human_handoff"}
    return Office(gateway)


def queued(gateway: Gateway, **session: Any) -> Chat:
    """A conversation that waits for a person."""
    chat = gateway.chat(**session)
    assert chat.say("a person please")["state"] == "queued"
    return chat
