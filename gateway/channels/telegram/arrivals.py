"""Updates by either way in: pushed to our webhook, or fetched where there is none."""

import asyncio
import hashlib
import hmac
import json
import logging
from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Request, Response
from telegram import Bot
from telegram.error import RetryAfter, TelegramError

from common.errors import BadRequest, ServiceUnavailable, Unauthorized
from gateway.channels.telegram.connection import PATH, seconds_to_wait
from gateway.channels.telegram.inbox import Inbox
from gateway.channels.telegram.reception import Reception
from gateway.channels.telegram.updates import KINDS, News, read_update
from gateway.turns import TurnQueue

logger = logging.getLogger(__name__)

HEADER = "X-Telegram-Bot-Api-Secret-Token"
# Short, and the lease with it: what a killed gateway fetched last is taken over so much later.
LONG_POLL_S = 8
# Over one long poll and what it may bring.
LEASE_S = 15.0
WAIT_S, LONGEST_WAIT_S = 1.0, 30.0
_FETCHING = "fetching"
MOST_WAITING = 200


def webhook_secret(*, key: str, token: str) -> str:
    """What Telegram sends along, so that nobody else can speak for it."""
    about = f"telegram-webhook\0{token}".encode()
    return hmac.new(key.encode(), about, hashlib.sha256).hexdigest()


class Arrivals:
    """Takes updates in, those of one chat in their order, each once."""

    def __init__(self, *, inbox: Inbox, reception: Reception) -> None:
        self._inbox = inbox
        self._reception = reception
        self._queue = TurnQueue(most_waiting=MOST_WAITING)

    async def take(self, raw: dict[str, Any]) -> None:
        """Take in one update; what it brought is stored when this is done.

        Raises:
            ValueError: it is no update.
            ServiceUnavailable: somebody else is at it: send it again later.
            TooManyMessages: too many wait in this chat.
        """
        update_id, news = read_update(raw)
        chat = str(news.writer.chat_id) if news else ""
        await asyncio.shield(self._queue.enqueue(chat, lambda: self._take(update_id, news)))

    async def _take(self, update_id: int, news: News | None) -> None:
        if news is None:
            return
        taken = await asyncio.to_thread(self._inbox.take, update_id)
        if taken == "done":
            return
        if taken == "elsewhere":
            raise ServiceUnavailable("Another gateway is at this update.")
        try:
            await self._reception.receive(update_id, news)
        except Exception:
            await asyncio.to_thread(self._inbox.drop, update_id)
            raise
        await asyncio.to_thread(self._inbox.finish, update_id)


def webhook_routes(arrivals: Arrivals, *, secret: str) -> APIRouter:
    """The route that Telegram calls."""
    routes = APIRouter()

    @routes.post(PATH, include_in_schema=False)
    async def take_update(request: Request) -> Response:
        given = request.headers.get(HEADER, "")
        if not hmac.compare_digest(given.encode(), secret.encode()):
            raise Unauthorized(f"{HEADER} is wrong: only Telegram calls here.")
        try:
            raw = json.loads(await request.body())
            if not isinstance(raw, dict):
                raise ValueError("no object")
            await arrivals.take(raw)
        except ValueError as error:
            raise BadRequest("This is no update of Telegram's.") from error
        return Response(status_code=200)

    return routes


class Poller:
    """Fetches updates by long polling; of several gateways one at a time."""

    def __init__(self, *, bot: Bot, arrivals: Arrivals, inbox: Inbox) -> None:
        self._bot = bot
        self._arrivals = arrivals
        self._inbox = inbox
        self._offset: int | None = None

    async def run(self) -> None:
        """Fetch until cancelled."""
        wait = WAIT_S
        try:
            while True:
                try:
                    if await asyncio.to_thread(self._inbox.lead, _FETCHING, seconds=LEASE_S):
                        await self.fetch()
                    else:
                        await asyncio.sleep(WAIT_S)
                    wait = WAIT_S
                    continue
                except RetryAfter as error:
                    wait = seconds_to_wait(error)
                except TelegramError as error:
                    # Its text may name the bot's token.
                    facts = {"error": type(error).__name__, "seconds": wait}
                    logger.warning("updates could not be fetched", extra=facts)
                except Exception:
                    logger.exception("updates could not be taken in")
                await asyncio.sleep(wait)
                wait = min(2 * wait, LONGEST_WAIT_S)
        finally:
            with suppress(Exception):
                self._inbox.step_back([_FETCHING])

    async def fetch(self) -> None:
        """One long poll. What it brings counts as fetched once all of it was taken in."""
        updates = await self._bot.get_updates(
            offset=self._offset, timeout=LONG_POLL_S, allowed_updates=KINDS
        )
        if not updates:
            return
        taking = [self._arrivals.take(update.to_dict()) for update in updates]
        results = await asyncio.gather(*taking, return_exceptions=True)
        # What cannot be read now cannot be read later.
        failed = [
            error
            for error in results
            if isinstance(error, BaseException) and not isinstance(error, ValueError)
        ]
        if failed:
            # Fetched again, those that were taken in are known.
            raise failed[0]
        self._offset = updates[-1].update_id + 1
