"""Processes that live and do not answer, as after SIGSTOP: nobody waits for them for long."""

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from starlette.testclient import TestClient

from common.settings import Settings
from db.engine import session_factory
from gateway.app import Patience, create_app
from tests.gateway.conftest import Chat, FakeBot, FakeParser, Gateway, on_sqlite, stored

pytestmark = on_sqlite


@pytest.fixture
def stuck() -> Iterator[str]:
    """The kernel takes connections for a process that was stopped; the process takes none."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(100)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"


def titles(answer: dict[str, object]) -> list[str]:
    return [reply["title"] for reply in answer["quick_replies"]]  # type: ignore[attr-defined]


def test_a_stuck_rasa_is_apologised_for_in_time_with_ways_on(
    settings: Settings, database: Engine, patience: Patience, tmp_path: Path, stuck: str
) -> None:
    own = settings.model_copy(update={"rasa_url": stuck})
    app = create_app(own, parser=FakeParser(), patience=patience, web_dist=tmp_path)
    with TestClient(app, raise_server_exceptions=False) as client:
        shop = Gateway(
            client, app, own, session_factory(database), FakeParser(), FakeBot(), tmp_path
        )
        chat: Chat = shop.chat()
        started = time.monotonic()
        answer = chat.say("hello")["messages"][0]
        assert time.monotonic() - started < patience.bot + 4
        assert titles(answer) == ["Try again", "Talk to a person"]
        assert stored(shop, chat)[-1].degraded


def test_a_stuck_nlu_costs_its_time_once_and_then_the_menu_comes_at_once(
    settings: Settings, database: Engine, tmp_path: Path, stuck: str
) -> None:
    own = settings.model_copy(update={"nlu_url": stuck})
    patience = Patience(nlu=2.0, bot=3.0, first_frame=0.3, shutdown=2.0)
    app = create_app(own, bot=FakeBot(), patience=patience, web_dist=tmp_path)
    with TestClient(app, raise_server_exceptions=False) as client:
        shop = Gateway(
            client, app, own, session_factory(database), FakeParser(), FakeBot(), tmp_path
        )
        chat = shop.chat()
        for _ in range(3):
            chat.say("hello")
        started = time.monotonic()
        answer = chat.say("hello")["messages"][0]
        assert time.monotonic() - started < patience.nlu * 0.9
        assert "trouble understanding" in answer["text"]
        assert titles(answer)[0] == "Try again"
        assert titles(answer)[-1] == "Talk to a person"
