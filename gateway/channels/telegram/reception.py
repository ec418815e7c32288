"""Who comes in by Telegram, and what becomes of what they say, tap and command."""

import asyncio
import logging
import time
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from gateway.answers import Composer
from gateway.channels.telegram.chats import SENT_FROM_HERE, TelegramChats
from gateway.channels.telegram.outbox import Outbox
from gateway.channels.telegram.taps import Taps
from gateway.channels.telegram.updates import (
    Commanded,
    Elsewhere,
    Met,
    News,
    Said,
    Tapped,
    Writer,
)
from gateway.channels.telegram.voice import Voice
from gateway.conversation import ConversationRouter, IncomingMessage, Turn
from gateway.errors import TooManyRequests
from gateway.rate_limits import RateLimits
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.text import MAX_LENGTH
from gateway.transcript import write_transcript
from gateway.words import Words
from shop.outreach_wishes import name_subject, set_topic, stop_all

logger = logging.getLogger(__name__)

# Telegram shows "typing" for five seconds.
TYPING_S = 4.5
# Whoever writes too fast is told so, but not for each message.
WARN_EVERY_S = 30.0


class Reception:
    """Passes messages to the conversation router and answers commands itself."""

    def __init__(
        self,
        *,
        bot: Bot,
        chats: TelegramChats,
        router: ConversationRouter,
        store: ConversationStore,
        limits: RateLimits,
        composer: Composer,
        words: Words,
        outbox: Outbox,
        voice: Voice,
        taps: Taps,
    ) -> None:
        self._bot = bot
        self._chats = chats
        self._router = router
        self._store = store
        self._limits = limits
        self._composer = composer
        self._words = words
        self._outbox = outbox
        self._voice = voice
        self._taps = taps
        self._following: set[asyncio.Task[None]] = set()
        self._warned: dict[int, float] = {}

    async def receive(self, update_id: int, news: News) -> None:
        """Take in what has come; what a shopper said is stored when this is done."""
        match news:
            case Elsewhere():
                await self._refuse_group(news.writer)
            case Met():
                change = self._chats.block if news.blocked else self._chats.unblock
                await asyncio.to_thread(change, news.writer.chat_id)
            case Commanded():
                await self._command(news)
            case Said():
                await self._hear(update_id, news)
            case Tapped():
                await self._taps.take(
                    news,
                    speaker=await asyncio.to_thread(self._chats.find, news.writer.chat_id),
                    pass_on=lambda speaker: self._pass_on(
                        news.writer, speaker, update_id, token=news.data
                    ),
                )

    async def _hear(self, update_id: int, said: Said) -> None:
        chat_id = said.writer.chat_id
        speaker, _ = await self._speaker(said.writer)
        if said.text is None:
            await self._voice.say(chat_id, speaker, "no_words")
        elif len(said.text) > MAX_LENGTH:
            await self._voice.say(chat_id, speaker, "too_long", most=MAX_LENGTH)
        else:
            try:
                await self._pass_on(said.writer, speaker, update_id, text=said.text)
            except TooManyRequests:
                if self._may_warn(chat_id):
                    await self._voice.say(chat_id, speaker, "too_fast")

    async def _pass_on(
        self,
        writer: Writer,
        speaker: Speaker,
        update_id: int,
        *,
        text: str | None = None,
        token: str | None = None,
    ) -> None:
        """Store what they said; its answers follow by themselves.

        Raises:
            TooManyRequests: they have said too much in a short time.
            UnknownPayload: this button was not offered in this conversation.
        """
        await self._limits.spend("messages", speaker.conversation_id)
        turn = await self._router.receive(
            IncomingMessage(
                speaker,
                text=text,
                token=token,
                client_message_id=f"{SENT_FROM_HERE}{update_id}",
            )
        )
        self._start(self._follow(writer.chat_id, turn, typing=speaker.state != "human"))

    async def _follow(self, chat_id: int, turn: Turn, *, typing: bool) -> None:
        """Show that somebody is at it, until the answers are there."""
        while not turn.answers.done():
            if typing:
                with suppress(TelegramError):
                    await self._bot.send_chat_action(chat_id, ChatAction.TYPING)
            await asyncio.wait({turn.answers}, timeout=TYPING_S)
        self._outbox.wake(chat_id)

    async def _command(self, command: Commanded) -> None:
        writer = command.writer
        speaker, new = await self._speaker(writer)
        match command.name:
            case "start":
                await self._start_chat(command, speaker, new=new)
            case "help":
                await self._voice.say(writer.chat_id, speaker, "help", menu=True)
            case "settings":
                await self._taps.show_settings(writer.chat_id, speaker)
            case "transcript":
                await self._hand_out(writer.chat_id, speaker)
            case "stop":
                await asyncio.to_thread(self._stop, speaker)
                await self._voice.say(writer.chat_id, speaker, "stopped")

    async def _hand_out(self, chat_id: int, speaker: Speaker) -> None:
        """Send the conversation as a file. Who does not get it asks again."""
        try:
            await self._limits.spend("actions", speaker.conversation_id)
        except TooManyRequests:
            if self._may_warn(chat_id):
                await self._voice.say(chat_id, speaker, "too_fast")
            return
        text = await asyncio.to_thread(self._write, speaker)
        name = self._words.say("telegram.transcript_file", locale=speaker.locale)
        try:
            await self._bot.send_document(chat_id, text.encode(), filename=f"{name}.txt")
        except TelegramError as error:
            logger.warning("a transcript did not arrive", extra={"error": type(error).__name__})

    def _write(self, speaker: Speaker) -> str:
        with self._store.sessions() as session:
            return write_transcript(
                session, speaker.conversation_id, words=self._words, locale=speaker.locale
            )

    async def _start_chat(self, command: Commanded, speaker: Speaker, *, new: bool) -> None:
        chat_id = command.writer.chat_id
        await asyncio.to_thread(self._let_alerts_in, speaker)
        if command.argument:
            await self._taps.ask_to_join(chat_id, speaker, command.argument)
        elif not new:
            await self._voice.say(chat_id, speaker, "back", menu=True)

    def _let_alerts_in(self, speaker: Speaker) -> None:
        with self._store.writing() as session:
            set_topic(session, _subject(speaker), "alerts", on=True)

    def _stop(self, speaker: Speaker) -> None:
        with self._store.writing() as session:
            stop_all(session, _subject(speaker))

    async def _speaker(self, writer: Writer) -> tuple[Speaker, bool]:
        """Who writes, greeted where they are new, and heard again where they had gone."""
        locale = self._words.choose_locale(writer.language)
        speaker, new = await asyncio.to_thread(
            self._chats.open,
            writer.chat_id,
            locale=locale,
            greet=lambda _: self._composer.greeting(name=None, locale=locale),
        )
        if new:
            self._outbox.wake(writer.chat_id)
        else:
            await asyncio.to_thread(self._chats.unblock, writer.chat_id)
        return speaker, new

    async def _refuse_group(self, writer: Writer) -> None:
        """Say that this is for two, and leave: others would read what is private."""
        locale = self._words.choose_locale(writer.language)
        with suppress(TelegramError):
            await self._bot.send_message(
                writer.chat_id, self._words.say("telegram.no_groups", locale=locale)
            )
        with suppress(TelegramError):
            await self._bot.leave_chat(writer.chat_id)

    def _may_warn(self, chat_id: int) -> bool:
        moment = time.monotonic()
        if len(self._warned) > 1000:
            self._warned = {
                chat: when for chat, when in self._warned.items() if moment - when < WARN_EVERY_S
            }
        if moment - self._warned.get(chat_id, -WARN_EVERY_S) < WARN_EVERY_S:
            return False
        self._warned[chat_id] = moment
        return True

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._following.add(task)
        task.add_done_callback(self._following.discard)


def _subject(speaker: Speaker) -> str:
    return name_subject(conversation_id=speaker.conversation_id, customer_id=speaker.customer_id)
