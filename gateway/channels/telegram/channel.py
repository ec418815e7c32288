"""The Telegram channel: all its parts, made and run together."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from functools import partial

from fastapi import APIRouter
from telegram.error import TelegramError

from common.settings import Settings
from gateway.answers import Composer
from gateway.background import again_and_again
from gateway.channels.telegram.arrivals import (
    Arrivals,
    Poller,
    webhook_routes,
    webhook_secret,
)
from gateway.channels.telegram.cards import CardPages
from gateway.channels.telegram.chats import TelegramChats
from gateway.channels.telegram.commands import set_commands
from gateway.channels.telegram.connection import make_bot, public_url, webhook_url
from gateway.channels.telegram.deliveries import Deliveries
from gateway.channels.telegram.grading import Grading
from gateway.channels.telegram.inbox import Inbox
from gateway.channels.telegram.joining import Joining
from gateway.channels.telegram.offers import Offers
from gateway.channels.telegram.outbox import Outbox
from gateway.channels.telegram.parts import Parts
from gateway.channels.telegram.photos import Photos
from gateway.channels.telegram.preferences import Preferences
from gateway.channels.telegram.reception import Reception
from gateway.channels.telegram.taps import Taps
from gateway.channels.telegram.updates import KINDS
from gateway.channels.telegram.voice import Voice
from gateway.conversation import ConversationRouter
from gateway.hub import Hub
from gateway.rate_limits import RateLimits
from gateway.store import ConversationStore
from gateway.words import Words

logger = logging.getLogger(__name__)

FIRST_PAUSE_S, LONGEST_PAUSE_S = 1.0, 60.0
FORGET_EVERY_S = 3600.0


class TelegramChannel:
    """Everything between the conversation router and Telegram.

    Attributes:
        routes: what Telegram calls; empty where updates are fetched.
        username: the bot's name, None until Telegram has told it.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        router: ConversationRouter,
        store: ConversationStore,
        limits: RateLimits,
        composer: Composer,
        words: Words,
        hub: Hub,
    ) -> None:
        token = settings.telegram_token or ""
        base = public_url(settings)
        self._bot = make_bot(settings)
        self.username: str | None = None
        self._words = words
        self._webhook = webhook_url(settings)
        self._secret = webhook_secret(key=settings.secret_key, token=token)
        self._photos = Photos(settings.media)
        chats = TelegramChats(store)
        self._joining = Joining(store=store, chats=chats, key=settings.identity_key)
        pages = CardPages(words=words, offers=Offers(store, key=settings.secret_key), base=base)
        grading = Grading(store=store, words=words, hub=hub)
        self._outbox = Outbox(
            bot=self._bot,
            deliveries=Deliveries(store),
            chats=chats,
            parts=Parts(words=words, pages=pages, grading=grading, base=base),
            photos=self._photos,
        )
        voice = Voice(store=store, words=words, hub=hub, outbox=self._outbox)
        taps = Taps(
            bot=self._bot,
            chats=chats,
            pages=pages,
            photos=self._photos,
            preferences=Preferences(store=store, words=words),
            joining=self._joining,
            grading=grading,
            voice=voice,
            words=words,
        )
        reception = Reception(
            bot=self._bot,
            chats=chats,
            router=router,
            store=store,
            limits=limits,
            composer=composer,
            words=words,
            outbox=self._outbox,
            voice=voice,
            taps=taps,
        )
        self._inbox = Inbox(store)
        arrivals = Arrivals(inbox=self._inbox, reception=reception)
        self.routes = APIRouter()
        if self._webhook:
            self.routes = webhook_routes(arrivals, secret=self._secret)
        self._poller = Poller(bot=self._bot, arrivals=arrivals, inbox=self._inbox)

    def make_token(self, customer_id: str, conversation_id: str) -> tuple[str, datetime]:
        """A token that joins a chat with this customer, and until when it does. Blocks."""
        return self._joining.make_token(customer_id, conversation_id)

    @asynccontextmanager
    async def running(self, *, patience: float) -> AsyncIterator[None]:
        """Talk to Telegram for as long as this is open.

        Args:
            patience: seconds for what is under way at the end; the rest is told later.
        """
        work = [self._outbox.run(), self._forget_old(), self._begin()]
        tasks = [asyncio.create_task(part) for part in work]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await self._outbox.drain(seconds=patience)
            await self._photos.aclose()
            with suppress(TelegramError):
                await self._bot.shutdown()

    async def _begin(self) -> None:
        """Introduce the bot, tried until Telegram is there; then fetch, without a webhook."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                await self._bot.initialize()
                self.username = self._bot.username
                await set_commands(self._bot, self._words)
                if self._webhook:
                    await self._bot.set_webhook(
                        self._webhook, secret_token=self._secret, allowed_updates=KINDS
                    )
                else:
                    await self._bot.delete_webhook()
                break
            except TelegramError as error:
                # Its text may name the bot's token.
                facts = {"error": type(error).__name__, "seconds": pause}
                logger.warning("the Telegram bot could not be set up", extra=facts)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_S)
        logger.info("the Telegram bot is there", extra={"webhook": self._webhook is not None})
        if not self._webhook:
            await self._poller.run()

    async def _forget_old(self) -> None:
        failing = "old updates could not be forgotten"
        forget = partial(asyncio.to_thread, self._inbox.forget_old)
        await again_and_again(forget, every=FORGET_EVERY_S, failing=failing, where=logger)
