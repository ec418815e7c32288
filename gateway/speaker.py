"""The shopper's side of a conversation: who speaks, where, and to whom."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import Row, Select, select

from db.tables.conversations import Conversation
from db.tables.customers import Customer
from shop import handoff


@dataclass(frozen=True, slots=True)
class Speaker:
    """The shopper's side of a conversation, as it stands.

    Attributes:
        heard_until: the last message that the bot has heard of, where a person has spoken since.
    """

    conversation_id: str
    state: handoff.State
    locale: str
    customer_id: str | None = None
    country: str | None = None
    page: dict[str, Any] | None = None
    heard_until: int | None = None


def select_speakers() -> Select[Any]:
    """The query that `read_speaker` reads; narrow it to one conversation."""
    return select(
        Conversation.id,
        Conversation.state,
        Conversation.locale,
        Conversation.customer_id,
        Customer.country,
        Conversation.page,
        Conversation.heard_until,
    ).outerjoin(Customer, Customer.id == Conversation.customer_id)


def read_speaker(row: Row[Any]) -> Speaker:
    """One row of that query."""
    return Speaker(
        conversation_id=row.id,
        state=cast(handoff.State, row.state),
        locale=row.locale,
        customer_id=row.customer_id,
        country=row.country,
        page=row.page,
        heard_until=row.heard_until,
    )
