"""Sizes, origins, and errors that are always JSON."""

from collections.abc import Iterator

import pytest

from tests.gateway.conftest import Gateway, on_sqlite

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


def test_answers_of_the_api_are_kept_in_no_cache(gateway: Gateway) -> None:
    chat = gateway.chat()

    response = gateway.client.get("/api/chat/messages", headers=chat.headers)

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
