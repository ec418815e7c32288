import asyncio
import json
import subprocess
import sys
from collections.abc import Callable

import httpx
import pytest

from common.errors import ServiceUnavailable
from nlu.client import AsyncNluClient, NluClient

PARSE = {
    "text": "red boots",
    "intent": {"name": "search_product", "confidence": 0.9},
    "intent_ranking": [{"name": "search_product", "confidence": 0.9}],
    "entities": [
        {"entity": "color", "value": "red", "start": 0, "end": 3, "role": "include"},
        {"entity": "price_max", "value": 80.0, "start": 0, "end": 0, "role": "include"},
        {"entity": "category", "value": "sandals", "start": 4, "end": 9, "role": "exclude"},
    ],
    "sentiment": {"label": "neutral", "score": 0.0, "confidence": 0.9},
}

Handler = Callable[[httpx.Request], httpx.Response]


def a_client(handler: Handler, **options: object) -> NluClient:
    return NluClient("http://nlu", transport=httpx.MockTransport(handler), **options)  # type: ignore[arg-type]


def answering(status: int, body: object) -> Handler:
    return lambda _: httpx.Response(status, json=body)


def test_a_parse_comes_back_typed() -> None:
    with a_client(answering(200, PARSE)) as client:
        parse = client.parse("red boots")
    assert parse.intent.name == "search_product"
    assert parse.named("color") == ["red"]
    assert parse.named("category") == []
    assert parse.named("category", role="exclude") == ["sandals"]
    assert parse.named("price_max") == [80.0]


def test_headers_travel_with_every_call() -> None:
    seen: list[httpx.Request] = []

    def remember(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=PARSE)

    client = a_client(remember, headers={"X-Internal-Secret": "s"})
    client.parse("red boots", headers={"X-Conversation-Id": "c1"})
    assert seen[0].headers["x-internal-secret"] == "s"
    assert seen[0].headers["x-conversation-id"] == "c1"
    assert json.loads(seen[0].content) == {"text": "red boots"}


def test_the_other_calls_unwrap_their_answers() -> None:
    answers = {
        "/model/parse/batch": {"parses": [PARSE, PARSE]},
        "/embed": {"vectors": [[1.0, 0.0]]},
        "/faq/search": {
            "entries": [{"id": "f1", "question": "q", "answer": "a", "score": 0.7}],
            "answerable": True,
        },
        "/model": {"base": "b", "adapter": "a", "labels": ["x"], "entities": [], "version": "1"},
    }
    client = a_client(lambda request: httpx.Response(200, json=answers[request.url.path]))
    assert len(client.parse_batch(["a", "b"])) == 2
    assert client.embed(["a"]) == [[1.0, 0.0]]
    assert client.search_faq("returns?", k=1).entries[0].id == "f1"
    assert client.model().labels == ["x"]


def too_slow(_: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("too slow")


@pytest.mark.parametrize(
    "handler",
    [answering(500, {}), answering(401, {}), answering(200, {"intent": None}), too_slow],
)
def test_whatever_goes_wrong_is_an_unavailable_service(handler: Handler) -> None:
    with pytest.raises(ServiceUnavailable):
        a_client(handler).parse("hi")

    async def ask() -> None:
        client = AsyncNluClient("http://nlu", transport=httpx.MockTransport(handler))
        try:
            await client.parse("hi")
        finally:
            await client.aclose()

    with pytest.raises(ServiceUnavailable):
        asyncio.run(ask())


def test_the_client_needs_no_torch() -> None:
    code = "import sys, nlu.client, nlu.wire; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
