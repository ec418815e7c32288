"""What may be learnt from: shoppers' messages with how they are to be read, and nobody's data.

Only conversations whose shopper agreed are looked at. What staff corrected holds before what the
model read. Ids are pseudonyms, and what is personal in a text is masked.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from nlu.masking.goods import Brands
from nlu.masking.masker import find_personal
from nlu.masking.spans import Personal
from nlu.wire import Parse
from shop.message_labels import newest_of_each
from shop.privacy.pseudonyms import pseudonym

# Line breaks, control characters and halves of characters: none is of use in a file of lines.
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff]")
_MARGIN = re.compile(r"^[\s\-–•*]+|\s+$")
_ROWS_AT_ONCE = 500
# No intent is called so.
_DISCARDED = "-"


@dataclass(frozen=True, slots=True)
class NamedEntity:
    """`text[start:end]` names something; a masked one has its placeholder as its value."""

    entity: str
    start: int
    end: int
    value: str | int | float
    role: str = "include"


@dataclass(frozen=True, slots=True)
class Learnable:
    """One message as the next model may learn it.

    Attributes:
        corrected: a member of staff said how it is to be read.
        weak: what an agent did that tells its intent, where nobody said it (`--weak`).
    """

    conversation: str
    message: str
    text: str
    intent: str
    sentiment: str
    entities: tuple[NamedEntity, ...]
    corrected: bool
    said_at: str
    weak: str | None = None

    def as_json(self) -> dict[str, Any]:
        """As one line of JSON holds it."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Hint:
    """What an agent did about a message, as a hint of what it means.

    Attributes:
        intent: None: it was read wrongly, and nothing says how else; it is not learnt from.
        source: what they did.
    """

    intent: str | None
    source: str


# The hints for some messages, by their ids.
Hints = Callable[[Session, Collection[int]], Mapping[int, Hint]]


def consenting_conversations(session: Session, *, since: datetime | None) -> frozenset[str]:
    """The conversations that may be learnt from and have messages after a time."""
    query = select(Conversation.id).where(Conversation.consent_training.is_(True))
    if since is not None:
        query = query.where(Conversation.last_message_at >= since)
    return frozenset(session.scalars(query))


def read_learnable(
    session: Session,
    *,
    key: str,
    since: datetime | None = None,
    masked: bool = True,
    hints: Hints | None = None,
) -> list[Learnable]:
    """Every message that may be learnt from, each wording once, in the order of the first.

    Of a wording that was read in several ways the corrected one holds, else the latest. One that
    staff discarded is not there, unless it was labelled since.

    Args:
        hints: what agents did, where it is to be learnt from; nothing that staff said is changed.
    """
    once: dict[str, Learnable] = {}
    for _, row, discarded in _read_all(session, key=key, since=since, masked=masked, hints=hints):
        wording = " ".join(row.text.casefold().split())
        earlier = once.get(wording)
        if discarded:
            row = replace(row, intent=_DISCARDED)
        if earlier is None or row.corrected or not earlier.corrected:
            once[wording] = row
    return [row for row in once.values() if row.intent != _DISCARDED]


def read_turns(
    session: Session, *, key: str, since: datetime | None = None, masked: bool = True
) -> tuple[dict[int, Learnable], frozenset[int]]:
    """Every message that may be learnt from by its id, same wordings too; and the discarded."""
    turns: dict[int, Learnable] = {}
    gone: set[int] = set()
    for message, row, discarded in _read_all(
        session, key=key, since=since, masked=masked, hints=None
    ):
        if discarded:
            gone.add(message)
        else:
            turns[message] = row
    return turns, frozenset(gone)


def _read_all(
    session: Session, *, key: str, since: datetime | None, masked: bool, hints: Hints | None
) -> Iterator[tuple[int, Learnable, bool]]:
    """Each message's id, how it is to be read, and whether staff discarded it."""
    brands = Brands(
        session.scalars(select(Product.brand).where(Product.brand.is_not(None)).distinct())
    )
    hint_of = _gather_hints(session, hints, since=since)
    rows = session.execute(_open_messages(since).execution_options(yield_per=_ROWS_AT_ONCE))
    for message, label in rows:
        discarded = label is not None and label.discarded
        parse = Parse.model_validate(message.parse) if message.parse else None
        row = _read(message, label, parse, key=key)
        hint = hint_of.get(message.id)
        if row is not None and hint is not None and label is None:
            if hint.intent is None:
                continue
            row = replace(row, intent=hint.intent, weak=hint.source)
        if row is None:
            continue
        if masked:
            known = parse.entities if parse else ()
            row = _masked(row, find_personal(message.text, known, brands=brands))
        if row := tidy(row):
            yield message.id, row, discarded


def _open_messages(since: datetime | None) -> Select[Any, Any]:
    """What shoppers who agreed typed themselves, with the newest label where there is one."""
    query = (
        select(Message, MessageLabel)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(
            MessageLabel,
            (MessageLabel.message_id == Message.id) & MessageLabel.id.in_(newest_of_each()),
        )
        .where(
            Conversation.consent_training.is_(True),
            Message.role == "shopper",
            # A tapped quick reply is our own wording.
            Message.payload.is_(None),
        )
        .order_by(Message.id)
    )
    return query if since is None else query.where(Message.created_at >= since)


def _gather_hints(
    session: Session, hints: Hints | None, *, since: datetime | None
) -> Mapping[int, Hint]:
    if hints is None:
        return {}
    ids = _open_messages(since).with_only_columns(Message.id).where(MessageLabel.id.is_(None))
    return hints(session, session.scalars(ids).all())


def _read(
    message: Message, label: MessageLabel | None, parse: Parse | None, *, key: str
) -> Learnable | None:
    intent = (label and label.intent) or (parse and parse.intent.name)
    if label is not None and label.discarded:
        intent = intent or _DISCARDED
    if not intent:
        return None
    if label is not None and label.entities is not None:
        entities = tuple(_entity(each, message.text) for each in label.entities)
    else:
        found = parse.entities if parse else []
        entities = tuple(NamedEntity(e.entity, e.start, e.end, e.value, e.role) for e in found)
    felt = (label and label.sentiment) or (parse.sentiment.label if parse else "neutral")
    return Learnable(
        conversation=pseudonym("conversation", message.conversation_id, key=key),
        message=pseudonym("message", str(message.id), key=key),
        text=message.text,
        intent=intent,
        sentiment=felt,
        entities=tuple(e for e in entities if 0 <= e.start < e.end <= len(message.text)),
        corrected=label is not None,
        said_at=message.created_at.date().isoformat(),
    )


def _entity(given: dict[str, Any], text: str) -> NamedEntity:
    start, end = int(given.get("start", 0)), int(given.get("end", 0))
    value = given.get("value", text[start:end])
    return NamedEntity(given["entity"], start, end, value, given.get("role", "include"))


def _masked(row: Learnable, personal: Sequence[Personal]) -> Learnable:
    """With placeholders; entities move along, and what they named is gone as well."""
    text, moved, done, parts = row.text, [], 0, []
    places: list[tuple[Personal, int, str]] = []
    length = 0
    for each in personal:
        plain, placeholder = text[done : each.start], f"[{each.kind}]"
        parts += [plain, placeholder]
        length += len(plain)
        places.append((each, length, placeholder))
        length += len(placeholder)
        done = each.end
    for entity in row.entities:
        hidden = [p for p in places if p[0].start < entity.end and entity.start < p[0].end]
        if hidden:
            _, start, placeholder = hidden[0]
            end = start + len(placeholder)
            moved.append(replace(entity, start=start, end=end, value=placeholder))
            continue
        shift = sum(len(p[2]) - (p[0].end - p[0].start) for p in places if p[0].end <= entity.start)
        moved.append(replace(entity, start=entity.start + shift, end=entity.end + shift))
    return replace(row, text="".join([*parts, text[done:]]), entities=tuple(moved))


def tidy(row: Learnable) -> Learnable | None:
    """On one line and without what only decorates it; None where nothing is left."""
    text = _UNPRINTABLE.sub(" ", row.text)
    lead = _MARGIN.match(text)
    shift = lead.end() if lead else 0
    text = text[shift:].rstrip()
    if not text:
        return None
    entities = tuple(
        replace(e, start=e.start - shift, end=e.end - shift)
        for e in row.entities
        if e.start >= shift and e.end - shift <= len(text)
    )
    return replace(row, text=text, entities=entities)
