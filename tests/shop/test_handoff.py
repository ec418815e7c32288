"""Who answers a conversation."""

from typing import get_args

import pytest
from sqlalchemy.orm import Session

from db.tables.conversations import STATES, Conversation
from shop.handoff import State, Transition, bot_answers, decide, hand_over


def a_conversation(session: Session, *, state: State) -> Conversation:
    conversation = Conversation(id="c1", channel="web", state=state)
    session.add(conversation)
    session.flush()
    return conversation


def test_the_states_are_those_of_the_table() -> None:
    assert get_args(State) == STATES


@pytest.mark.parametrize(
    ("state", "intent", "after"),
    [
        ("bot", "human_handoff", "queued"),
        ("closed", "human_handoff", "queued"),
        ("closed", "search_product", "bot"),
        ("closed", None, "bot"),
        ("bot", "search_product", None),
        ("bot", None, None),
        ("queued", "human_handoff", None),
        ("human", "human_handoff", None),
        ("human", None, None),
    ],
)
def test_a_message_changes_who_answers_only_where_it_should(
    state: State, intent: str | None, after: State | None
) -> None:
    transition = decide(state=state, intent=intent)

    assert (transition.after if transition else None) == after
    assert transition is None or transition.before == state


@pytest.mark.parametrize(
    ("state", "intent", "reason"),
    [
        ("bot", "complaint", "upset"),
        ("bot", "search_product", "upset"),
        ("bot", "human_handoff", "asked"),
        ("queued", "complaint", None),
        ("human", "complaint", None),
        ("closed", "complaint", "reopened"),
    ],
)
def test_an_upset_shopper_is_given_a_person_unless_one_is_there(
    state: State, intent: str, reason: str | None
) -> None:
    transition = decide(state=state, intent=intent, upset=True)

    assert (transition.reason if transition else None) == reason


def test_the_bot_speaks_until_a_person_does() -> None:
    assert {state for state in get_args(State) if bot_answers(state)} == {"bot", "queued"}


def test_a_conversation_changes_hands_once(session: Session) -> None:
    conversation = a_conversation(session, state="bot")
    asked = Transition(before="bot", after="queued", reason="asked")

    assert hand_over(session, "c1", asked)
    assert not hand_over(session, "c1", asked)
    session.refresh(conversation)
    assert conversation.state == "queued"


def test_a_person_who_was_faster_keeps_the_conversation(session: Session) -> None:
    conversation = a_conversation(session, state="human")

    assert not hand_over(session, "c1", Transition(before="bot", after="queued", reason="asked"))
    session.refresh(conversation)
    assert conversation.state == "human"
