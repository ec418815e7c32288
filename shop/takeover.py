"""A person takes a conversation, passes it on, and gives it back: each by compare and set.

Every function must come first in its transaction: SQLite lets nobody write who has read before
another wrote.
"""

from typing import Any

from sqlalchemy import ColumnElement, case, func, or_, select, update
from sqlalchemy.orm import Session

from common.errors import Conflict, NotFound
from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff
from db.tables.staff import StaffMember
from shop.handoff import State, end_handoff


class OwnedByOther(Conflict):
    """Somebody else of staff has this conversation; `owner` says who."""

    code = "owned_by_other"


class NotOwned(Conflict):
    """Only who has claimed a conversation may do this."""

    code = "not_owned"


def claim_conversation(session: Session, conversation_id: str, *, staff: StaffMember) -> None:
    """Take a conversation that nobody has. From here on the bot is silent in it.

    Raises:
        NotFound: there is no such conversation.
        OwnedByOther: somebody was faster.
    """
    if not _take(session, conversation_id, staff, Conversation.state != "human"):
        if _owner(session, conversation_id) != staff.id:
            raise _taken(session, conversation_id)
        return
    _note_claim(session, conversation_id, staff)


def assign_conversation(
    session: Session, conversation_id: str, *, to: StaffMember, by: StaffMember
) -> None:
    """Give a conversation to somebody: one's own, or one that nobody has; supervisors, any.

    Raises:
        NotFound: there is no such conversation.
        OwnedByOther: it is somebody else's to give.
    """
    mine: ColumnElement[bool] = or_(Conversation.state != "human", Conversation.owner == by.id)
    if by.role != "agent":
        mine = Conversation.id.is_not(None)
    if not _take(session, conversation_id, to, mine):
        raise _taken(session, conversation_id)
    _note_claim(session, conversation_id, to)


def release_conversation(session: Session, conversation_id: str, *, by: StaffMember) -> None:
    """Give the conversation back to the bot.

    Raises:
        NotFound: there is no such conversation.
        NotOwned: no person has it.
        OwnedByOther: it is somebody else's, and the caller no supervisor.
    """
    _let_go(session, conversation_id, by, to_state="bot", only_human=True)
    end_handoff(session, conversation_id, how="released")


def close_conversation(session: Session, conversation_id: str, *, by: StaffMember) -> None:
    """End the conversation; who writes again begins with the bot.

    Raises:
        NotFound: there is no such conversation.
        OwnedByOther: it is somebody else's, and the caller no supervisor.
    """
    _let_go(session, conversation_id, by, to_state="closed", only_human=False)
    handoff = _handoff(session, conversation_id)
    if handoff is None or handoff.staff_id is None:
        # Whoever closes it has dealt with it: it counts, and the shopper may say how it was.
        _note_claim(session, conversation_id, by)
    end_handoff(session, conversation_id, how="closed")


def hold_conversation(session: Session, conversation_id: str, *, by: StaffMember) -> None:
    """Make sure that the caller has the conversation, until this transaction ends.

    Raises:
        NotFound: there is no such conversation.
        NotOwned: it is closed, or the bot's.
        OwnedByOther: it is somebody else's.
    """
    held = session.execute(
        update(Conversation)
        .where(
            Conversation.id == conversation_id,
            Conversation.state == "human",
            Conversation.owner == by.id,
        )
        .values(last_message_at=now())
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    if held.scalar_one_or_none() is None:
        raise _taken(session, conversation_id)


def note_response(session: Session, conversation_id: str) -> None:
    """Note the first time that a person has said something in this handoff."""
    session.execute(
        update(Handoff)
        .where(
            Handoff.conversation_id == conversation_id,
            Handoff.ended_at.is_(None),
            Handoff.first_response_at.is_(None),
        )
        .values(first_response_at=now())
        .execution_options(synchronize_session=False)
    )


def _take(
    session: Session, conversation_id: str, staff: StaffMember, free: ColumnElement[bool]
) -> bool:
    taken = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, free)
        .values(
            state="human",
            owner=staff.id,
            heard_until=func.coalesce(Conversation.heard_until, _last_heard()),
        )
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    return taken.scalar_one_or_none() is not None


def _last_heard() -> Any:
    """The last message that the bot has answered or said; what waits is told it later."""
    waiting = (Message.role == "shopper") & Message.answered_at.is_(None)
    return (
        select(func.coalesce(func.min(case((waiting, Message.id))) - 1, func.max(Message.id), 0))
        .where(Message.conversation_id == Conversation.id)
        .correlate(Conversation)
        .scalar_subquery()
    )


def _note_claim(session: Session, conversation_id: str, staff: StaffMember) -> None:
    handoff = _handoff(session, conversation_id)
    moment = now()
    if handoff is None:
        handoff = Handoff(conversation_id=conversation_id, reason="staff", queued_at=moment)
        session.add(handoff)
    handoff.staff_id = staff.id
    handoff.claimed_at = handoff.claimed_at or moment
    session.flush()


def _let_go(
    session: Session,
    conversation_id: str,
    by: StaffMember,
    *,
    to_state: State,
    only_human: bool,
) -> None:
    allowed: ColumnElement[bool] = Conversation.state == "human"
    if by.role == "agent":
        allowed &= Conversation.owner == by.id
    if not only_human:
        allowed |= Conversation.state.in_(("bot", "queued"))
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, allowed)
        .values(state=to_state, owner=None)
        .returning(Conversation.id)
        .execution_options(synchronize_session=False)
    )
    if changed.scalar_one_or_none() is None:
        raise _taken(session, conversation_id)


def _handoff(session: Session, conversation_id: str) -> Handoff | None:
    return session.scalars(
        select(Handoff).where(
            Handoff.conversation_id == conversation_id, Handoff.ended_at.is_(None)
        )
    ).one_or_none()


def _owner(session: Session, conversation_id: str) -> str | None:
    return session.scalar(select(Conversation.owner).where(Conversation.id == conversation_id))


def _taken(session: Session, conversation_id: str) -> NotFound | Conflict:
    """Why somebody could not have it."""
    row = session.execute(
        select(Conversation.owner, StaffMember.name)
        .outerjoin(StaffMember, StaffMember.id == Conversation.owner)
        .where(Conversation.id == conversation_id)
    ).one_or_none()
    if row is None:
        return NotFound("There is no such conversation.")
    if row.owner is None:
        return NotOwned("Claim the conversation first.")
    return OwnedByOther(
        f"{row.name} has this conversation.", owner={"id": row.owner, "name": row.name}
    )
