"""Taps on buttons: each is answered, so that no button goes on turning."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.constants import ParseMode
from telegram.error import BadRequest, NetworkError, RetryAfter, TelegramError

from gateway.channels.telegram.cards import STAY, CardPages, Turning, read_turning
from gateway.channels.telegram.chats import TelegramChats
from gateway.channels.telegram.grading import GRADE, Grading
from gateway.channels.telegram.joining import Joining
from gateway.channels.telegram.photos import Photos
from gateway.channels.telegram.preferences import Menu, Preferences
from gateway.channels.telegram.updates import Tapped
from gateway.channels.telegram.voice import Voice
from gateway.errors import TooManyRequests, UnknownPayload
from gateway.speaker import Speaker
from gateway.words import Words

logger = logging.getLogger(__name__)

_JOIN = "join:"
PassOn = Callable[[Speaker], Awaitable[None]]


class Taps:
    """Turns pages and changes settings in place; everything else is a message."""

    def __init__(
        self,
        *,
        bot: Bot,
        chats: TelegramChats,
        pages: CardPages,
        photos: Photos,
        preferences: Preferences,
        joining: Joining,
        grading: Grading,
        voice: Voice,
        words: Words,
    ) -> None:
        self._bot = bot
        self._chats = chats
        self._pages = pages
        self._photos = photos
        self._preferences = preferences
        self._joining = joining
        self._grading = grading
        self._voice = voice
        self._words = words

    async def take(self, tapped: Tapped, *, speaker: Speaker | None, pass_on: PassOn) -> None:
        """Do what a button stands for.

        Args:
            pass_on: takes the tap as a message of the conversation.
        """
        # What is shown for a moment over the chat; nothing where all went as it should.
        told: str | None = "telegram.failed"
        try:
            told = await self._do(tapped, speaker, pass_on)
        finally:
            locale = speaker.locale if speaker else tapped.writer.language
            words = told and self._words.say(told, locale=self._words.choose_locale(locale))
            try:
                await self._bot.answer_callback_query(tapped.query_id, words)
            except TelegramError as error:
                # Too old to be answered, or out of reach: nothing depends on it.
                logger.info("a tap was not answered", extra={"error": type(error).__name__})

    async def show_settings(self, chat_id: int, speaker: Speaker) -> None:
        """Send the settings. Who does not get them asks again."""
        menu = await asyncio.to_thread(self._preferences.show, speaker)
        try:
            await self._bot.send_message(
                chat_id, menu.html, parse_mode=ParseMode.HTML, reply_markup=menu.keyboard
            )
        except TelegramError as error:
            logger.warning("settings did not arrive", extra={"error": type(error).__name__})

    async def ask_to_join(self, chat_id: int, speaker: Speaker, token: str) -> None:
        """Ask before a link does its work: somebody else may have sent it."""
        customer = await asyncio.to_thread(self._joining.look_up, token)
        if customer is None:
            await self._voice.say(chat_id, speaker, "link_spent")
            return
        name = customer.name or customer.id
        question = self._words.say("telegram.join", locale=speaker.locale, name=name)
        join = self._words.say("telegram.join_yes", locale=speaker.locale)
        button = InlineKeyboardButton(join, callback_data=f"{_JOIN}{token}")
        try:
            await self._bot.send_message(
                chat_id, question, reply_markup=InlineKeyboardMarkup([[button]])
            )
        except TelegramError as error:
            logger.warning("a question did not arrive", extra={"error": type(error).__name__})

    async def _do(self, tapped: Tapped, speaker: Speaker | None, pass_on: PassOn) -> str | None:
        if tapped.data == STAY:
            return None
        if speaker is None:
            return "telegram.stale"
        if tapped.data.startswith("set:"):
            menu = await asyncio.to_thread(self._preferences.change, speaker, tapped.data)
            return await self._redraw(tapped, menu) if menu else "telegram.stale"
        if tapped.data.startswith(GRADE):
            menu = await self._grading.take(speaker, tapped.data)
            return await self._redraw(tapped, menu) if menu else "telegram.stale"
        if tapped.data.startswith(_JOIN):
            return await self._join(tapped, speaker)
        turning = read_turning(tapped.data)
        if turning is not None:
            return await self._turn(tapped, speaker, turning)
        try:
            await pass_on(speaker)
        except UnknownPayload:
            return "telegram.stale"
        except TooManyRequests:
            return "telegram.too_fast"
        return None

    async def _join(self, tapped: Tapped, speaker: Speaker) -> str | None:
        chat_id = tapped.writer.chat_id
        token = tapped.data.removeprefix(_JOIN)
        joined = await asyncio.to_thread(self._joining.join, chat_id, speaker, token)
        if joined is None:
            return "telegram.link_spent"
        name = joined.name or joined.speaker.customer_id
        await self._voice.say(chat_id, joined.speaker, "joined", menu=True, name=name)
        # What a customer can be told of, a guest cannot: now is the time to ask for it.
        await self.show_settings(chat_id, joined.speaker)
        return None

    async def _turn(self, tapped: Tapped, speaker: Speaker, turning: Turning) -> str | None:
        here = speaker.conversation_id
        message = await asyncio.to_thread(self._chats.find_message, here, turning.message_id)
        if message is None or tapped.message_id is None or turning.index >= len(message.cards):
            return "telegram.stale"
        page = await asyncio.to_thread(
            self._pages.draw, message, turning.index, conversation_id=here, locale=speaker.locale
        )
        photo = await self._photos.read(page.image_url)
        media = InputMediaPhoto(photo, caption=page.caption, parse_mode=ParseMode.HTML)
        return await self._edit(
            self._bot.edit_message_media(
                media,
                chat_id=tapped.writer.chat_id,
                message_id=tapped.message_id,
                reply_markup=page.keyboard,
            )
        )

    async def _redraw(self, tapped: Tapped, menu: Menu) -> str | None:
        if tapped.message_id is None:
            return "telegram.stale"
        return await self._edit(
            self._bot.edit_message_text(
                menu.html,
                chat_id=tapped.writer.chat_id,
                message_id=tapped.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=menu.keyboard,
            )
        )

    async def _edit(self, edit: Awaitable[object]) -> str | None:
        try:
            await edit
        except RetryAfter:
            return "telegram.too_fast"
        except BadRequest as error:
            # Tapped twice it is as it should be; deleted, there is nothing to change.
            return None if "not modified" in error.message else "telegram.stale"
        except NetworkError:
            return "telegram.failed"
        return None
