"""Conversations as the loop finds them: what shoppers said, how it was read, what came of it."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation, Feedback, Message
from db.tables.handoffs import Handoff

Guesses = Sequence[tuple[str, float]]
SURE: Guesses = (("search_product", 0.98), ("refine_search", 0.01))


def talk(session: Session, name: str, *, consent: bool | None = True) -> str:
    """A conversation whose shopper agreed, or did not."""
    session.add(Conversation(id=name, channel="web", consent_training=consent))
    session.flush()
    return name


def said(
    session: Session,
    conversation: str,
    text: str,
    guesses: Guesses = SURE,
    *,
    fallback: bool = False,
    mood: str = "neutral",
    **values: Any,
) -> int:
    """A shopper's message, read with these guesses; its id."""
    ranking = [{"name": name, "confidence": sure} for name, sure in guesses]
    top = {"name": "nlu_fallback", "confidence": ranking[0]["confidence"]}
    parse = {
        "text": text,
        "intent": top if fallback else ranking[0],
        "intent_ranking": ranking,
        "entities": [],
        "sentiment": {"label": mood, "score": 0.0, "confidence": 1.0},
    }
    message = Message(
        conversation_id=conversation, role="shopper", text=text, parse=parse, **values
    )
    session.add(message)
    session.flush()
    return message.id


def answered(
    session: Session, conversation: str, to: int, text: str, *, role: str = "bot", **values: Any
) -> int:
    """An answer to a message; its id."""
    message = Message(conversation_id=conversation, role=role, text=text, reply_to=to, **values)
    session.add(message)
    session.flush()
    return message.id


def disliked(session: Session, answer: int) -> None:
    """The shopper's thumb went down."""
    session.add(Feedback(message_id=answer, value="down"))
    session.flush()


def called(session: Session, conversation: str, reason: str, *, later: float = 1.0) -> None:
    """A person came so many seconds later."""
    moment = now() + timedelta(seconds=later)
    session.add(Handoff(conversation_id=conversation, reason=reason, queued_at=moment))
    session.flush()
