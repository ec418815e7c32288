"""Sizes, times, origins, and errors that are always JSON."""

import socket
from collections.abc import Iterator
from contextlib import suppress

import httpx
import pytest
from sqlalchemy import Engine
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from common.settings import Settings
from gateway.__main__ import server_options
from gateway.app import Patience, create_app
from tests.gateway.conftest import FakeBot, FakeParser, Gateway, on_sqlite
from tests.gateway.serving import serving

pytestmark = on_sqlite

SHOP = "https://shop.example"
STRANGER = "https://stranger.example"


def test_a_body_over_the_limit_is_413(gateway: Gateway) -> None:
    chat = gateway.chat()

    response = chat.send(text="x" * 70_000)

    assert response.status_code == 413
    assert response.json()["error"] == "body_too_large"


def test_a_body_that_hides_its_size_is_413_too(gateway: Gateway) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    headers = {**gateway.chat().headers, "Content-Type": "application/json"}
    response = gateway.client.post("/api/chat/messages", content=endless(), headers=headers)

    assert response.status_code == 413
    assert response.json()["error"] == "body_too_large"


def test_events_may_be_larger_but_not_endless(gateway: Gateway) -> None:
    headers = {"X-Events-Key": gateway.settings.events_key}
    big, huge = ({"events": [], "filler": "x" * size} for size in (1_000_000, 2_200_000))

    assert gateway.client.post("/api/events", json=big, headers=headers).status_code == 202
    assert gateway.client.post("/api/events", json=huge, headers=headers).status_code == 413


@pytest.mark.parametrize(("origin", "allowed"), [(SHOP, SHOP), (STRANGER, None)])
def test_only_the_shops_own_sites_may_call(
    gateway: Gateway, origin: str, allowed: str | None
) -> None:
    asked = gateway.client.options(
        "/api/chat/messages",
        headers={
            "Origin": origin,
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization,content-type",
        },
    )
    called = gateway.client.get("/api/demo", headers={"Origin": origin})

    assert asked.headers.get("access-control-allow-origin") == allowed
    assert called.headers.get("access-control-allow-origin") == allowed


def test_an_error_can_be_read_by_the_shops_own_sites(gateway: Gateway) -> None:
    response = gateway.client.get("/api/chat/messages", headers={"Origin": SHOP})

    assert response.status_code == 401
    assert response.headers["access-control-allow-origin"] == SHOP


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/nothing", 404, "not_found"),
        ("DELETE", "/api/chat/messages", 405, "method_not_allowed"),
    ],
)
def test_errors_are_json(gateway: Gateway, method: str, path: str, status: int, code: str) -> None:
    response = gateway.client.request(method, path)

    assert response.status_code == status
    assert response.json()["error"] == code


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/api/chat/messages", "GET, POST"),
        ("GET", "/api/chat/consent", "POST"),
        ("POST", "/media/p1.webp", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_told_the_right_ones(
    gateway: Gateway, method: str, path: str, allowed: str
) -> None:
    assert gateway.client.request(method, path).headers["allow"] == allowed


def test_answers_of_the_api_are_kept_in_no_cache(gateway: Gateway) -> None:
    chat = gateway.chat()

    response = gateway.client.get("/api/chat/messages", headers=chat.headers)

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def door(settings: Settings, database: Engine) -> Iterator[str]:
    """The gateway as the public meets it, on a port of its own."""
    app = create_app(
        settings, parser=FakeParser(), bot=FakeBot(), patience=Patience(body=0.4, first_frame=0.4)
    )
    with serving(app, **server_options(settings)) as address:
        yield address


def knock(address: str, *parts: bytes) -> bytes:
    """What comes back for these bytes until the other side hangs up, or for five seconds."""
    host, _, port = address.removeprefix("http://").partition(":")
    answer = b""
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        # Who is refused in the middle is hung up on.
        with suppress(OSError):
            for part in parts:
                connection.sendall(part)
        with suppress(OSError):
            while piece := connection.recv(65_536):
                answer += piece
    return answer


def test_headers_without_end_are_hung_up_on(door: str) -> None:
    answer = knock(door, b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ", *[b"x" * 65_536] * 20)

    assert b"200 OK" not in answer
    assert httpx.get(f"{door}/healthz").status_code == 200


def test_a_body_that_does_not_arrive_is_408(door: str) -> None:
    head = b"POST /api/chat/sessions HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\n"
    answer = knock(door, head + b"Content-Type: application/json\r\n\r\n{")

    assert answer.startswith(b"HTTP/1.1 408")
    assert b'"body_too_slow"' in answer


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b'{"locale": "\xff\xfe"}', 400),
        (b'{"locale": "\\u0000en"}', 201),
        (b'{"locale": "\\ud800"}', 201),
        (b'{"locale": ' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400),
        (b'{"locale": ' + b"9" * 50_000 + b"}", 400),
        (b'{"locale": 1e999}', 422),
        (b'{"locale": NaN}', 422),
        (b'{"page": {"url": "http://x/\\u0000"}}', 201),
        (b'{"page": {"url": "/", "product_id": "\\u0000"}}', 422),
        (b'{"customer": {"id": "\\ud800", "signature": ""}}', 422),
    ],
)
def test_odd_bodies_are_taken_or_refused_and_break_nothing(
    door: str, body: bytes, status: int
) -> None:
    response = httpx.post(
        f"{door}/api/chat/sessions", content=body, headers={"Content-Type": "application/json"}
    )

    assert response.status_code == status, response.text


def test_a_frame_over_the_limit_closes_its_socket_alone(door: str) -> None:
    address = door.replace("http", "ws") + "/api/chat/ws"

    with connect(address) as socket_of_a_bully:
        socket_of_a_bully.send('{"type": "auth", "token": "' + "x" * 70_000 + '"}')
        with pytest.raises(ConnectionClosed) as closed:
            socket_of_a_bully.recv(timeout=5)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009
    assert httpx.get(f"{door}/healthz").status_code == 200


def test_only_a_trusted_proxy_says_who_asks(settings: Settings, database: Engine) -> None:
    settings = settings.model_copy(update={"rate_sessions": "1/minute"})
    stranger = {"X-Forwarded-For": "203.0.113.7"}

    def statuses(trusted: str) -> list[int]:
        own = settings.model_copy(update={"trusted_proxies": trusted})
        app = create_app(own, parser=FakeParser(), bot=FakeBot())
        with serving(app, **server_options(own)) as address:
            sessions = f"{address}/api/chat/sessions"
            return [httpx.post(sessions, json={}, headers=stranger).status_code for _ in range(2)]

    assert statuses("127.0.0.1") == [201, 429]
    # Loopback itself is not limited: the header was not believed.
    assert statuses("10.0.0.0/8") == [201, 201]
