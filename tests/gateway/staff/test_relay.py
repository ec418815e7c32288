"""Two gateways over one PostgreSQL: what is said in one is heard in the other."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient, WebSocketTestSession

from common.settings import Settings
from gateway.app import Patience, create_app
from gateway.bot_client import Reply
from tests.gateway.conftest import FakeBot, FakeParser, Gateway
from tests.gateway.staff.conftest import Console, Office, hear, queued

pytestmark = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


@pytest.fixture
def other(
    gateway: Gateway, settings: Settings, database: Engine, patience: Patience, tmp_path: Path
) -> Iterator[TestClient]:
    """A second gateway beside the first."""
    app = create_app(
        settings, parser=FakeParser(), bot=FakeBot(), patience=patience, web_dist=tmp_path
    )
    with TestClient(app, raise_server_exceptions=False, client=("127.0.0.1", 50002)) as client:
        # Both must be listening before anything is said.
        time.sleep(0.5)
        yield client


def elsewhere(console: Console, other: TestClient) -> Console:
    """The same member of staff, with a browser that reached the other gateway."""
    other.cookies.update(console.client.cookies)
    return Console(other, console.csrf, console.user)


def hear_from(socket: WebSocketTestSession, role: str) -> dict[str, Any]:
    """The next message of this side."""
    message: dict[str, Any] = hear(socket, "message")["message"]
    while message["role"] != role:
        message = hear(socket, "message")["message"]
    return message


def test_shopper_and_person_meet_over_two_gateways(office: Office, other: TestClient) -> None:
    chat = queued(office.gateway)
    ana = elsewhere(office.sign_in("Ana"), other)

    with ana.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        ana.act("claim", chat)
        joined = hear(widget, "state", state="human")
        chat.say("are you there?")
        said = hear_from(console, "shopper")
        ana.say(chat, "Yes!")
        answered = hear_from(widget, "agent")

    assert joined["agent"] == "Ana"
    assert said["text"] == "are you there?"
    assert (answered["text"], answered["author"]) == ("Yes!", "Ana")


def test_a_message_too_long_for_a_notice_arrives_whole(office: Office, other: TestClient) -> None:
    chat, long = office.gateway.chat(), "文" * 5000
    office.gateway.bot.reply = lambda call: [Reply(text=long)]
    ana = elsewhere(office.sign_in("Ana"), other)

    with ana.attending() as console:
        chat.say("tell me everything")
        heard = hear_from(console, "bot")

    assert heard["text"] == long
