"""The board of what is worth a look, with the words of what is still there."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from gateway.staff import corrections_wire as shapes
from gateway.staff import wire
from gateway.staff.transcript import read_parse
from learning.corrections import count_done
from learning.corrections_board import Board, Group
from learning.corrections_reading import MOST_LIKELY, open_conditions, read_guesses
from learning.weak_labels import WeakLabel, read_weak_labels

WEEK = timedelta(days=7)
_LONGEST_CONTEXT = 400
# Groups are read a few more at a time than are shown: some may be labelled by now.
_AHEAD = 10


# A message, and its conversation's language.
Read = tuple[Message, str]


@dataclass(frozen=True, slots=True)
class Filter:
    """Which groups a list has; what is None or empty does not narrow it."""

    reason: str | None = None
    intent: str | None = None
    since: datetime | None = None
    q: str = ""


def show_board(
    session: Session, board: Board, wanted: Filter, *, offset: int, limit: int, staff_id: str
) -> shapes.Corrections:
    """A page of the board, and how much there is."""
    reasons = Counter(reason for group in board.groups for reason in group.reasons)
    fitting = _fitting(session, board, wanted)
    shown: list[shapes.OpenGroup] = []
    at = offset
    while len(shown) < limit and at < len(fitting):
        part = fitting[at : at + limit - len(shown) + _AHEAD]
        for group in _show(session, part, wanted):
            at += 1
            if group is not None:
                shown.append(group)
            if len(shown) == limit:
                break
    done = count_done(session, since=now() - WEEK, staff_id=staff_id)
    return shapes.Corrections(
        groups=shown,
        left=shapes.Left(
            groups=len(board.groups),
            messages=sum(len(group.entries) for group in board.groups),
            found=len(fitting),
            reasons=dict(reasons),
        ),
        week=shapes.DoneThisWeek(
            accepted=done.accepted,
            corrected=done.corrected,
            discarded=done.discarded,
            mine=done.mine,
        ),
        next=at if at < len(fitting) else None,
    )


def _fitting(session: Session, board: Board, wanted: Filter) -> list[Group]:
    groups = [
        group
        for group in board.groups
        if (wanted.reason is None or wanted.reason in group.reasons)
        and (wanted.intent is None or wanted.intent == group.intent)
        and (wanted.since is None or any(entry.said_at >= wanted.since for entry in group.entries))
    ]
    if not wanted.q.strip():
        return groups
    said = Message.text.icontains(wanted.q.strip(), autoescape=True)
    ids = [entry.id for group in groups for entry in group.entries]
    found = set(session.scalars(select(Message.id).where(Message.id.in_(ids), said)))
    return [group for group in groups if any(entry.id in found for entry in group.entries)]


def _show(
    session: Session, groups: Sequence[Group], wanted: Filter
) -> list[shapes.OpenGroup | None]:
    """Each group with its words; None where nothing of it is left."""
    ids = [entry.id for group in groups for entry in group.entries]
    rows = _read_open(session, ids)
    hints = read_weak_labels(session, list(rows))
    firsts = [
        next((entry.id for entry in group.entries if entry.id in rows), None) for group in groups
    ]
    before, after = _context(session, [rows[key] for key in firsts if key is not None])
    shown: list[shapes.OpenGroup | None] = []
    for group, first in zip(groups, firsts, strict=True):
        if first is None:
            shown.append(None)
            continue
        shown.append(
            shapes.OpenGroup(
                key=str(first),
                intent=group.intent,
                score=group.score,
                reasons=cast("list[shapes.Reason]", list(group.reasons)),
                messages=[
                    _message(rows[entry.id], entry.reasons, hints.get(entry.id))
                    for entry in group.entries
                    if entry.id in rows and (wanted.since is None or entry.said_at >= wanted.since)
                ],
                before=before.get(first),
                after=after.get(first),
            )
        )
    return [group if group is not None and group.messages else None for group in shown]


def _read_open(session: Session, ids: Collection[int]) -> Mapping[int, Read]:
    labelled = select(MessageLabel.id).where(MessageLabel.message_id == Message.id)
    query = (
        select(Message, Conversation.locale)
        .join(Conversation, Conversation.id == Message.conversation_id)
        .where(Message.id.in_(ids), *open_conditions(), ~labelled.exists())
    )
    return {message.id: (message, locale) for message, locale in session.execute(query)}


def _message(row: Read, reasons: Sequence[str], hint: WeakLabel | None) -> shapes.OpenMessage:
    message, locale = row
    parse = read_parse(message.parse)
    guesses = read_guesses(message.parse)[:MOST_LIKELY]
    return shapes.OpenMessage.model_validate(
        {
            "id": str(message.id),
            "conversation_id": message.conversation_id,
            "text": message.text,
            "said_at": message.created_at,
            "locale": locale,
            "intent": parse.get("intent"),
            "confidence": parse.get("confidence"),
            "likely": [{"intent": g.intent, "confidence": g.confidence} for g in guesses],
            "sentiment": parse.get("sentiment"),
            "entities": parse.get("entities", []),
            "reasons": list(reasons),
            "hint": {"intent": hint.intent, "source": hint.source, "strength": hint.strength}
            if hint
            else None,
        }
    )


def _context(
    session: Session, firsts: Sequence[Read]
) -> tuple[dict[int, wire.Said], dict[int, wire.Said]]:
    """What was said to the shopper just before each of these, and what each was answered."""
    ids = [row[0].id for row in firsts]
    earlier = aliased(Message)
    last = (
        select(Message.id, func.max(earlier.id).label("before"))
        .join(
            earlier,
            (earlier.conversation_id == Message.conversation_id)
            & (earlier.id < Message.id)
            & earlier.role.in_(("bot", "agent")),
        )
        .where(Message.id.in_(ids))
        .group_by(Message.id)
        .subquery()
    )
    said_before = session.execute(
        select(last.c.id, Message).join(Message, Message.id == last.c.before)
    )
    before = {key: _said(message) for key, message in said_before}
    answers = session.scalars(
        select(Message).where(Message.reply_to.in_(ids)).order_by(Message.id.desc())
    )
    after = {cast(int, message.reply_to): _said(message) for message in answers if message.text}
    return before, after


def _said(message: Message) -> wire.Said:
    text = message.text
    return wire.Said.model_validate(
        {
            "role": message.role,
            "text": text if len(text) <= _LONGEST_CONTEXT else f"{text[:_LONGEST_CONTEXT]}…",
        }
    )
