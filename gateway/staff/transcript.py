"""Messages as staff see them: with what the models made of each, and how staff corrected it."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.conversations import Message
from db.tables.handoffs import MessageLabel
from gateway import wire as chat
from gateway.drafts import on_the_wire
from gateway.staff import wire
from shop.message_labels import newest_labels

# What a console's own ids are kept under, so that no shopper's can be the same.
_OWN = "staff:"


def own_id(staff_id: str, client_message_id: str | None) -> str | None:
    """A console's own id of a message, as it is stored."""
    return f"{_OWN}{staff_id}:{client_message_id}" if client_message_id else None


def read_messages(
    session: Session,
    conversation_id: str,
    *,
    after: int = 0,
    before: int | None = None,
    limit: int = 200,
) -> list[wire.StaffMessage]:
    """Those after an id, else the latest ones, before an id where one is given; oldest first."""
    query = select(Message).where(Message.conversation_id == conversation_id, Message.id > after)
    if before is not None:
        query = query.where(Message.id < before)
    order = Message.id if after else Message.id.desc()
    rows = sorted(session.scalars(query.order_by(order).limit(limit)), key=lambda row: row.id)
    labels = read_labels(session, [row.id for row in rows])
    return [show_message(row, labels.get(row.id)) for row in rows]


def show_message(message: Message, label: wire.Label | None = None) -> wire.StaffMessage:
    """One message."""
    shown = on_the_wire(message).model_dump()
    own = message.client_message_id
    if message.role == "agent" and own:
        shown["client_message_id"] = own.rpartition(":")[2]
    return wire.StaffMessage(
        **shown, **read_parse(message.parse), label=label, degraded=message.degraded
    )


def show_understood(message: chat.Message, parse: Mapping[str, Any] | None) -> wire.StaffMessage:
    """A shopper's message that has just been understood."""
    return wire.StaffMessage(**message.model_dump(), **read_parse(parse))


def read_parse(parse: Mapping[str, Any] | None) -> dict[str, Any]:
    """What of a parse staff are shown."""
    if not parse:
        return {}
    intent = parse.get("intent") or {}
    felt = parse.get("sentiment")
    entities = [
        {name: found[name] for name in ("entity", "value", "role", "start", "end") if name in found}
        for found in parse.get("entities") or ()
    ]
    return {
        "intent": intent.get("name"),
        "confidence": intent.get("confidence"),
        "sentiment": {"label": felt["label"], "score": felt["score"]} if felt else None,
        "entities": entities,
    }


def read_labels(session: Session, message_ids: Sequence[int]) -> dict[int, wire.Label]:
    """The newest correction of each message that has any."""
    found = newest_labels(session, message_ids)
    return {message: show_label(label, name) for message, (label, name) in found.items()}


def show_label(label: MessageLabel, name: str | None) -> wire.Label:
    """One correction."""
    return wire.Label.model_validate(
        {
            "intent": label.intent,
            "entities": label.entities,
            "sentiment": label.sentiment,
            "by": {"id": label.staff_id, "name": name or ""},
            "created_at": label.created_at,
        }
    )
