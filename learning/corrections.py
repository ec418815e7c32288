"""What staff say of messages: how they are to be read, or that nothing is to be learnt from them.

Several messages are labelled in one act, under an id of the caller's own: the same act again does
nothing twice, and an act is taken back whole. The newest label of a message holds; whoever labels
what somebody else has labelled before is told so, and has the last word.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from common.errors import BadRequest, Conflict
from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.corrections import WantedIntent
from db.tables.handoffs import MessageLabel
from learning.corrections_reading import open_conditions
from nlu.labels import ROLES
from nlu.wire import FALLBACK
from shop.message_labels import newest_labels, newest_of_each
from shop.staff import note_act

# As the names of the intents that are there already; the model writes them as words.
INTENT_NAME = re.compile(r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$")
LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Choice:
    """One message of an act.

    Attributes:
        entities: all of the message, [{entity, start, end, value, role}]; None leaves them as read.
    """

    id: int
    entities: Sequence[Mapping[str, Any]] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How messages are to be read. None leaves a part as it was read.

    Attributes:
        discarded: nothing is to be learnt from them, and the rest says nothing.
    """

    intent: str | None = None
    sentiment: str | None = None
    discarded: bool = False


@dataclass(frozen=True, slots=True)
class Overridden:
    """A label of somebody else's that no longer holds."""

    message: int
    label: int
    staff_id: str
    name: str
    intent: str | None
    discarded: bool


@dataclass(frozen=True, slots=True)
class Labelled:
    """What came of an act.

    Attributes:
        labels: the labels by message.
        overridden: what others had said meanwhile.
        gone: messages that may not be learnt from any more.
        conversation_id: of the first message.
    """

    labels: dict[int, int]
    overridden: tuple[Overridden, ...] = ()
    gone: tuple[int, ...] = ()
    conversation_id: str | None = None


def label_messages(
    session: Session, choices: Sequence[Choice], reading: Reading, *, act: str, by: str
) -> Labelled:
    """Label these messages in one act.

    Raises:
        BadRequest: nothing is said of them, or an entity lies outside its text.
        Conflict: the act's id was used by somebody else.
    """
    if done := _find_act(session, act, by=by):
        return done
    wanted = {choice.id: choice for choice in choices}
    query = (
        select(Message)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(wanted), *open_conditions())
    )
    messages = {row.id: row for row in session.scalars(query)}
    newest = newest_labels(session, list(messages))
    rows = [
        label_message(
            session, messages[key], reading, entities=wanted[key].entities, act=act, by=by
        )
        for key in messages
    ]
    session.flush()
    overridden = tuple(
        Overridden(key, label.id, label.staff_id, name or "", label.intent, label.discarded)
        for key, (label, name) in newest.items()
        if label.staff_id != by
    )
    first = next(iter(messages.values()), None)
    if rows:
        note_act(
            session,
            "discarded" if reading.discarded else "corrected",
            by=by,
            conversation_id=first.conversation_id if first else None,
            messages=len(rows),
            **({} if reading.discarded else {"intent": reading.intent}),
        )
    return Labelled(
        labels={row.message_id: row.id for row in rows},
        overridden=overridden,
        gone=tuple(key for key in wanted if key not in messages),
        conversation_id=first.conversation_id if first else None,
    )


def label_message(
    session: Session,
    message: Message,
    reading: Reading,
    *,
    by: str,
    entities: Sequence[Mapping[str, Any]] | None = None,
    act: str | None = None,
) -> MessageLabel:
    """Keep how one message is to be read; whether it may be learnt from is seen when it is.

    Args:
        entities: all of the message, [{entity, start, end, value, role}]; None leaves them as read.

    Raises:
        BadRequest: nothing is said of it, or an entity lies outside its text.
    """
    checked = None
    if entities is not None and not reading.discarded:
        checked = [_check_entity(dict(each), message.text) for each in entities]
    said = (reading.intent, reading.sentiment, checked)
    if not reading.discarded and all(part is None for part in said):
        raise BadRequest("Say an intent, a mood or entities, or discard it.")
    row = MessageLabel(
        message_id=message.id,
        staff_id=by,
        intent=None if reading.discarded else reading.intent,
        sentiment=None if reading.discarded else reading.sentiment,
        discarded=reading.discarded,
        act=act,
        created_at=now(),
        # Left away, it is NULL; given as None, it would be JSON's own null.
        **({} if checked is None else {"entities": checked}),
    )
    session.add(row)
    return row


def take_back(session: Session, act: str, *, by: str) -> list[int]:
    """Take an act of one's own back: what was said before holds again.

    Returns:
        The messages, none where the act was taken back already.
    """
    taken = session.scalars(
        delete(MessageLabel)
        .where(MessageLabel.act == act, MessageLabel.staff_id == by)
        .returning(MessageLabel.message_id)
    ).all()
    if taken:
        note_act(session, "correction_undone", by=by, messages=len(taken))
    return sorted(taken)


def _find_act(session: Session, act: str, *, by: str) -> Labelled | None:
    rows = session.scalars(select(MessageLabel).where(MessageLabel.act == act)).all()
    if any(row.staff_id != by for row in rows):
        raise Conflict("This act is somebody else's: choose a new id.")
    if not rows:
        return None
    first = session.get_one(Message, rows[0].message_id)
    return Labelled(
        labels={row.message_id: row.id for row in rows}, conversation_id=first.conversation_id
    )


def _check_entity(entity: dict[str, Any], text: str) -> dict[str, Any]:
    start, end, role = entity["start"], entity["end"], entity.get("role", "include")
    surface = text[start:end] if 0 <= start < end <= len(text) else ""
    if not surface.strip():
        raise BadRequest(f"{entity['entity']} names no part of the message: mark its words.")
    if role not in ROLES:
        raise BadRequest(f"{role!r} is no role: it is include or exclude.")
    value = entity.get("value")
    return {
        "entity": entity["entity"],
        "start": start,
        "end": end,
        "value": surface if value is None else value,
        "role": role,
    }


@dataclass(frozen=True, slots=True)
class Done:
    """How many messages were looked at since a time; of each the newest label counts."""

    accepted: int = 0
    corrected: int = 0
    discarded: int = 0
    mine: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.accepted + self.corrected + self.discarded


def count_done(session: Session, *, since: datetime, staff_id: str) -> Done:
    """What staff said since a time; accepted is what was read right."""
    newest = newest_of_each(MessageLabel.created_at >= since)
    taken_for = Message.parse["intent"]["name"].as_string()
    query = (
        select(MessageLabel, taken_for)
        .join(Message, Message.id == MessageLabel.message_id)
        .where(MessageLabel.id.in_(newest))
    )
    accepted = corrected = discarded = mine = 0
    for label, intent in session.execute(query):
        as_read = label.intent == intent and label.entities is None and label.sentiment is None
        discarded += label.discarded
        accepted += as_read and not label.discarded
        corrected += not as_read and not label.discarded
        mine += label.staff_id == staff_id
    return Done(accepted, corrected, discarded, mine)


def list_wanted_intents(session: Session) -> list[WantedIntent]:
    """The intents that staff want beyond what the model knows, by name."""
    return list(session.scalars(select(WantedIntent).order_by(WantedIntent.name)))


def want_intent(
    session: Session, name: str, description: str, *, known: Sequence[str], by: str
) -> WantedIntent:
    """Keep a new intent for staff to label with; it serves once model and dialogue know it.

    Args:
        known: the intents that the model tells apart.

    Raises:
        BadRequest: the name is none for an intent.
        Conflict: there is such an intent already.
    """
    if not INTENT_NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        raise BadRequest(
            f"{name!r} is no name for an intent: small letters, digits and single underscores, "
            f"a letter first, at most {LONGEST_NAME}; for instance gift_card."
        )
    if name in known or name == FALLBACK or session.get(WantedIntent, name) is not None:
        raise Conflict(f"There is an intent {name} already: label with it.")
    row = WantedIntent(name=name, description=description, staff_id=by, created_at=now())
    session.add(row)
    session.flush()
    note_act(session, "intent_wanted", by=by, intent=name)
    return row
