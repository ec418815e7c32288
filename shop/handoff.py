"""Who answers a conversation: the bot, or a person."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import update
from sqlalchemy.orm import Session

from db.tables.conversations import Conversation

State = Literal["bot", "queued", "human", "closed"]
Reason = Literal[
    "asked", "upset", "reopened", "accepted", "not_understood", "order_request", "privacy_request"
]
# What an answer may hand a conversation over for: the shopper said yes to a person, the bot has
# failed to understand, or there is something that only staff can do.
ANSWERED_REASONS: frozenset[Reason] = frozenset(
    {"accepted", "not_understood", "order_request", "privacy_request"}
)


@dataclass(frozen=True, slots=True)
class Transition:
    """A conversation changing hands, and why."""

    before: State
    after: State
    reason: Reason


def decide(*, state: State, intent: str | None, upset: bool = False) -> Transition | None:
    """What a shopper's message changes about who answers; None: nothing.

    Args:
        intent: what the message was understood as, None where it was not.
        upset: whether the shopper's mood calls for a person (shop/mood.py).
    """
    match state, intent:
        case (("bot" | "closed"), "human_handoff"):
            return Transition(before=state, after="queued", reason="asked")
        case "bot", _ if upset:
            return Transition(before="bot", after="queued", reason="upset")
        case "closed", _:
            # Whoever writes again after the end starts with the bot again.
            return Transition(before="closed", after="bot", reason="reopened")
        case _:
            return None


def decide_answered(*, state: State, reason: str) -> Transition | None:
    """What the bot's own answer changes about who answers next; None: nothing.

    Args:
        reason: one of ANSWERED_REASONS; any other changes nothing.
    """
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
    return changed.scalar_one_or_none() is not None
