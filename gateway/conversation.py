"""The conversation router: how a message travels from a channel to its answers.

Stored first, then understood, then decided who answers, then answered, and the answers stored: from
the first step on nothing that a shopper said is lost, whichever part is down, this one included.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from sqlalchemy.exc import OperationalError

from common.errors import ServiceUnavailable
from common.logs import conversation_id as logged_conversation
from common.logs import note
from gateway import wire
from gateway.custody import Custody
from gateway.drafts import Draft, Stored
from gateway.errors import AnsweredElsewhere, UnknownPayload
from gateway.hub import Hub
from gateway.lobby import Lobby
from gateway.measures import Measures
from gateway.missed import Missed
from gateway.replies import Question, Replier
from gateway.speaker import Speaker
from gateway.standing import state_frame
from gateway.store import ConversationStore
from gateway.turns import TurnQueue
from gateway.unanswered import Stranded, Unanswered
from gateway.understanding import Meaning, read_meaning
from shop.handoff import UNASKED, bot_answers

logger = logging.getLogger(__name__)

MOST_WAITING = 200
# A message that has brought down several processes is answered by an apology alone.
MOST_ATTEMPTS = 5
# How long to wait for another process that has a message in hand, and how often to look.
ELSEWHERE_S, LOOK_S = 12.0, 0.25
# An answer that is there is worth some waiting for a database that is busy.
STORE_WITHIN_S = 11.0


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
    """Leads every message of every channel through the steps above."""

    def __init__(
        self,
        *,
        store: ConversationStore,
        unanswered: Unanswered,
        custody: Custody,
        replier: Replier,
        lobby: Lobby,
        hub: Hub,
        measures: Measures,
    ) -> None:
        self._store = store
        self._unanswered = unanswered
        self._custody = custody
        self._replier = replier
        self._lobby = lobby
        self._hub = hub
        self._measures = measures
        self._arrivals = TurnQueue(most_waiting=MOST_WAITING)
        self._turns = TurnQueue(most_waiting=MOST_WAITING)
        measures.watch_queue(lambda: self._turns.waiting)

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

    def resume(self, stranded: Stranded) -> None:
        """Answer a message that another process was at when it died."""
        self._enqueue(stranded.speaker, stranded.stored)

    async def drain(self, *, seconds: float) -> None:
        """Before the process ends: let the turns under way finish."""
        await self._turns.drain(seconds=seconds)

    async def _admit(
        self, incoming: IncomingMessage, on_stored: Callable[[Stored], None] | None
    ) -> Turn:
        here = incoming.speaker.conversation_id
        logged_conversation.set(here)
        text, payload = incoming.text or "", None
        if incoming.token is not None:
            reply = await asyncio.to_thread(self._store.payload, here, incoming.token)
            if reply is None:
                raise UnknownPayload("This payload was not offered in this conversation.")
            text, payload = reply.title, reply.payload
        stored = await asyncio.to_thread(
            self._store.add_message,
            here,
            text,
            client_message_id=incoming.client_message_id,
            payload=payload,
            page=incoming.page,
        )
        if on_stored is not None:
            on_stored(stored)
        if not stored.repeated:
            self._publish_message(here, stored.message)
        return Turn(stored, self._enqueue(incoming.speaker, stored))

    def _enqueue(self, speaker: Speaker, stored: Stored) -> asyncio.Task[wire.Messages]:
        answers = self._turns.enqueue(
            speaker.conversation_id, partial(self._answer, speaker, stored)
        )
        held = self._custody.holding(stored.id)
        held.__enter__()
        answers.add_done_callback(lambda _: held.__exit__(None, None, None))
        return answers

    async def _answer(self, speaker: Speaker, stored: Stored) -> wire.Messages:
        """Answer a stored message, or find the answers that it has already."""
        logged_conversation.set(speaker.conversation_id)
        attempts = 1
        if stored.repeated:
            found = await self._find_answers(speaker, stored)
            if isinstance(found, wire.Messages):
                return found
            attempts = found
        try:
            with self._measures.turn():
                return await self._take_turn(speaker, stored, attempts=attempts)
        except AnsweredElsewhere:
            found = await self._find_answers(speaker, stored)
            if isinstance(found, wire.Messages):
                return found
            raise
        except Exception:
            # The message stays unanswered in the store: whoever looks next answers it.
            logger.exception("turn failed", extra={"message_id": stored.id})
            raise

    async def _find_answers(self, speaker: Speaker, stored: Stored) -> wire.Messages | int:
        """The answers, from whichever process; or which attempt it is, where it is ours to make.

        Raises:
            ServiceUnavailable: another process has it in hand and does not come to an end.
        """
        until = time.monotonic() + ELSEWHERE_S
        while True:
            answers = await asyncio.to_thread(self._store.answers, stored.id)
            if answers is not None:
                standing = await asyncio.to_thread(self._store.standing, speaker.conversation_id)
                return wire.Messages(**standing.model_dump(), messages=answers)
            attempts = await asyncio.to_thread(self._unanswered.take, stored.id)
            if attempts is not None:
                return attempts
            if time.monotonic() > until:
                raise ServiceUnavailable("Another gateway is still at this message.")
            await asyncio.sleep(LOOK_S)

    async def _take_turn(self, speaker: Speaker, stored: Stored, *, attempts: int) -> wire.Messages:
        here = speaker.conversation_id
        silent = not bot_answers(speaker.state) and speaker.state != "closed"
        if not silent:
            self._hub.publish(here, {"type": "typing", "who": "bot", "on": True})
        try:
            message_id, meant = await self._meaning(here, stored)
            parse = await self._replier.understand(meant, shopper=speaker.customer_id or here)
            with self._measures.hop("store"):
                speaker, transition = await asyncio.to_thread(
                    self._store.settle, here, stored.id, parse
                )
            note(intent=parse["intent"]["name"] if parse else None, attempts=attempts)
            understood = {"type": "understood", "message": stored.message, "parse": parse}
            self._hub.tell_staff(here, understood)
            if transition is not None:
                note(handoff=transition.reason)
                logger.info("conversation changed hands", extra={"reason": transition.reason})
            drafts: list[Draft] = []
            if bot_answers(speaker.state):
                question = Question(
                    message_id=message_id,
                    speaker=speaker,
                    meant=meant,
                    parse=parse,
                    queued=transition is not None and transition.after == "queued",
                    unasked=transition is not None and transition.reason in UNASKED,
                    again=attempts > 1 or message_id != stored.id,
                    missed=await self._missed(speaker, stored),
                )
                if own := self._lobby.answer(speaker, meant.command):
                    drafts = [own]
                elif attempts > MOST_ATTEMPTS:
                    drafts = [await self._replier.apologise(question)]
                else:
                    drafts = await self._replier.reply(question)
            with self._measures.hop("store"):
                answered = await self._store_answers(here, stored.id, drafts)
            if answered.messages:
                for reason in (draft.handoff for draft in drafts if draft.handoff):
                    note(handoff=reason)
            elif drafts:
                logger.info("a person has taken over: the bot's answer is not said")
            for answer in answered.messages:
                self._publish_message(here, answer)
        finally:
            if not silent:
                self._hub.publish(here, {"type": "typing", "who": "bot", "on": False})
        self._hub.publish(here, state_frame(answered))
        return answered

    async def _missed(self, speaker: Speaker, stored: Stored) -> list[Missed]:
        """What the bot is to be told first; hardly ever anything, so hardly ever looked up."""
        if speaker.heard_until is None:
            return []
        return await asyncio.to_thread(self._store.missed, speaker, before=stored.id)

    async def _meaning(self, here: str, stored: Stored) -> tuple[int, Meaning]:
        """What is meant, and the message that it counts as: "try again" is the one before."""
        meant = read_meaning(stored.message.text, payload=stored.payload)
        if meant.again is None:
            return stored.id, meant
        earlier = await asyncio.to_thread(self._store.said, here, meant.again)
        if earlier is None:
            return stored.id, meant
        return earlier.id, read_meaning(earlier.message.text, payload=earlier.payload)

    async def _store_answers(
        self, here: str, message_id: int, drafts: list[Draft]
    ) -> wire.Messages:
        """Store the answers, tried again while the database may be busy with something else."""
        until = time.monotonic() + STORE_WITHIN_S
        # An apology is said without the bot.
        heard = any(not draft.degraded for draft in drafts)
        add = partial(self._store.add_answers, here, message_id, drafts, caught_up=heard)
        while True:
            try:
                return await asyncio.to_thread(add)
            except (OperationalError, ServiceUnavailable):
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(LOOK_S)

    def _publish_message(self, conversation_id: str, message: wire.Message) -> None:
        frame = {"type": "message", "message": message.model_dump(mode="json")}
        self._hub.publish(conversation_id, frame)
