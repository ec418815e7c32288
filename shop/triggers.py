"""What calls a person without having been asked for: see decide() for what comes first."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from rapidfuzz import fuzz
from rapidfuzz.utils import default_process
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff
from shop.cart import find_cart
from shop.handoff import Reason
from shop.handoff_rules import Conditions, Situation, active_rules, matches

# Said this often in about the same words, the bot does not get it, or the shopper does not.
_CIRCLES = 3
_SAME_WORDS = 90
_NUMBERS = re.compile(r"\d+")
# To say these again is to go on.
_GOES_ON = frozenset(
    {
        "show_more",
        "affirm",
        "deny",
        "greet",
        "goodbye",
        "thank",
        "praise",
        "help",
        "restart",
        "add_to_cart",
        "remove_from_cart",
        "view_cart",
        "like_item",
        "dislike_item",
        "nlu_fallback",
        "human_handoff",
    }
)


@dataclass(frozen=True, slots=True)
class Watchfulness:
    """What the shop has set.

    Attributes:
        valuable_cart: a cart worth as much calls a person; None: none does.
    """

    valuable_cart: Decimal | None = None


def find_trigger(
    session: Session,
    conversation_id: str,
    message_id: int,
    *,
    parse: Mapping[str, Any] | None,
    watch: Watchfulness,
) -> Reason | None:
    """Why this message calls a person to a conversation that the bot has, if it does.

    Each reason calls once in a conversation: who was given a person, or sent one away, is not
    given another for the same.
    """
    rules = active_rules(session)
    if parse is None or parse.get("tapped"):
        repeated = False
    else:
        repeated = goes_in_circles(session, conversation_id, message_id, parse=parse)
    if not (rules or repeated or watch.valuable_cart):
        return None
    called = set(
        session.scalars(select(Handoff.reason).where(Handoff.conversation_id == conversation_id))
    )
    if repeated and "stuck" not in called:
        return "stuck"
    cart = cart_value(session, conversation_id)
    if watch.valuable_cart and cart >= watch.valuable_cart and "valuable_cart" not in called:
        return "valuable_cart"
    if rules and "rule" not in called:
        now = _situation(session, conversation_id, message_id, parse=parse, cart=cart)
        if _matching(rules, now):
            return "rule"
    return None


def goes_in_circles(
    session: Session, conversation_id: str, message_id: int, *, parse: Mapping[str, Any]
) -> bool:
    """Whether the shopper has just said the same for the third time in a row."""
    intent = (parse.get("intent") or {}).get("name")
    if intent in _GOES_ON:
        return False
    said = session.execute(
        select(Message.text, Message.parse)
        .where(
            Message.conversation_id == conversation_id,
            Message.role == "shopper",
            Message.payload.is_(None),
            Message.id <= message_id,
        )
        .order_by(Message.id.desc())
        .limit(_CIRCLES)
    ).all()
    if len(said) < _CIRCLES:
        return False
    return all(_says_the_same(said[0].text, earlier.text) for earlier in said[1:])


def _says_the_same(one: str, other: str) -> bool:
    """Whether the words are about the same; another number is another question."""
    if _NUMBERS.findall(one) != _NUMBERS.findall(other):
        return False
    return fuzz.ratio(one, other, processor=default_process) >= _SAME_WORDS


def cart_value(session: Session, conversation_id: str) -> Decimal:
    """What the open cart is worth, in the shop's main currency."""
    totals = find_cart(session, conversation_id=conversation_id).totals
    return max(totals.values(), default=Decimal(0))


def _matching(rules: Sequence[tuple[str, Conditions]], now: Situation) -> str | None:
    return next((name for name, conditions in rules if matches(conditions, now)), None)


def _situation(
    session: Session,
    conversation_id: str,
    message_id: int,
    *,
    parse: Mapping[str, Any] | None,
    cart: Decimal,
) -> Situation:
    conversation = session.get_one(Conversation, conversation_id)
    said = select(func.count()).where(
        Message.conversation_id == conversation_id, Message.role == "shopper"
    )
    return Situation(
        text=session.get_one(Message, message_id).text,
        intent=((parse or {}).get("intent") or {}).get("name"),
        locale=conversation.locale,
        mood=conversation.mood,
        cart=cart,
        messages=session.scalar(said) or 0,
    )
