"""The way to Rasa: an answer, or a failure that is named as one."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from common.errors import ServiceUnavailable
from gateway.bot_client import RasaClient, Reply
from tests.gateway.conftest import a_parse

Handler = Callable[[httpx.Request], Any]


def ask(handler: Handler, *, timeout: float = 1.0) -> list[Reply]:
    async def scene() -> list[Reply]:
        transport = httpx.MockTransport(handler)
        async with httpx.AsyncClient(base_url="http://rasa", transport=transport) as client:
            return await RasaClient(client, timeout=timeout).answer(
                "c1", text="hi", parse=a_parse("greet"), metadata={"locale": "en"}
            )

    return asyncio.run(scene())


def test_a_turn_carries_text_parse_and_metadata_and_brings_every_message() -> None:
    asked: list[httpx.Request] = []

    def rasa(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        messages = [
            {"text": "Hello", "buttons": [{"title": "A", "payload": "/a"}], "custom": {}},
            {"text": None, "custom": {"cards": []}},
        ]
        return httpx.Response(200, json={"messages": messages})

    replies = ask(rasa)

    assert asked[0].url.path == "/webhooks/gateway/webhook"
    assert asked[0].headers["X-Conversation-Id"] == "c1"
    body = json.loads(asked[0].content)
    assert (body["conversation_id"], body["text"]) == ("c1", "hi")
    assert body["parse"]["intent"]["name"] == "greet"
    assert body["metadata"] == {"conversation_id": "c1", "locale": "en"}
    assert [reply.text for reply in replies] == ["Hello", None]


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(500, json={"error": "nothing_said"}),
        httpx.Response(401, json={}),
        httpx.Response(200, json={"messages": []}),
        httpx.Response(200, json=[]),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, content=b""),
    ],
)
def test_anything_but_an_answer_is_a_failure(response: httpx.Response) -> None:
    with pytest.raises(ServiceUnavailable):
        ask(lambda _: response)


def test_a_rasa_that_is_not_there_is_a_failure() -> None:
    def gone(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    with pytest.raises(ServiceUnavailable):
        ask(gone)


def test_a_rasa_that_takes_too_long_is_a_failure() -> None:
    async def slow(_: httpx.Request) -> httpx.Response:
        await asyncio.sleep(10)
        return httpx.Response(200)

    with pytest.raises(ServiceUnavailable):
        ask(slow, timeout=0.05)
