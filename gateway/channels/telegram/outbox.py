"""What the shop says on its way to Telegram: in order, not lost, and not faster than allowed."""

import asyncio
import logging
import random
import time
from collections import deque
from datetime import timedelta

from aiolimiter import AsyncLimiter
from telegram import Bot
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from db.tables.base import now
from gateway.channels.telegram.chats import TelegramChats
from gateway.channels.telegram.connection import seconds_to_wait
from gateway.channels.telegram.deliveries import Deliveries, Untold
from gateway.channels.telegram.parts import Part, Parts, TextPart
from gateway.channels.telegram.photos import Photos

logger = logging.getLogger(__name__)

EVERY_S = 0.3
# What was numbered longer ago than this has been committed, or never will be.
LOOK_BACK_S = 60.0
# Telegram bears a short burst, then one message a second in a chat.
BURST, PER_SECOND = 3, 1.0
LONGEST_PAUSE_S = 60.0


class Outbox:
    """Tells each chat what it has not heard yet. Any number of gateways may run one."""

    def __init__(
        self,
        *,
        bot: Bot,
        deliveries: Deliveries,
        chats: TelegramChats,
        parts: Parts,
        photos: Photos,
    ) -> None:
        self._bot = bot
        self._deliveries = deliveries
        self._chats = chats
        self._parts = parts
        self._photos = photos
        self._telling: dict[int, asyncio.Task[None]] = {}
        self._once_more: set[int] = set()
        self._pace: dict[int, AsyncLimiter] = {}
        self._closing = False
        # (when, the newest message then): everything before the oldest of them is told or in hand.
        self._seen: deque[tuple[float, int]] = deque()

    async def run(self, *, every: float = EVERY_S) -> None:
        """Look until cancelled."""
        failing = False
        while True:
            try:
                await self.look()
                failing = False
            except Exception:
                # Nothing is lost: the next look finds it again.
                if not failing:
                    logger.exception("could not look for what is to be told on Telegram")
                failing = True
            await asyncio.sleep(every)

    async def look(self) -> None:
        """Begin to tell whatever waits. The first look goes through all chats."""
        newest = await asyncio.to_thread(self._deliveries.last_id)
        after = self._seen[0][1] if self._seen else 0
        for chat_id in await asyncio.to_thread(self._deliveries.find_due, after=after):
            self.wake(chat_id)
        self._seen.append((time.monotonic(), newest))
        while len(self._seen) > 1 and self._seen[1][0] < time.monotonic() - LOOK_BACK_S:
            self._seen.popleft()
        for chat_id, pace in list(self._pace.items()):
            if chat_id not in self._telling and pace.has_capacity(BURST):
                del self._pace[chat_id]

    def wake(self, chat_id: int) -> None:
        """There is something to tell in this chat now."""
        if self._closing:
            return
        if chat_id in self._telling:
            self._once_more.add(chat_id)
            return
        task = asyncio.create_task(self._tell_all(chat_id))
        self._telling[chat_id] = task
        task.add_done_callback(lambda _: self._ended(chat_id))

    async def drain(self, *, seconds: float) -> None:
        """Before the process ends: let what is under way arrive; the rest waits for the next."""
        self._closing = True
        if self._telling:
            _, late = await asyncio.wait(list(self._telling.values()), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def _ended(self, chat_id: int) -> None:
        del self._telling[chat_id]
        if chat_id in self._once_more:
            self._once_more.discard(chat_id)
            self.wake(chat_id)

    async def _tell_all(self, chat_id: int) -> None:
        if not await asyncio.to_thread(self._deliveries.take, chat_id):
            return
        try:
            while untold := await asyncio.to_thread(self._deliveries.find_untold, chat_id):
                for item in untold:
                    if not await self._tell(chat_id, item):
                        return
            await asyncio.to_thread(self._deliveries.give_back, chat_id)
        except asyncio.CancelledError:
            # Whoever comes next need not wait until this process counts as dead.
            self._deliveries.give_back(chat_id)
            raise
        except RetryAfter as error:
            await self._put_off(chat_id, seconds=seconds_to_wait(error), reason="RetryAfter")
        except Forbidden:
            logger.info("a shopper has blocked the bot", extra={"chat_id": chat_id})
            await asyncio.to_thread(self._chats.block, chat_id)
        except TelegramError as error:
            # Its text may name the bot's token.
            await self._put_off(chat_id, seconds=None, reason=type(error).__name__)
        except Exception:
            logger.exception("could not tell a chat", extra={"chat_id": chat_id})
            await self._put_off(chat_id, seconds=None, reason="failed here")

    async def _tell(self, chat_id: int, item: Untold) -> bool:
        """Send what is left of a message.

        Returns:
            Whether this chat is still ours to tell.
        """
        parts = await asyncio.to_thread(
            self._parts.of,
            item.message,
            conversation_id=item.conversation_id,
            locale=item.locale,
        )
        for number, part in enumerate(parts[item.parts :], start=item.parts + 1):
            async with self._pace.setdefault(chat_id, AsyncLimiter(BURST, BURST / PER_SECOND)):
                await self._send(chat_id, part)
            done = number == len(parts)
            if not await self._note(chat_id, item.id, parts=number, done=done):
                return False
        if item.parts >= len(parts):
            return await self._note(chat_id, item.id, parts=len(parts), done=True)
        return True

    async def _note(self, chat_id: int, message_id: int, *, parts: int, done: bool) -> bool:
        return await asyncio.to_thread(
            self._deliveries.note, chat_id, message_id, parts=parts, done=done
        )

    async def _send(self, chat_id: int, part: Part) -> None:
        try:
            if isinstance(part, TextPart):
                await self._bot.send_message(
                    chat_id, part.html, parse_mode=ParseMode.HTML, reply_markup=part.keyboard
                )
            else:
                await self._bot.send_photo(
                    chat_id,
                    await self._photos.read(part.image_url),
                    caption=part.caption,
                    parse_mode=ParseMode.HTML,
                    reply_markup=part.keyboard,
                )
        except BadRequest as error:
            if "chat not found" in error.message.lower():
                raise Forbidden("There is no such chat any more.") from error
            logger.error("Telegram refuses a message", extra={"chat_id": chat_id})
            await self._send_plainly(chat_id, part)

    async def _send_plainly(self, chat_id: int, part: Part) -> None:
        """The words alone: better than nothing, and what cannot be sent must not hold up others."""
        try:
            await self._bot.send_message(chat_id, part.plain)
        except BadRequest:
            logger.error("Telegram refuses its words too", extra={"chat_id": chat_id})

    async def _put_off(self, chat_id: int, *, seconds: float | None, reason: str) -> None:
        failures = await asyncio.to_thread(self._deliveries.failures, chat_id)
        if seconds is None:
            pause = min(2.0 ** min(failures, 10), LONGEST_PAUSE_S)
            seconds = pause * random.uniform(0.5, 1.0)  # noqa: S311 - no secret
        logger.warning(
            "a chat is told later",
            extra={"chat_id": chat_id, "reason": reason, "seconds": round(seconds, 1)},
        )
        until = now() + timedelta(seconds=seconds)
        await asyncio.to_thread(self._deliveries.put_off, chat_id, until=until)
