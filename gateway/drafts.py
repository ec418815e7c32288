"""Messages on their way into the database and out of it again."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Message, PayloadToken
from gateway import wire

# With 16 bytes a token stays under the 64 bytes that Telegram allows a button.
PAYLOAD_BYTES = 16


@dataclass(frozen=True, slots=True)
class Draft:
    """An answer before it is stored.

    Attributes:
        quick_replies: the title of each and what it stands for.
        handoff: why a person is to take over after this answer, if one is.
        role: who says it: the bot, or the shop itself about the conversation.
    """

    text: str
    cards: Sequence[wire.ProductCard] = ()
    quick_replies: Sequence[tuple[str, str]] = ()
    degraded: bool = False
    handoff: str | None = None
    comparison: wire.Comparison | None = None
    role: wire.Role = "bot"


@dataclass(frozen=True, slots=True)
class Stored:
    """A shopper's message that is safe. A repeated one was stored by an earlier request.

    Attributes:
        payload: what a tapped quick reply stands for.
    """

    id: int
    message: wire.Message
    payload: str | None = None
    repeated: bool = field(default=False, kw_only=True)


def add_drafts(
    session: Session, conversation_id: str, drafts: Sequence[Draft], *, reply_to: int | None = None
) -> list[wire.Message]:
    """Store answers in their order, with tokens for what they offer to tap."""
    messages = []
    for draft in drafts:
        replies = [
            (secrets.token_urlsafe(PAYLOAD_BYTES), title, payload)
            for title, payload in draft.quick_replies
        ]
        session.add_all(
            PayloadToken(token=token, conversation_id=conversation_id, title=title, payload=payload)
            for token, title, payload in replies
        )
        messages.append(
            Message(
                conversation_id=conversation_id,
                role=draft.role,
                text=draft.text,
                cards=[card.model_dump(mode="json") for card in draft.cards],
                quick_replies=[{"title": title, "payload": token} for token, title, _ in replies],
                comparison=draft.comparison.model_dump(mode="json") if draft.comparison else None,
                reply_to=reply_to,
                degraded=draft.degraded,
                created_at=now(),
            )
        )
    session.add_all(messages)
    session.flush()
    return [on_the_wire(message) for message in messages]


def as_stored(message: Message, *, repeated: bool = False) -> Stored:
    """A shopper's message as the conversation router needs it."""
    return Stored(message.id, on_the_wire(message), message.payload, repeated=repeated)


def on_the_wire(message: Message) -> wire.Message:
    """A message as the chat API shows it."""
    return wire.Message.model_validate(
        {
            "id": str(message.id),
            "role": message.role,
            "author": message.author,
            "text": message.text,
            "cards": message.cards or [],
            "quick_replies": message.quick_replies or [],
            "comparison": message.comparison,
            "created_at": message.created_at,
            # Staff have ids of their own, which are nobody else's business.
            "client_message_id": message.client_message_id if message.role == "shopper" else None,
        }
    )
