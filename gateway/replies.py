"""What is said to a message: by the bot where it can, and the second best where it cannot."""

import asyncio
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from common.circuit import Circuit
from common.errors import ServiceUnavailable
from gateway.answers import Composer
from gateway.bot_client import Bot, Reply, TurnFailed
from gateway.measures import Measures
from gateway.speaker import Speaker
from gateway.store import Draft
from gateway.understanding import Meaning, Parse, Parser, read_command

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
    """

    message_id: int
    speaker: Speaker
    meant: Meaning
    parse: Parse | None
    queued: bool = False
    unasked: bool = False
    again: bool = False


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

    async def understand(self, meant: Meaning) -> Parse | None:
        """The parse of words or of a quick reply's command; None where the NLU is down."""
        try:
            with self._measures.hop("nlu"):
                async with asyncio.timeout(self._nlu_timeout):
                    return await self._parse(meant.command or meant.words)
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
            return [self._composer.not_understood(locale=locale, message_id=question.message_id)]
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
        return [self.apologise(question)]

    def apologise(self, question: Question) -> Draft:
        """What is said where there is no answer."""
        self._measures.degraded("bot")
        locale = question.speaker.locale
        if question.queued:
            return self._composer.handed_over(locale=locale, degraded=True)
        return self._composer.no_answer(locale=locale, message_id=question.message_id)

    async def _parse(self, text: str) -> Parse:
        try:
            return await self._parser.parse(text)
        except ServiceUnavailable:
            # One connection may just have been closed; more than that is for the menu.
            await asyncio.sleep(FIRST_PAUSE_S)
            return await self._parser.parse(text)

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
    return {
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
