"""How much of the shop one shopper, or one address, may take in a minute."""

import math
import time
from collections.abc import Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal

from limits import RateLimitItem, parse
from limits.aio.storage import Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from starlette.requests import HTTPConnection
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from common.errors import ConfigurationError
from common.settings import Settings
from gateway.errors import TooManyRequests
from gateway.rate_storage import BoundedMemory

# Sessions and requests are counted by address, messages and actions by session.
# Logins that fail are counted by account and address.
Rule = Literal["sessions", "requests", "messages", "actions", "logins"]
OFF = "off"

_EXPLAINED: Mapping[Rule, str] = {
    "sessions": "This address begins too many conversations: try again later.",
    "requests": "This address calls too often: try again later.",
    "messages": "Too many messages in a short time: send it again later.",
    "actions": "Too many calls for one conversation: try again later.",
    "logins": "Too many wrong passwords: try again later.",
}


class RateLimits:
    """Counts what is spent and refuses what is over.

    Args:
        rules: how much of each; None where there is no limit.
        storage: where the counters lie; several gateways would share one.
        refused: told of each refusal.
    """

    def __init__(
        self,
        rules: Mapping[Rule, RateLimitItem | None],
        *,
        storage: Storage,
        refused: Callable[[Rule], None] | None = None,
    ) -> None:
        self._rules = rules
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._refused = refused

    async def spend(self, rule: Rule, who: str) -> None:
        """Count one.

        Raises:
            TooManyRequests: the limit is reached; says when to try again.
        """
        limit = self._rules[rule]
        if limit is None or await self._limiter.hit(limit, rule, who):
            return
        if self._refused is not None:
            self._refused(rule)
        stats = await self._limiter.get_window_stats(limit, rule, who)
        wait = max(1, math.ceil(stats.reset_time - time.time()))
        raise TooManyRequests(_EXPLAINED[rule], retry_after=wait)

    async def forgive(self, rule: Rule, who: str) -> None:
        """Forget what was spent."""
        limit = self._rules[rule]
        if limit is not None:
            await self._limiter.clear(limit, rule, who)


def make_limits(
    settings: Settings,
    *,
    storage: Storage | None = None,
    refused: Callable[[Rule], None] | None = None,
) -> RateLimits:
    """The limits of the settings.

    Raises:
        ConfigurationError: a setting is no rate; the error names it.
    """
    rates: Mapping[Rule, str] = {
        "sessions": settings.rate_sessions,
        "requests": settings.rate_requests,
        "messages": settings.rate_messages,
        "actions": settings.rate_actions,
        "logins": settings.rate_logins,
    }
    rules = {rule: _read_rate(rule, rate) for rule, rate in rates.items()}
    return RateLimits(rules, storage=storage or BoundedMemory(), refused=refused)


def _read_rate(rule: Rule, rate: str) -> RateLimitItem | None:
    if rate.strip().lower() == OFF:
        return None
    try:
        limit = parse(rate)
    except ValueError as error:
        name = f"SHOPKEEPER_RATE_{rule.upper()}"
        raise ConfigurationError(
            f'{name} is {rate!r}: write a rate such as "120/minute", or "{OFF}".'
        ) from error
    return limit


class AddressLimit:
    """Refuses with 429 what one address asks for beyond its limits, before any work is done.

    The machine itself, that is loopback, is not limited: there are its health checks, and a proxy
    that does not say for whom it asks, whose shoppers must not be taken for one.
    """

    def __init__(self, app: ASGIApp, *, limits: RateLimits) -> None:
        self._app = app
        self._limits = limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        who = _caller(scope)
        if who is not None:
            try:
                if (scope.get("method"), scope["path"]) == ("POST", "/api/chat/sessions"):
                    await self._limits.spend("sessions", who)
                await self._limits.spend("requests", who)
            except TooManyRequests as error:
                await _refuse(error, scope, receive, send)
                return
        await self._app(scope, receive, send)


def answer_too_many(error: TooManyRequests) -> JSONResponse:
    """The answer 429, which says when to try again."""
    return JSONResponse(
        {"error": error.code, "detail": error.detail, **error.data},
        error.status,
        headers={"Retry-After": str(error.retry_after)},
    )


def _caller(scope: Scope) -> str | None:
    """Who is counted for this request; None where nobody is.

    Pages, scripts and pictures cost little, and a page asks for dozens of them.
    """
    if scope["type"] not in ("http", "websocket"):
        return None
    if not scope["path"].startswith(("/api/", "/readyz", "/metrics")):
        return None
    client = HTTPConnection(scope).client
    if client is None:
        return None
    return group_of(client.host)


def group_of(host: str) -> str | None:
    """The address as it is counted; None for loopback.

    One IPv6 household has 2^64 addresses: they are counted as one.
    """
    try:
        address: IPv4Address | IPv6Address = ip_address(host.partition("%")[0])
    except ValueError:
        return host
    if isinstance(address, IPv6Address):
        address = address.ipv4_mapped or address
    if address.is_loopback:
        return None
    if isinstance(address, IPv6Address):
        return str(IPv6Address(int(address) >> 64 << 64))
    return str(address)


async def _refuse(error: TooManyRequests, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket" and "websocket.http.response" not in scope.get(
        "extensions", {}
    ):
        # This server can only refuse the handshake without a word.
        await send({"type": "websocket.close", "code": 1013, "reason": error.detail})
        return
    await answer_too_many(error)(scope, receive, send)
