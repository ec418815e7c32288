"""Which conversations a list of staff's has, and how many there are."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.customers import Customer
from db.tables.handoffs import ConversationTag, Handoff
from gateway.staff import wire
from nlu.wire import SentimentLabel
from shop.mood import NOTICEABLE

# Who has said nothing for so long does not talk to the bot any more.
TALKING = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which conversations a list is of; what is empty or None does not narrow it."""

    states: Collection[str] = ()
    mine: bool = False
    q: str = ""
    locale: str | None = None
    channel: str | None = None
    sentiment: SentimentLabel | None = None
    tag: str | None = None


def find_conversations(
    session: Session, wanted: Wanted, *, staff_id: str, limit: int, offset: int
) -> list[str]:
    """Ids: who waits for a person longest first where only those are asked for, else the newest."""
    query = select(Conversation.id).where(*_conditions(wanted, staff_id))
    if set(wanted.states) == {"queued"}:
        query = query.outerjoin(Handoff, _under_way()).order_by(Handoff.queued_at, Conversation.id)
    else:
        query = query.order_by(Conversation.last_message_at.desc(), Conversation.id)
    return list(session.scalars(query.limit(limit).offset(offset)))


def count_conversations(session: Session, *, staff_id: str) -> wire.Counts:
    """How many there are in each state; of the bot's, those that go on now."""
    states = select(Conversation.state, func.count()).group_by(Conversation.state)
    counts = {row[0]: row[1] for row in session.execute(states.where(Conversation.state != "bot"))}
    talking = Conversation.last_message_at > now() - TALKING
    bots = states.where(Conversation.state == "bot", talking, _said_something())
    counts |= {row[0]: row[1] for row in session.execute(bots)}
    mine = select(func.count()).where(Conversation.state == "human", Conversation.owner == staff_id)
    return wire.Counts(**counts, mine=session.scalar(mine) or 0)


def _conditions(wanted: Wanted, staff_id: str) -> list[ColumnElement[bool]]:
    conditions = [or_(Conversation.state != "bot", _said_something())]
    if wanted.states:
        conditions.append(Conversation.state.in_(list(wanted.states)))
    if wanted.mine:
        conditions.append(Conversation.owner == staff_id)
    if wanted.locale:
        conditions.append(Conversation.locale == wanted.locale)
    if wanted.channel:
        conditions.append(Conversation.channel == wanted.channel)
    match wanted.sentiment:
        case "negative":
            conditions.append(Conversation.mood <= -NOTICEABLE)
        case "positive":
            conditions.append(Conversation.mood >= NOTICEABLE)
        case "neutral":
            conditions.append(Conversation.mood.between(-NOTICEABLE, NOTICEABLE))
    if wanted.tag:
        conditions.append(
            Conversation.id.in_(
                select(ConversationTag.conversation_id).where(ConversationTag.tag == wanted.tag)
            )
        )
    if wanted.q.strip():
        conditions.append(_mentions(wanted.q.strip()))
    return conditions


def _mentions(words: str) -> ColumnElement[bool]:
    said = select(Message.id).where(
        Message.conversation_id == Conversation.id, Message.text.icontains(words, autoescape=True)
    )
    named = select(Customer.id).where(
        or_(
            Customer.name.icontains(words, autoescape=True),
            Customer.email.icontains(words, autoescape=True),
        )
    )
    return or_(
        said.exists(),
        Conversation.customer_id.in_(named),
        Conversation.customer_id == words,
        Conversation.id == words,
    )


def _said_something() -> ColumnElement[bool]:
    """Whoever opened the chat and said nothing is no conversation yet."""
    said = select(Message.id).where(
        Message.conversation_id == Conversation.id, Message.role == "shopper"
    )
    return said.exists()


def _under_way() -> ColumnElement[bool]:
    return and_(Handoff.conversation_id == Conversation.id, Handoff.ended_at.is_(None))
