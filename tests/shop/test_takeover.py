"""Who may take, give and end a conversation, and what is noted of it."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import NotFound
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff
from db.tables.staff import StaffMember
from shop.handoff import State, Transition, hand_over
from shop.takeover import (
    NotOwned,
    OwnedByOther,
    assign_conversation,
    claim_conversation,
    close_conversation,
    hold_conversation,
    release_conversation,
)


@pytest.fixture
def ana(session: Session) -> StaffMember:
    return a_member(session, "ana")


@pytest.fixture
def ben(session: Session) -> StaffMember:
    return a_member(session, "ben")


def a_member(session: Session, name: str, *, role: str = "agent") -> StaffMember:
    member = StaffMember(id=name, email=f"{name}@x", name=name, role=role, password_hash="")
    session.add(member)
    session.flush()
    return member


def a_conversation(session: Session, *, state: State = "bot") -> Conversation:
    conversation = Conversation(id="c1", channel="web", state="bot")
    session.add(conversation)
    session.flush()
    if state == "queued":
        assert hand_over(session, "c1", Transition(before="bot", after="queued", reason="asked"))
    session.refresh(conversation)
    return conversation


def handoffs(session: Session) -> list[tuple[str, str | None, str | None]]:
    rows = session.scalars(select(Handoff).order_by(Handoff.id)).all()
    for row in rows:
        session.refresh(row)
    return [(row.reason, row.staff_id, row.ended_how) for row in rows]


@pytest.mark.parametrize(("state", "reason"), [("bot", "staff"), ("queued", "asked")])
def test_a_conversation_that_nobody_has_is_whose_who_claims_it(
    session: Session, ana: StaffMember, state: State, reason: str
) -> None:
    conversation = a_conversation(session, state=state)

    claim_conversation(session, "c1", staff=ana)
    claim_conversation(session, "c1", staff=ana)

    session.refresh(conversation)
    assert (conversation.state, conversation.owner) == ("human", "ana")
    assert handoffs(session) == [(reason, "ana", None)]


def test_a_second_claim_names_the_first(
    session: Session, ana: StaffMember, ben: StaffMember
) -> None:
    a_conversation(session)
    claim_conversation(session, "c1", staff=ana)

    with pytest.raises(OwnedByOther) as refused:
        claim_conversation(session, "c1", staff=ben)

    assert refused.value.data == {"owner": {"id": "ana", "name": "ana"}}


def test_what_nobody_has_can_neither_be_spoken_in_nor_given_back(
    session: Session, ana: StaffMember
) -> None:
    a_conversation(session, state="queued")

    for act in (hold_conversation, release_conversation):
        with pytest.raises(NotOwned):
            act(session, "c1", by=ana)
        with pytest.raises(NotFound):
            act(session, "nothing", by=ana)


def test_given_back_and_closed_conversations_are_nobodys(
    session: Session, ana: StaffMember, ben: StaffMember
) -> None:
    conversation = a_conversation(session)
    claim_conversation(session, "c1", staff=ana)
    release_conversation(session, "c1", by=ana)
    session.refresh(conversation)
    assert (conversation.state, conversation.owner) == ("bot", None)

    claim_conversation(session, "c1", staff=ben)
    close_conversation(session, "c1", by=ben)

    session.refresh(conversation)
    assert (conversation.state, conversation.owner) == ("closed", None)
    assert handoffs(session) == [("staff", "ana", "released"), ("staff", "ben", "closed")]


def test_who_closes_a_conversation_from_the_queue_has_dealt_with_it(
    session: Session, ana: StaffMember
) -> None:
    a_conversation(session, state="queued")

    close_conversation(session, "c1", by=ana)

    assert handoffs(session) == [("asked", "ana", "closed")]


def test_supervisors_may_move_and_end_what_others_have(
    session: Session, ana: StaffMember, ben: StaffMember
) -> None:
    sue = a_member(session, "sue", role="supervisor")
    conversation = a_conversation(session)
    claim_conversation(session, "c1", staff=ana)

    with pytest.raises(OwnedByOther):
        assign_conversation(session, "c1", to=ben, by=ben)
    assign_conversation(session, "c1", to=ben, by=sue)
    session.refresh(conversation)
    assert conversation.owner == "ben"
    close_conversation(session, "c1", by=sue)

    session.refresh(conversation)
    assert conversation.state == "closed"


def test_the_bot_has_heard_what_it_answered_and_not_what_still_waits(
    session: Session, ana: StaffMember
) -> None:
    conversation = a_conversation(session)
    greeting, said = (Message(conversation_id="c1", role=role) for role in ("bot", "shopper"))
    session.add_all([greeting, said])
    session.flush()

    claim_conversation(session, "c1", staff=ana)
    session.refresh(conversation)
    assert conversation.heard_until == greeting.id

    # What was missed once stays missed until the bot is told.
    release_conversation(session, "c1", by=ana)
    claim_conversation(session, "c1", staff=ana)
    session.refresh(conversation)
    assert conversation.heard_until == greeting.id


def test_a_shopper_who_goes_on_with_the_bot_leaves_the_queue(session: Session) -> None:
    conversation = a_conversation(session, state="queued")

    assert hand_over(session, "c1", Transition(before="queued", after="bot", reason="declined"))

    session.refresh(conversation)
    assert conversation.state == "bot"
    assert handoffs(session) == [("asked", None, "declined")]
