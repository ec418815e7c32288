"""Reading what was said, and what a button stands for."""

import asyncio
import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, ClassVar

import pytest

from common.settings import Settings
from gateway.understanding import Meaning, NluParser, meaning_of, read_command
from shop.identity import sign
from tests.gateway.conftest import Gateway, on_sqlite


def test_a_command_names_its_intent_and_entities() -> None:
    parse = read_command('/refine_search{"price_max": 50, "color": ["red", "blue"]}')

    assert parse["intent"] == {"name": "refine_search", "confidence": 1.0}
    entities = [(entity["entity"], entity["value"]) for entity in parse["entities"]]
    assert entities == [("price_max", 50), ("color", "red"), ("color", "blue")]
    assert parse["sentiment"]["label"] == "neutral"


def test_a_command_may_be_an_intent_alone() -> None:
    assert read_command("/human_handoff")["entities"] == []


@pytest.mark.parametrize("payload", ["words", "/", "/a b", "/a{", '/a{"b": {}}', "/a{7}"])
def test_nonsense_is_no_command(payload: str) -> None:
    with pytest.raises(ValueError):
        read_command(payload)


def test_a_button_stands_for_a_command_or_for_words() -> None:
    assert meaning_of("/help", title="What can you do?") == Meaning("What can you do?", "/help")
    assert meaning_of("red shoes", title="Red") == Meaning("red shoes")


class _Nlu(BaseHTTPRequestHandler):
    """Answers like the NLU server, and keeps what it was asked."""

    asked: ClassVar[list[dict[str, Any]]] = []

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = json.dumps(
            {"text": "hi", "intent": {"name": "greet", "confidence": 1}, "model_version": "new@1"}
        ).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing."""


def test_the_server_learns_a_pseudonym_that_stays_the_same() -> None:
    _Nlu.asked.clear()
    with HTTPServer(("127.0.0.1", 0), _Nlu) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings = Settings(
            secret_key="s", nlu_url=f"http://127.0.0.1:{server.server_port}", _env_file=None
        )
        parser = NluParser(settings, timeout=5)

        async def ask() -> None:
            for shopper in ("mia@shop.example", "mia@shop.example", "ben"):
                parse = await parser.parse("hi", shopper=shopper)
                assert parse["model_version"] == "new@1"
            await parser.aclose()

        asyncio.run(ask())
        server.shutdown()
    first, second, other = [each["shopper"] for each in _Nlu.asked]
    assert first == second != other
    assert "mia" not in first


@on_sqlite
def test_a_customer_is_one_shopper_in_all_conversations_and_a_guest_in_one(
    gateway: Gateway,
) -> None:
    signature = sign("c1", key=gateway.settings.identity_key)
    signed = {"id": "c1", "signature": signature}
    for session in ({}, {"customer": signed}, {"customer": signed}):
        gateway.chat(**session).say("red shoes")
    guest, *customer = gateway.parser.shoppers
    assert customer == ["c1", "c1"]
    assert guest not in ("", "c1")
