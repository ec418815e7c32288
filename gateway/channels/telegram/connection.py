"""The way to Telegram, and the ways from there to us."""

import logging
import os
from datetime import timedelta
from urllib.parse import urlsplit

from telegram import Bot
from telegram.error import RetryAfter
from telegram.ext import AIORateLimiter, ExtBot
from telegram.request import HTTPXRequest

from common.client import certificates
from common.settings import Settings

# Where Telegram calls us.
PATH = "/telegram/updates"
_TIMEOUT_S = 10.0
_CONNECTIONS = 32


def make_bot(settings: Settings) -> Bot:
    """The way to Telegram, at its pace: thirty messages a second to all chats together."""
    # The library writes what it sends and gets, and the token, into its own log.
    logging.getLogger("telegram").setLevel(logging.CRITICAL)
    # What its next version does anyway: spans of time instead of seconds, without a warning each.
    os.environ.setdefault("PTB_TIMEDELTA", "true")

    def request(connections: int) -> HTTPXRequest:
        return HTTPXRequest(
            connection_pool_size=connections,
            connect_timeout=_TIMEOUT_S,
            read_timeout=_TIMEOUT_S,
            pool_timeout=_TIMEOUT_S,
            httpx_kwargs={"verify": certificates()},
        )

    api = settings.telegram_api_url.rstrip("/")
    return ExtBot(
        settings.telegram_token or "",
        base_url=f"{api}/bot",
        base_file_url=f"{api}/file/bot",
        request=request(_CONNECTIONS),
        get_updates_request=request(2),
        # A chat that must wait is put off in the database; the others go on.
        rate_limiter=AIORateLimiter(max_retries=0),
    )


def webhook_url(settings: Settings) -> str | None:
    """Where Telegram is to call; None where updates are fetched.

    A setting without a path stands for our own; a proxy may know it under another.
    """
    url = (settings.telegram_webhook_url or "").strip()
    if not url:
        return None
    return url.rstrip("/") + PATH if urlsplit(url).path in ("", "/") else url


def public_url(settings: Settings) -> str | None:
    """Where shoppers reach the shop from outside, None where that is not known."""
    if settings.public_url:
        return settings.public_url.rstrip("/")
    parts = urlsplit(settings.telegram_webhook_url or "")
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else None


def seconds_to_wait(error: RetryAfter) -> float:
    """How long Telegram wants not to be asked."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
