"""The conversation router: how a message travels from a channel to its answers.

Stored first, then understood, then decided who answers, then answered, and the answers stored: from
the first step on nothing that a shopper said is lost, whichever part is down.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from common.errors import ServiceUnavailable
from common.logs import conversation_id as logged_conversation
from gateway import wire
from gateway.answers import Composer
from gateway.bot_client import Bot
from gateway.errors import UnknownPayload
from gateway.hub import Hub
from gateway.measures import Measures
from gateway.speaker import Speaker
from gateway.store import ConversationStore, Draft, Stored
from gateway.text import as_words
from gateway.turns import TurnQueue
from gateway.understanding import Meaning, Parse, Parser, meaning_of, read_command
from shop.handoff import bot_answers

logger = logging.getLogger(__name__)

MOST_WAITING = 200


@dataclass(frozen=True, slots=True)
class IncomingMessage:
    """What a channel brings: words, or the token of a quick reply."""

    speaker: Speaker
    text: str | None = None
    token: str | None = None
    client_message_id: str | None = None
    page: wire.Page | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """A stored message and the answers to come."""

    stored: Stored
    answers: asyncio.Task[wire.Messages]

    async def answered(self) -> wire.Messages:
        """The answers. Whoever stops waiting for them does not stop them."""
        return await asyncio.shield(self.answers)


class ConversationRouter:
    """Leads every message of every channel through the steps above.

    Args:
        nlu_timeout: seconds that understanding a message may take.
        bot_timeout: seconds that answering it may take.
    """

    def __init__(
        self,
        *,
        store: ConversationStore,
        composer: Composer,
        parser: Parser,
        bot: Bot,
        hub: Hub,
        measures: Measures,
        nlu_timeout: float,
        bot_timeout: float,
    ) -> None:
        self._store = store
        self._composer = composer
        self._parser = parser
        self._bot = bot
        self._hub = hub
        self._measures = measures
        self._nlu_timeout = nlu_timeout
        self._bot_timeout = bot_timeout
        self._arrivals = TurnQueue(most_waiting=MOST_WAITING)
        self._turns = TurnQueue(most_waiting=MOST_WAITING)

    async def receive(
        self, incoming: IncomingMessage, *, on_stored: Callable[[Stored], None] | None = None
    ) -> Turn:
        """Store a message and put its answering in the queue of its conversation.

        Args:
            on_stored: called as soon as the message is safe, before anyone is told of it.

        Raises:
            UnknownPayload: the quick reply was not offered in this conversation.
            TooManyMessages: too many wait already.
        """
        # Stored one after the other too: the order of ids is the order of arrival.
        arrival = self._arrivals.enqueue(
            incoming.speaker.conversation_id, partial(self._admit, incoming, on_stored)
        )
        return await asyncio.shield(arrival)

    async def drain(self, *, seconds: float) -> None:
        """Before the process ends: let the turns under way finish."""
        await self._turns.drain(seconds=seconds)

    async def _admit(
        self, incoming: IncomingMessage, on_stored: Callable[[Stored], None] | None
    ) -> Turn:
        here = incoming.speaker.conversation_id
        logged_conversation.set(here)
        text = incoming.text or ""
        meant = Meaning(as_words(text))
        if incoming.token is not None:
            reply = await asyncio.to_thread(self._store.payload, here, incoming.token)
            if reply is None:
                raise UnknownPayload("This payload was not offered in this conversation.")
            text = reply.title
            meant = meaning_of(reply.payload, title=text)
        stored = await asyncio.to_thread(
            self._store.add_message,
            here,
            text,
            client_message_id=incoming.client_message_id,
            page=incoming.page,
        )
        if on_stored is not None:
            on_stored(stored)
        if not stored.repeated:
            self._publish_message(here, stored.message)
        answers = self._turns.enqueue(here, partial(self._answer, incoming.speaker, stored, meant))
        return Turn(stored, answers)

    async def _answer(self, speaker: Speaker, stored: Stored, meant: Meaning) -> wire.Messages:
        """Answer a stored message, or find the answers that it has already."""
        here = speaker.conversation_id
        if stored.repeated:
            answers = await asyncio.to_thread(self._store.answers, stored.id)
            if answers is not None:
                state = await asyncio.to_thread(self._store.state, here)
                return wire.Messages(state=state, messages=answers)
        try:
            with self._measures.turn():
                return await self._take_turn(speaker, stored, meant)
        except Exception:
            # The message stays unanswered in the store: sent again, it is answered then.
            logger.exception("turn failed", extra={"message_id": stored.id})
            raise

    async def _take_turn(self, speaker: Speaker, stored: Stored, meant: Meaning) -> wire.Messages:
        here = speaker.conversation_id
        silent = not bot_answers(speaker.state) and speaker.state != "closed"
        if not silent:
            self._hub.publish(here, {"type": "typing", "who": "bot", "on": True})
        try:
            parse = await self._understand(meant)
            with self._measures.hop("store"):
                speaker, transition = await asyncio.to_thread(
                    self._store.settle, here, stored.id, parse
                )
            if transition is not None:
                logger.info("conversation changed hands", extra={"reason": transition.reason})
            drafts: list[Draft] = []
            if bot_answers(speaker.state):
                queued = transition is not None and transition.after == "queued"
                drafts = await self._reply(speaker, meant, parse, queued=queued)
            with self._measures.hop("store"):
                answers = await asyncio.to_thread(self._store.add_answers, here, stored.id, drafts)
                if any(draft.handoff for draft in drafts):
                    state = await asyncio.to_thread(self._store.state, here)
                    speaker = replace(speaker, state=state)
            for answer in answers:
                self._publish_message(here, answer)
        finally:
            if not silent:
                self._hub.publish(here, {"type": "typing", "who": "bot", "on": False})
        self._hub.publish(here, {"type": "state", "state": speaker.state})
        return wire.Messages(state=speaker.state, messages=answers)

    async def _understand(self, meant: Meaning) -> Parse | None:
        """The parse of words or of a quick reply's command; None where the NLU is down."""
        try:
            with self._measures.hop("nlu"):
                async with asyncio.timeout(self._nlu_timeout):
                    return await self._parser.parse(meant.command or meant.words)
        except (ServiceUnavailable, TimeoutError) as error:
            logger.warning("NLU failed", extra={"error": str(error) or type(error).__name__})
        if meant.command is None:
            return None
        try:
            return read_command(meant.command)
        except ValueError:
            logger.exception("a button carries no readable payload")
            return None

    async def _reply(
        self, speaker: Speaker, meant: Meaning, parse: Parse | None, *, queued: bool
    ) -> list[Draft]:
        locale = speaker.locale
        if parse is None:
            self._measures.degraded("nlu")
            return [self._composer.not_understood(locale=locale)]
        metadata = {
            "customer_id": speaker.customer_id,
            "locale": locale,
            "page": speaker.page,
            "state": speaker.state,
            "country": speaker.country,
        }
        try:
            with self._measures.hop("bot"):
                async with asyncio.timeout(self._bot_timeout):
                    replies = await self._bot.answer(
                        speaker.conversation_id,
                        text=meant.words,
                        parse=parse,
                        metadata=metadata,
                    )
            with self._measures.hop("store"):
                drafts = await asyncio.to_thread(self._composer.compose, replies, locale=locale)
            if drafts:
                return drafts
            logger.error("nothing to show in the bot's answer")
        except (ServiceUnavailable, TimeoutError) as error:
            logger.warning("bot failed", extra={"error": str(error) or type(error).__name__})
        except Exception:
            logger.exception("answer could not be composed")
        self._measures.degraded("bot")
        apology = self._composer.handed_over if queued else self._composer.no_answer
        return [apology(locale=locale)]

    def _publish_message(self, conversation_id: str, message: wire.Message) -> None:
        frame = {"type": "message", "message": message.model_dump(mode="json")}
        self._hub.publish(conversation_id, frame)
