"""How it was: asked where a person's help has ended, answered by one tap."""

import asyncio
import re
from html import escape

from sqlalchemy import select
from sqlalchemy.orm import aliased
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from db.tables.base import now
from db.tables.conversations import Message
from db.tables.handoffs import Handoff, Rating
from gateway import wire
from gateway.channels.telegram.preferences import Menu
from gateway.hub import Hub
from gateway.speaker import Speaker
from gateway.store import ConversationStore
from gateway.words import Words

GRADE = "grade:"
_GRADE = re.compile(r"grade:(\d{1,18}):([1-5])")
_BEST = 5


class Grading:
    """Asks, keeps the first answer, and shows it in place of the question."""

    def __init__(self, *, store: ConversationStore, words: Words, hub: Hub) -> None:
        self._store = store
        self._words = words
        self._hub = hub

    def question(
        self, message: wire.Message, *, conversation_id: str, locale: str
    ) -> tuple[str, InlineKeyboardMarkup] | None:
        """What to ask after this message, in plain words, and the stars to tap. Blocks.

        Returns:
            None unless the message ends a person's help.
        """
        if message.role != "system":
            return None
        earlier = aliased(Message)
        ended_by_it = (
            select(Handoff.id)
            .outerjoin(Rating, Rating.handoff_id == Handoff.id)
            .where(
                Handoff.conversation_id == conversation_id,
                Handoff.ended_how == "closed",
                # Where nobody has said anything there is nothing to tell of.
                Handoff.first_response_at.is_not(None),
                Handoff.ended_at <= message.created_at,
                Rating.handoff_id.is_(None),
                # What the shop says first after the end says that it has ended.
                ~select(earlier.id)
                .where(
                    earlier.conversation_id == conversation_id,
                    earlier.role == "system",
                    earlier.created_at >= Handoff.ended_at,
                    earlier.id < int(message.id),
                )
                .exists(),
            )
            .order_by(Handoff.id.desc())
            .limit(1)
        )
        with self._store.sessions() as session:
            helped = session.scalar(ended_by_it)
        if helped is None:
            return None
        stars = [
            InlineKeyboardButton(f"{score} ★", callback_data=f"{GRADE}{helped}:{score}")
            for score in range(1, _BEST + 1)
        ]
        question = self._words.say("telegram.grade.question", locale=locale)
        return question, InlineKeyboardMarkup([stars])

    async def take(self, speaker: Speaker, data: str) -> Menu | None:
        """Keep what a tap says, and show it; None where there is nothing to grade."""
        found = _GRADE.fullmatch(data)
        if found is None:
            return None
        here = speaker.conversation_id
        score = await asyncio.to_thread(self._keep, here, int(found[1]), int(found[2]))
        if score is None:
            return None
        self._hub.tell_staff(here, {"type": "changed"})
        stars = "★" * score + "☆" * (_BEST - score)
        thanks = self._words.say("telegram.grade.thanks", locale=speaker.locale)
        return Menu(f"{stars}\n{escape(thanks, quote=False)}", InlineKeyboardMarkup([]))

    def _keep(self, conversation_id: str, handoff_id: int, score: int) -> int | None:
        """The score that is kept: the first one."""
        with self._store.writing() as session:
            helped = session.get(Handoff, handoff_id)
            if (
                helped is None
                or helped.conversation_id != conversation_id
                or helped.ended_how != "closed"
            ):
                return None
            kept = session.get(Rating, handoff_id)
            if kept is None:
                kept = Rating(handoff_id=handoff_id, score=score, created_at=now())
                session.add(kept)
            return kept.score
