"""Conversations in few words, as a list shows them: read for many at once."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.catalog import Product
from db.tables.conversations import Conversation, Message
from db.tables.customers import Customer
from db.tables.handoffs import ConversationTag, Handoff, Rating, ReadMarker
from db.tables.orders import Cart, CartLine
from db.tables.staff import StaffMember
from gateway import wire as chat
from gateway.staff import wire
from gateway.text import as_plain
from shop.handoff import Reason
from shop.money import as_text
from shop.mood import name_mood

PREVIEW = 160


def read_summaries(
    session: Session, ids: Sequence[str], *, staff_id: str | None = None
) -> list[wire.Summary]:
    """These conversations, in this order; those that are gone are absent.

    Args:
        staff_id: whose unread messages are counted.
    """
    if not ids:
        return []
    rows = session.execute(
        select(
            Conversation,
            Customer.name.label("customer_name"),
            StaffMember.name.label("owner_name"),
        )
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .outerjoin(StaffMember, StaffMember.id == Conversation.owner)
        .where(Conversation.id.in_(ids))
    )
    found = {row.Conversation.id: row for row in rows}
    handoffs = _handoffs(session, ids)
    queued = [one for one in found if found[one].Conversation.state == "queued"]
    last = _last_messages(session, ids, queued=queued)
    waiting = _waiting(session, [one for one in found if found[one].Conversation.state == "human"])
    unread = count_unread(session, ids, staff_id=staff_id) if staff_id else {}
    carts = _cart_values(session, ids)
    tags = _tags(session, ids)
    scores = _scores(session, handoffs.values())
    summaries = []
    for one in (one for one in ids if one in found):
        conversation: Conversation = found[one].Conversation
        handoff, said = handoffs.get(one), last.get(one)
        since = _waiting_since(conversation, handoff, waiting.get(one))
        summaries.append(
            wire.Summary(
                **_names(found[one]),
                id=conversation.id,
                state=cast(chat.State, conversation.state),
                channel=conversation.channel,
                locale=conversation.locale,
                created_at=conversation.created_at,
                last_message_at=conversation.last_message_at,
                preview=_preview(said) if said else None,
                unread=unread.get(one, 0),
                sentiment=name_mood(conversation.mood),
                mood=round(conversation.mood, 3),
                waiting_since=since,
                waiting_seconds=max(0, int((now() - since).total_seconds())) if since else None,
                reason=_reason(conversation, handoff),
                cart_value=carts.get(one),
                tags=tags.get(one, []),
                rating=scores.get(handoff.id) if handoff else None,
            )
        )
    return summaries


def count_unread(session: Session, ids: Iterable[str], *, staff_id: str) -> dict[str, int]:
    """How many of the shopper's messages this member of staff has not read, where there are any."""
    mine = and_(
        ReadMarker.conversation_id == Message.conversation_id, ReadMarker.staff_id == staff_id
    )
    rows = session.execute(
        select(Message.conversation_id, func.count())
        .outerjoin(ReadMarker, mine)
        .where(
            Message.conversation_id.in_(list(ids)),
            Message.role == "shopper",
            Message.id > func.coalesce(ReadMarker.message_id, 0),
        )
        .group_by(Message.conversation_id)
    )
    return {row[0]: row[1] for row in rows}


def _names(row: Any) -> dict[str, wire.Person | None]:
    """Who talks, and who of staff answers."""
    conversation: Conversation = row.Conversation
    owner, customer = conversation.owner, conversation.customer_id
    return {
        "owner": wire.Person(id=owner, name=row.owner_name or "") if owner else None,
        "customer": (
            wire.Person(id=customer, name=row.customer_name or customer) if customer else None
        ),
    }


def _preview(said: Message) -> wire.Said:
    return wire.Said(role=cast(chat.Role, said.role), text=as_plain(said.text)[:PREVIEW])


def _reason(conversation: Conversation, handoff: Handoff | None) -> Reason | None:
    """Why a person was called; of no interest any more once the bot has it back."""
    if handoff is None or conversation.state == "bot":
        return None
    return cast(Reason, handoff.reason)


def _handoffs(session: Session, ids: Sequence[str]) -> dict[str, Handoff]:
    """The latest handoff of each."""
    latest = (
        select(func.max(Handoff.id))
        .where(Handoff.conversation_id.in_(ids))
        .group_by(Handoff.conversation_id)
    )
    rows = session.scalars(select(Handoff).where(Handoff.id.in_(latest)))
    return {handoff.conversation_id: handoff for handoff in rows}


def _last_messages(
    session: Session, ids: Sequence[str], *, queued: Sequence[str]
) -> dict[str, Message]:
    """What was said last; of who waits for a person, what they said, not what consoled them."""
    telling = or_(
        Message.role == "shopper",
        and_(Message.role != "system", Message.conversation_id.not_in(queued)),
    )
    latest = (
        select(func.max(Message.id))
        .where(Message.conversation_id.in_(ids), telling)
        .group_by(Message.conversation_id)
    )
    rows = session.scalars(select(Message).where(Message.id.in_(latest)))
    return {message.conversation_id: message for message in rows}


def _waiting(session: Session, ids: Sequence[str]) -> dict[str, datetime]:
    """When the shopper said the first thing that no person has answered."""
    if not ids:
        return {}
    answered = (
        select(Message.conversation_id, func.max(Message.id).label("last"))
        .where(Message.conversation_id.in_(ids), Message.role == "agent")
        .group_by(Message.conversation_id)
    )
    by_agent = answered.subquery()
    rows = session.execute(
        select(Message.conversation_id, func.min(Message.id))
        .join(by_agent, by_agent.c.conversation_id == Message.conversation_id)
        .where(Message.role == "shopper", Message.id > by_agent.c.last)
        .group_by(Message.conversation_id)
    )
    first = {number: conversation_id for conversation_id, number in rows}
    moments = session.execute(
        select(Message.id, Message.created_at).where(Message.id.in_(list(first)))
    )
    return {first[number]: moment for number, moment in moments}


def _waiting_since(
    conversation: Conversation, handoff: Handoff | None, unanswered: datetime | None
) -> datetime | None:
    if handoff is None or handoff.ended_at is not None:
        return None
    if conversation.state == "queued" or (
        conversation.state == "human" and handoff.first_response_at is None
    ):
        return handoff.queued_at
    return unanswered if conversation.state == "human" else None


def _cart_values(session: Session, ids: Sequence[str]) -> dict[str, chat.Amount]:
    rows = session.execute(
        select(Cart.conversation_id, CartLine.quantity, Product.price, Product.currency)
        .join(CartLine, CartLine.cart_id == Cart.id)
        .join(Product, Product.id == CartLine.product_id)
        .where(Cart.conversation_id.in_(ids), Cart.state == "open")
    )
    totals: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for conversation_id, quantity, price, currency in rows:
        totals[conversation_id or ""][currency] += price * quantity
    return {
        # Nearly every shop has one currency.
        conversation_id: max(
            (
                chat.Amount(amount=as_text(total), currency=currency)
                for currency, total in by_currency.items()
            ),
            key=lambda amount: Decimal(amount.amount),
        )
        for conversation_id, by_currency in totals.items()
    }


def _tags(session: Session, ids: Sequence[str]) -> dict[str, list[str]]:
    tags: defaultdict[str, list[str]] = defaultdict(list)
    for tag in session.scalars(
        select(ConversationTag)
        .where(ConversationTag.conversation_id.in_(ids))
        .order_by(ConversationTag.tag)
    ):
        tags[tag.conversation_id].append(tag.tag)
    return tags


def _scores(session: Session, handoffs: Iterable[Handoff]) -> dict[int, int]:
    ids = [handoff.id for handoff in handoffs]
    rows = session.execute(
        select(Rating.handoff_id, Rating.score).where(Rating.handoff_id.in_(ids))
    )
    return {row[0]: row[1] for row in rows}
