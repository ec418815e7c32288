"""The bot on Telegram: whether its token is good, and whether updates find their way here."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import httpx

from cli.checks.finding import Finding, fail, ok, warn
from common.settings import Settings

AREA = "telegram"
_PATIENCE_S = 5.0
_TOKEN_CURE = "ask @BotFather for the token and set SHOPKEEPER_TELEGRAM_TOKEN"  # noqa: S105


def check_telegram(settings: Settings) -> Iterator[Finding]:
    """Ask Telegram what it knows of the bot. A shop without one is none the worse."""
    if not settings.telegram_token:
        yield ok(AREA, "no bot: SHOPKEEPER_TELEGRAM_TOKEN is not set")
        return
    yield from _check_address(settings)
    try:
        bot, hook = _ask(settings, "getMe"), _ask(settings, "getWebhookInfo")
    except httpx.HTTPError as error:
        what = f"{settings.telegram_api_url} cannot be reached: {type(error).__name__}"
        yield warn(AREA, what, "let the gateway reach it; what shoppers are to be told waits")
        return
    except (ValueError, KeyError):
        what = f"{settings.telegram_api_url} does not answer as Telegram does"
        yield fail(AREA, what, "correct SHOPKEEPER_TELEGRAM_API_URL, or leave it out")
        return
    if not bot.get("ok"):
        yield fail(AREA, f"the token is refused: {bot.get('description')}", _TOKEN_CURE)
        return
    yield ok(AREA, f"the token is good: @{bot['result'].get('username')}")
    yield from _check_webhook(settings, hook.get("result") or {})


def _check_address(settings: Settings) -> Iterator[Finding]:
    url = settings.telegram_webhook_url
    if not url:
        return
    parts = urlsplit(url)
    own_server = settings.telegram_api_url != Settings.model_fields["telegram_api_url"].default
    if not parts.hostname or (parts.scheme != "https" and not own_server):
        cure = 'write it as "https://chat.example.com": Telegram calls nothing else'
        yield fail(AREA, "SHOPKEEPER_TELEGRAM_WEBHOOK_URL is no https address", cure)


def _check_webhook(settings: Settings, hook: dict[str, Any]) -> Iterator[Finding]:
    wanted, there = settings.telegram_webhook_url or "", str(hook.get("url") or "")
    if not wanted:
        if there:
            cure = "start the shop, which takes it away, or set SHOPKEEPER_TELEGRAM_WEBHOOK_URL"
            yield warn(AREA, "a webhook is set, so that updates cannot be fetched", cure)
        else:
            yield ok(AREA, "updates are fetched: no webhook is set")
        return
    if not there.startswith(wanted.rstrip("/")):
        what = f"Telegram calls {there}" if there else "Telegram knows no webhook"
        yield warn(AREA, what, "start the shop, which sets it; one bot serves one shop")
        return
    yield ok(AREA, f"Telegram calls {there}")
    if said := hook.get("last_error_message"):
        waiting = hook.get("pending_update_count", 0)
        cure = "look at the proxy before the gateway and its certificate"
        yield warn(AREA, f"its last call failed ({said}); {waiting} updates wait", cure)


def _ask(settings: Settings, method: str) -> dict[str, Any]:
    """What Telegram says.

    Raises:
        httpx.HTTPError: nothing.
        ValueError: it is not Telegram who answers.
    """
    api = settings.telegram_api_url.rstrip("/")
    answer = httpx.get(f"{api}/bot{settings.telegram_token}/{method}", timeout=_PATIENCE_S).json()
    if not isinstance(answer, dict) or "ok" not in answer:
        raise ValueError("not Telegram")
    return answer
