"""The webhook: Telegram alone may call it, and what it brings is done once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from common.settings import Settings
from db.tables.base import now
from db.tables.telegram import TelegramUpdate
from gateway.channels.telegram.connection import PATH, public_url, webhook_url
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop, settle

HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
def hooked(idle_shop: TelegramShop) -> Iterator[TelegramShop]:
    """A shop that Telegram calls."""
    with idle_shop.running(telegram_webhook_url="https://shop.example", public_url=None):
        idle_shop.api.proxies["https://shop.example"] = idle_shop.url
        wait_until(lambda: bool(idle_shop.api.webhook), seconds=15)
        yield idle_shop


def test_telegram_calls_the_webhook_and_each_update_is_done_once(hooked: TelegramShop) -> None:
    maya = hooked.begins()
    update = maya.says("hello")
    maya.sees("You said: hello")

    maya.says("hello", update_id=update)
    wait_until(lambda: len(hooked.api.webhook_answers) == 3)
    settle()

    assert hooked.api.webhook["url"] == f"https://shop.example{PATH}"
    assert set(hooked.api.webhook["allowed_updates"]) == {
        "message",
        "callback_query",
        "my_chat_member",
    }
    assert hooked.api.webhook_answers == [200, 200, 200]
    assert maya.texts[1:] == ["You said: hello"]
    assert hooked.api.called("getUpdates") == []


@on_sqlite
def test_nobody_else_may_call_it(hooked: TelegramShop) -> None:
    update = {"update_id": 1, "message": hooked.maya._message({"text": "hello"})}
    secret = hooked.api.webhook["secret_token"]

    def post(**request: object) -> int:
        return httpx.post(f"{hooked.url}{PATH}", **request).status_code  # type: ignore[arg-type]

    assert post(json=update) == 401
    assert post(json=update, headers={HEADER: ""}) == 401
    assert post(json=update, headers={HEADER: secret[:-1]}) == 401
    assert post(json=update, headers={HEADER: "é".encode("latin-1")}) == 401
    assert post(content=b"{", headers={HEADER: secret}) == 422
    assert post(json=[1], headers={HEADER: secret}) == 422
    assert post(json={"message": "hello"}, headers={HEADER: secret}) == 422
    assert post(content=b" " * 300_000, headers={HEADER: secret}) == 413
    assert post(json={"update_id": 5, "poll": {}}, headers={HEADER: secret}) in (200, 422)
    assert hooked.maya.seen == []
    assert hooked.bot.calls == []


@on_sqlite
def test_without_a_webhook_there_is_no_such_address(shop: TelegramShop) -> None:
    assert httpx.post(f"{shop.url}{PATH}", json={}).status_code in (404, 405)


@on_sqlite
def test_what_a_gateway_died_over_is_sent_again_and_done(hooked: TelegramShop) -> None:
    maya = hooked.begins()
    taken = TelegramUpdate(update_id=5000, taken_until=now() + timedelta(seconds=0.5), attempts=1)
    hooked.add(taken)

    maya.says("hello", update_id=5000)
    maya.sees("You said: hello")

    assert set(hooked.api.webhook_answers[1:-1]) == {503}


@on_sqlite
def test_what_fails_again_and_again_is_given_up(hooked: TelegramShop) -> None:
    maya = hooked.begins()
    hooked.add(TelegramUpdate(update_id=5000, taken_until=now(), attempts=5))

    maya.says("hello", update_id=5000)
    wait_until(lambda: len(hooked.api.webhook_answers) == 2)

    assert hooked.api.webhook_answers == [200, 200]
    assert len(maya.seen) == 1


@pytest.mark.parametrize(
    ("given", "webhook", "public"),
    [
        ({}, None, None),
        ({"telegram_webhook_url": ""}, None, None),
        (
            {"telegram_webhook_url": "https://a.example/"},
            "https://a.example/telegram/updates",
            "https://a.example",
        ),
        (
            {"telegram_webhook_url": "https://a.example/tg", "public_url": "https://b.example/"},
            "https://a.example/tg",
            "https://b.example",
        ),
    ],
)
def test_addresses_follow_from_the_settings(
    tmp_path: Path, given: dict[str, str], webhook: str | None, public: str | None
) -> None:
    settings = Settings(_env_file=None, home=tmp_path, **given)  # type: ignore[arg-type]
    assert webhook_url(settings) == webhook
    assert public_url(settings) == public
