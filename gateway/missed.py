"""What was said while a person answered, for the bot to hear of once it answers again."""

from typing import Any, Literal, TypedDict, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.conversations import Message

# More than a conversation's memory holds of goods and questions.
MOST = 40


class Missed(TypedDict):
    """One thing said, as bot/addons/catching_up.py takes it.

    Attributes:
        parse: of what the shopper said, where it was understood.
        shown: the ids of the products whose cards the person sent.
        at: seconds since 1970.
    """

    role: Literal["shopper", "agent"]
    message_id: str
    text: str
    parse: dict[str, Any] | None
    shown: list[str]
    at: float


def read_missed(session: Session, conversation_id: str, *, after: int, before: int) -> list[Missed]:
    """What shopper and staff said between two messages, the latest last."""
    said = session.scalars(
        select(Message)
        .where(
            Message.conversation_id == conversation_id,
            Message.id > after,
            Message.id < before,
            Message.role.in_(("shopper", "agent")),
        )
        .order_by(Message.id.desc())
        .limit(MOST)
    ).all()
    return [
        Missed(
            role=cast(Literal["shopper", "agent"], message.role),
            message_id=str(message.id),
            text=message.text,
            parse=message.parse,
            shown=[card["product_id"] for card in message.cards or ()],
            at=message.created_at.timestamp(),
        )
        for message in reversed(said)
    ]
