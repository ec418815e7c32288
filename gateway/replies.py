"""What is said to a message: by the bot where it can, and the second best where it cannot."""

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from common.circuit import Circuit
from common.errors import ServiceUnavailable
from gateway.answers import Composer
from gateway.bot_client import Bot, Reply, TurnFailed
from gateway.drafts import Draft
from gateway.measures import Measures
from gateway.missed import Missed
from gateway.speaker import Speaker
from gateway.understanding import Meaning, Parse, Parser, call_for_person, read_command
from shop.person import asks_for_person

logger = logging.getLogger(__name__)

# A process that was restarted is back in a few seconds; the pauses between tries double.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.25, 2.0
# An action that fails again and again will go on failing.
FAILING_FOR_S = 6.5
# While Rasa is known to be stuck, whoever tries it for the others waits no longer than this.
PROBE_S = 4.0


@dataclass(frozen=True, slots=True)
class Question:
    """A message that wants an answer.

    Attributes:
        message_id: what the message brings about is done once under this id.
        queued: a person has just been called.
        unasked: called without having been asked for, which the answer cannot know of.
        again: its answering has been begun before, by a process that may have died in it.
        missed: what was said without the bot, while a person answered.
    """

    message_id: int
    speaker: Speaker
    meant: Meaning
    parse: Parse | None
    queued: bool = False
    unasked: bool = False
    again: bool = False
    missed: Sequence[Missed] = ()


class Replier:
    """Asks the models, each within its time, and never comes back without words.

    Args:
        nlu_timeout: seconds that understanding a message may take.
        bot_timeout: seconds that answering it may take, with all tries.
    """

    def __init__(
        self,
        *,
        composer: Composer,
        parser: Parser,
        bot: Bot,
        measures: Measures,
        nlu_timeout: float,
        bot_timeout: float,
    ) -> None:
        self._composer = composer
        self._parser = parser
        self._bot = bot
        self._measures = measures
        self._nlu_timeout = nlu_timeout
        self._bot_timeout = bot_timeout
        self._circuit = Circuit(pause=2.0)

    async def understand(self, meant: Meaning, *, shopper: str) -> Parse | None:
        """The parse of words or of a quick reply's command; None where the NLU is down.

        Who asks for a person is understood without it, and in scripts that it cannot read.

        Args:
            meant: what is to be read.
            shopper: the customer, or the guest's conversation.
        """
        parse = await self._understand(meant, shopper=shopper)
        unread = parse is None or parse.get("readable") is False
        if unread and meant.command is None and asks_for_person(meant.words):
            return call_for_person(
                meant.words, model_version=parse.get("model_version", "") if parse else ""
            )
        return parse

    async def _understand(self, meant: Meaning, *, shopper: str) -> Parse | None:
        try:
            with self._measures.hop("nlu"):
                async with asyncio.timeout(self._nlu_timeout):
                    return await self._parse(meant.command or meant.words, shopper=shopper)
        except (ServiceUnavailable, TimeoutError) as error:
            logger.warning("NLU failed", extra={"error": str(error) or type(error).__name__})
        if meant.command is None:
            return None
        try:
            return read_command(meant.command)
        except ValueError:
            logger.exception("a button carries no readable payload")
            return None

    async def reply(self, question: Question) -> list[Draft]:
        """At least one answer, an apology where there is no other."""
        locale = question.speaker.locale
        if question.parse is None:
            self._measures.degraded("nlu")
            called = await self._call_person(question)
            return [
                called
                or self._composer.not_understood(locale=locale, message_id=question.message_id)
            ]
        try:
            with self._measures.hop("bot"):
                replies = await self._ask(question, question.parse)
            with self._measures.hop("store"):
                drafts = await asyncio.to_thread(self._composer.compose, replies, locale=locale)
            if drafts:
                if question.unasked and not any(draft.handoff for draft in drafts):
                    drafts.append(self._composer.handed_over(locale=locale, degraded=False))
                return drafts
            logger.error("nothing to show in the bot's answer")
        except (ServiceUnavailable, TimeoutError) as error:
            logger.warning("bot failed", extra={"error": str(error) or type(error).__name__})
        except Exception:
            logger.exception("answer could not be composed")
        return [await self.apologise(question)]

    async def apologise(self, question: Question) -> Draft:
        """What is said where there is no answer."""
        self._measures.degraded("bot")
        if called := await self._call_person(question):
            return called
        locale = question.speaker.locale
        if question.queued:
            return self._composer.handed_over(locale=locale, degraded=True)
        return self._composer.no_answer(locale=locale, message_id=question.message_id)

    async def _call_person(self, question: Question) -> Draft | None:
        """Whoever was let down again and again is given a person instead of another apology."""
        speaker = question.speaker
        if speaker.state != "bot" or question.queued:
            return None
        here = speaker.conversation_id
        if not await asyncio.to_thread(self._composer.was_let_down, here):
            return None
        draft = self._composer.handed_over(locale=speaker.locale, degraded=True)
        return replace(draft, handoff="part_down")

    async def _parse(self, text: str, *, shopper: str) -> Parse:
        try:
            return await self._parser.parse(text, shopper=shopper)
        except ServiceUnavailable:
            # One connection may just have been closed; more than that is for the menu.
            await asyncio.sleep(FIRST_PAUSE_S)
            return await self._parser.parse(text, shopper=shopper)

    async def _ask(self, question: Question, parse: Parse) -> list[Reply]:
        """The bot's messages, asked for again while it may be just about to come back.

        Raises:
            ServiceUnavailable: there are none.
            TimeoutError: there are none in time.
        """
        patience = self._bot_timeout
        if self._circuit.is_open:
            if not self._circuit.admit():
                raise ServiceUnavailable("Rasa failed just now; it is tried again soon.")
            patience = min(patience, PROBE_S)
        begun, pause, again = time.monotonic(), FIRST_PAUSE_S, question.again
        while True:
            left = begun + patience - time.monotonic()
            metadata = _metadata(question, answer_by=time.time() + left, again=again)
            try:
                async with asyncio.timeout(left):
                    replies = await self._bot.answer(
                        question.speaker.conversation_id,
                        text=question.meant.words,
                        parse=parse,
                        metadata=metadata,
                    )
            except TurnFailed:
                # It lives: what it makes of one message says nothing of the next.
                self._circuit.succeeded()
                if time.monotonic() + pause > begun + min(patience, FAILING_FOR_S):
                    raise
            except (ServiceUnavailable, TimeoutError):
                if time.monotonic() + pause > begun + patience:
                    self._circuit.failed()
                    raise
            else:
                self._circuit.succeeded()
                return replies
            again = True
            await asyncio.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_S)


def _metadata(question: Question, *, answer_by: float, again: bool) -> Mapping[str, Any]:
    speaker = question.speaker
    # The channel takes it out again: it is no part of this message.
    missed = {"missed": list(question.missed)} if question.missed else {}
    return {
        **missed,
        "customer_id": speaker.customer_id,
        "locale": speaker.locale,
        "page": speaker.page,
        "state": speaker.state,
        "country": speaker.country,
        # So that nothing is done twice, and nothing after the shopper was told that it failed.
        "message_id": str(question.message_id),
        "again": again,
        "answer_by": answer_by,
    }
