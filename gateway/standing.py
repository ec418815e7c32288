"""Who answers a conversation, and how long the queue is, as the shopper is told."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import cast

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.handoffs import Handoff
from db.tables.staff import StaffMember
from gateway import wire
from shop.hours import Hours


@dataclass(frozen=True, slots=True)
class Office:
    """When staff are in, and how long shoppers are asked to wait for them."""

    hours: Hours = field(default_factory=Hours)
    patience: timedelta = timedelta(minutes=3)

    def may_leave(self, queued_at: datetime, *, moment: datetime) -> bool:
        """Whether it is better to leave a message than to go on waiting."""
        return not self.hours.is_open(moment) or moment - queued_at >= self.patience


def read_standing(session: Session, conversation_id: str, *, office: Office) -> wire.Standing:
    """Who answers in a conversation that exists."""
    here = (
        select(Conversation.state, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Conversation.owner)
        .where(Conversation.id == conversation_id)
    )
    state, name = session.execute(here).one()
    queue = read_place(session, conversation_id, office=office) if state == "queued" else None
    agent = name if state == "human" else None
    return wire.Standing(state=cast(wire.State, state), agent=agent, queue=queue)


def read_place(session: Session, conversation_id: str, *, office: Office) -> wire.QueuePlace | None:
    """The place in the queue of a conversation that waits for a person."""
    handoff = session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id, Handoff.ended_at.is_(None)
        )
    ).one_or_none()
    if handoff is None:
        return None
    before = session.scalar(
        select(func.count())
        .select_from(Handoff)
        .where(
            Handoff.ended_at.is_(None),
            Handoff.claimed_at.is_(None),
            Handoff.queued_at < handoff.queued_at,
        )
    )
    moment = now()
    return wire.QueuePlace(
        position=(before or 0) + 1,
        open=office.hours.is_open(moment),
        opens_at=office.hours.opens_at(moment),
        may_leave=office.may_leave(handoff.queued_at, moment=moment),
    )


def state_frame(standing: wire.Standing) -> dict[str, object]:
    """The frame that tells it."""
    told = standing.model_dump(mode="json", exclude_none=True, include={"state", "agent", "queue"})
    return {"type": "state", **told}
