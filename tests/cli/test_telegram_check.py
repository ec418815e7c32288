"""What doctor says of the bot on Telegram."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cli.checks.finding import Level
from cli.checks.telegram import check_telegram
from common.settings import Settings
from tests.gateway.telegram.bot_api import TOKEN, BotApi


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi().open() as api:
        yield api


def said(tmp_path: Path, api_url: str, **values: Any) -> list[tuple[Level, str]]:
    given = {"telegram_token": TOKEN, "telegram_api_url": api_url, **values}
    settings = Settings(_env_file=None, home=tmp_path, **given)
    findings = list(check_telegram(settings))
    assert all(finding.cure for finding in findings if finding.level is not Level.ok)
    assert not any(TOKEN in f"{finding.what} {finding.cure}" for finding in findings)
    return [(finding.level, finding.what) for finding in findings]


def test_a_shop_without_a_bot_is_well(tmp_path: Path, api: BotApi) -> None:
    assert [level for level, _ in said(tmp_path, api.url, telegram_token="")] == [Level.ok]


def test_a_good_token_and_a_webhook_that_is_set(tmp_path: Path, api: BotApi) -> None:
    assert said(tmp_path, api.url) == [
        (Level.ok, "the token is good: @corner_shop_bot"),
        (Level.ok, "updates are fetched: no webhook is set"),
    ]
    api.webhook = {"url": "https://shop.example/telegram/updates"}
    hooked = said(tmp_path, api.url, telegram_webhook_url="https://shop.example")
    assert hooked[-1] == (Level.ok, "Telegram calls https://shop.example/telegram/updates")
    assert said(tmp_path, api.url)[-1][0] is Level.warn
    other = said(tmp_path, api.url, telegram_webhook_url="https://other.example")
    assert other[-1][0] is Level.warn
    api.webhook = {}


def test_a_wrong_token_and_a_wrong_address_are_named(tmp_path: Path, api: BotApi) -> None:
    ((level, what),) = said(tmp_path, api.url, telegram_token="1:wrong")
    assert (level, what) == (Level.fail, "the token is refused: Unauthorized")
    assert said(tmp_path, "http://127.0.0.1:1")[0][0] is Level.warn
    assert said(tmp_path, api.url, telegram_webhook_url="shop")[0][0] is Level.fail
