"""Messages that nobody has labelled yet, with what tells that a look at them is worth it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from db.tables.conversations import Conversation, Feedback, Message
from db.tables.handoffs import Handoff, MessageLabel
from learning.worth import Seen
from nlu.hygiene import fold
from nlu.labels import OUT_OF_SCOPE
from nlu.wire import FALLBACK

# Whoever reads back further finds what the shop sells no more.
WINDOW = 4000
# A person was called because the bot had failed, or came without having been called.
_FAILED = ("accepted", "not_understood", "stuck", "upset", "staff")
# Somebody who steps in later steps in for another reason.
_RIGHT_AFTER = timedelta(minutes=10)
_LABELS_READ = 5000
MOST_LIKELY = 6


@dataclass(frozen=True, slots=True)
class Guess:
    """An intent that may be meant, and its probability."""

    intent: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Unlabelled:
    """One message that a person may look at.

    Attributes:
        seen: what its worth is computed from, without a vector.
        said_at: when it came.
    """

    id: int
    seen: Seen
    said_at: datetime


def open_conditions() -> list[ColumnElement[bool]]:
    """What holds of messages that may be labelled, of a query that joins `Conversation`."""
    return [
        Conversation.consent_training.is_(True),
        Message.role == "shopper",
        # A tapped quick reply is our own wording.
        Message.payload.is_(None),
    ]


def read_guesses(parse: dict[str, Any] | None) -> list[Guess]:
    """The intents that the model held likely, best first; a fallback is none of them."""
    ranking = (parse or {}).get("intent_ranking") or [(parse or {}).get("intent") or {}]
    return [
        Guess(each["name"], float(each.get("confidence") or 0.0))
        for each in ranking
        if each.get("name") and each["name"] != FALLBACK
    ]


def read_unlabelled(session: Session, *, window: int = WINDOW) -> list[Unlabelled]:
    """The newest messages without a label whose shoppers agreed, newest first.

    A wording that was labelled elsewhere already is left out: it is learnt from once.
    """
    labelled = select(MessageLabel.id).where(MessageLabel.message_id == Message.id)
    query = (
        select(Message.id, Message.text, Message.parse, Message.created_at)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(*open_conditions(), Message.parse.is_not(None), ~labelled.exists())
        .order_by(Message.id.desc())
        .limit(window)
    )
    rows = session.execute(query).all()
    if not rows:
        return []
    known = {fold(text) for text in _labelled_texts(session)}
    oldest = rows[-1].id
    disliked = set(_disliked(session, oldest=oldest))
    taken_over = set(_taken_over(session, oldest=oldest))
    return [
        Unlabelled(
            row.id,
            _see(row.id, row.text, row.parse, down=row.id in disliked, taken=row.id in taken_over),
            row.created_at,
        )
        for row in rows
        if row.text.strip() and fold(row.text) not in known
    ]


def _see(key: int, text: str, parse: dict[str, Any], *, down: bool, taken: bool) -> Seen:
    ranking = parse.get("intent_ranking") or [parse.get("intent") or {}]
    sure = {each.get("name"): each.get("confidence") or 0.0 for each in ranking}
    sure.pop(FALLBACK, None)
    # The ranking is given best first.
    (intent, best), (_, second) = [*islice(sure.items(), 2), (FALLBACK, 0.0), ("", 0.0)][:2]
    return Seen(
        message=str(key),
        text=text,
        intent=intent or FALLBACK,
        confidence=best,
        margin=best - second,
        out_of_scope=sure.get(OUT_OF_SCOPE, 0.0),
        fallback=(parse.get("intent") or {}).get("name") == FALLBACK,
        thumbs_down=down,
        negative=(parse.get("sentiment") or {}).get("label") == "negative",
        taken_over=taken,
    )


def _labelled_texts(session: Session) -> Sequence[str]:
    query = (
        select(Message.text)
        .join(MessageLabel, MessageLabel.message_id == Message.id)
        .order_by(MessageLabel.id.desc())
        .limit(_LABELS_READ)
    )
    return session.scalars(query).all()


def _disliked(session: Session, *, oldest: int) -> Sequence[int | None]:
    """What was answered so that the shopper's thumb went down."""
    query = (
        select(Message.reply_to)
        .join(Feedback, Feedback.message_id == Message.id)
        .where(Feedback.value == "down", Message.reply_to >= oldest)
    )
    return session.scalars(query).all()


def _taken_over(session: Session, *, oldest: int) -> list[int]:
    """What had just been said when a person had to come."""
    last, said_at = func.max(Message.id), func.max(Message.created_at)
    query = (
        select(last, said_at, Handoff.queued_at)
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(
            Handoff.reason.in_(_FAILED),
            Message.role == "shopper",
            Message.id >= oldest,
            Message.created_at <= Handoff.queued_at,
        )
        .group_by(Handoff.id, Handoff.queued_at)
    )
    rows = session.execute(query)
    return [key for key, said, called in rows if called - said <= _RIGHT_AFTER]
