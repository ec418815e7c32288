"""Who answers a conversation: the bot, or a person."""

from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.handoffs import Handoff

State = Literal["bot", "queued", "human", "closed"]
Reason = Literal[
    "asked",
    "upset",
    "reopened",
    "accepted",
    "not_understood",
    "stuck",
    "valuable_cart",
    "part_down",
    "rule",
    "order_request",
    "privacy_request",
    "left_message",
    "staff",
    "declined",
]
Ending = Literal["released", "closed", "declined", "reopened"]
# A person is called for these without the shopper having asked for one.
UNASKED: frozenset[Reason] = frozenset({"upset", "stuck", "valuable_cart", "rule"})
# What an answer may hand a conversation over for: the shopper said yes to a person, the bot has
# failed to understand, or there is something that only staff can do.
ANSWERED_REASONS: frozenset[Reason] = frozenset(
    {"accepted", "not_understood", "order_request", "privacy_request", "part_down", "left_message"}
)


@dataclass(frozen=True, slots=True)
class Transition:
    """A conversation changing hands, and why."""

    before: State
    after: State
    reason: Reason


def decide(
    *, state: State, intent: str | None, upset: bool = False, trigger: Reason | None = None
) -> Transition | None:
    """What a shopper's message changes about who answers; None: nothing.

    Args:
        intent: what the message was understood as, None where it was not.
        upset: whether the shopper's mood calls for a person (shop/mood.py).
        trigger: what else calls for one (shop/triggers.py).
    """
    match state, intent:
        case (("bot" | "closed"), "human_handoff"):
            return Transition(before=state, after="queued", reason="asked")
        case "bot", _ if upset:
            return Transition(before="bot", after="queued", reason="upset")
        case "bot", _ if trigger is not None:
            return Transition(before="bot", after="queued", reason=trigger)
        case "closed", _:
            # Whoever writes again after the end starts with the bot again.
            return Transition(before="closed", after="bot", reason="reopened")
        case _:
            return None


def decide_answered(*, state: State, reason: str) -> Transition | None:
    """What the bot's own answer changes about who answers next; None: nothing.

    Args:
        reason: one of ANSWERED_REASONS, or that the shopper would rather go on with the bot
            (`declined`); any other changes nothing.
    """
    if state == "queued" and reason == "declined":
        return Transition(before="queued", after="bot", reason="declined")
    if state != "bot" or reason not in ANSWERED_REASONS:
        return None
    return Transition(before="bot", after="queued", reason=reason)


def bot_answers(state: State) -> bool:
    """Whether the bot may speak. Beside a person it is silent."""
    return state in ("bot", "queued")


def hand_over(session: Session, conversation_id: str, transition: Transition) -> bool:
    """Hand the conversation over, unless someone else did meanwhile.

    Returns:
        Whether this call was the one that changed it.
    """
    changed = session.execute(
        update(Conversation)
        .where(Conversation.id == conversation_id, Conversation.state == transition.before)
        .values(state=transition.after)
        .returning(Conversation.id)
    )
    if changed.scalar_one_or_none() is None:
        return False
    if transition.after == "queued":
        session.add(
            Handoff(conversation_id=conversation_id, reason=transition.reason, queued_at=now())
        )
        session.flush()
    elif transition.before == "queued":
        end_handoff(session, conversation_id, how="declined")
    return True


def end_handoff(session: Session, conversation_id: str, *, how: Ending) -> None:
    """Note that the handoff under way, if there is one, is over."""
    session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.ended_at.is_(None))
        .values(ended_at=now(), ended_how=how)
        .execution_options(synchronize_session=False)
    )


def note_left_message(
    session: Session, conversation_id: str, *, contact: str | None = None
) -> None:
    """Note that the shopper leaves a message instead of waiting; nothing more is offered."""
    values: dict[str, Any] = {"left_message_at": now(), "offered_at": now()}
    if contact is not None:
        values["contact"] = contact
    session.execute(
        update(Handoff)
        .where(Handoff.conversation_id == conversation_id, Handoff.ended_at.is_(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )
