"""The last conversations again: what another model would read, and the bot then answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from db.tables.conversations import Conversation, Message
from nlu.exam import Answer, Found
from nlu.labels import OUT_OF_SCOPE
from nlu.masking.goods import Brands
from nlu.masking.masker import mask
from nlu.wire import Parse
from shop.privacy.pseudonyms import pseudonym

# Answers are worded from several variants; cards and the greater part of the words tell.
_SAME_WORDS = 0.6
EXAMPLES = 60


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of a shopper who agreed that it is learnt from.

    Attributes:
        conversation, message: pseudonyms.
        text: as it was typed: for a model's eyes alone.
        masked: without anything personal, for a report.
        id: the conversation's own, for whoever must find it again.
        tapped: a quick reply was tapped, and this is its title.
    """

    id: str
    conversation: str
    message: str
    text: str
    masked: str
    tapped: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """A message that both models read differently.

    Attributes:
        kinds: of intent, entities, sentiment.
        before, after: in a few words each.
    """

    message: str
    text: str
    kinds: tuple[str, ...]
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class AnswerDifference:
    """A turn that the bot answers otherwise; texts are the bot's own words."""

    message: str
    text: str
    before: str
    after: str


@dataclass(frozen=True)
class Replay:
    """What came of reading them again.

    Attributes:
        not_understood: messages for which no intent is believed, before and after.
        differences: of what is read, the clearest first.
        answers: of what the bot says, where it was asked; None where it was not.
        turns: how many turns the bot was asked.
    """

    messages: int = 0
    conversations: int = 0
    not_understood: tuple[int, int] = (0, 0)
    differences: tuple[Difference, ...] = ()
    answers: tuple[AnswerDifference, ...] | None = None
    turns: int = 0
    missing: str = field(default="")


def read_turns(session: Session, *, key: str, conversations: int) -> list[Turn]:
    """What shoppers said in the last conversations that may be learnt from, oldest first.

    Args:
        session: of the shop's database.
        key: SHOPKEEPER_SECRET_KEY.
        conversations: how many.
    """
    latest = (
        select(Conversation.id)
        .where(Conversation.consent_training.is_(True))
        .order_by(Conversation.last_message_at.desc(), Conversation.id)
        .limit(conversations)
    )
    brands = Brands(
        session.scalars(select(Product.brand).where(Product.brand.is_not(None)).distinct())
    )
    query = (
        select(Message)
        .where(Message.conversation_id.in_(latest), Message.role == "shopper")
        .order_by(Message.id)
    )
    turns = []
    for message in session.scalars(query):
        known = Parse.model_validate(message.parse).entities if message.parse else []
        turns.append(
            Turn(
                id=message.conversation_id,
                conversation=pseudonym("conversation", message.conversation_id, key=key),
                message=pseudonym("message", str(message.id), key=key),
                text=message.text,
                masked=mask(message.text, known, brands=brands),
                tapped=message.payload is not None,
            )
        )
    return turns


def compare(turns: Sequence[Turn], before: Sequence[Answer], after: Sequence[Answer]) -> Replay:
    """What both models make of the same messages."""
    differences = [
        Difference(
            turn.message,
            turn.masked,
            kinds,
            _in_words(was, kinds),
            _in_words(now, kinds),
        )
        for turn, was, now in zip(turns, before, after, strict=True)
        if (kinds := _kinds(was, now))
    ]
    return Replay(
        messages=len(turns),
        conversations=len({turn.conversation for turn in turns}),
        not_understood=(_lost(before), _lost(after)),
        differences=tuple(sorted(differences, key=lambda each: "intent" not in each.kinds)),
    )


def compare_answers(
    turns: Sequence[Turn],
    before: Sequence[Mapping[str, Any]],
    after: Sequence[Mapping[str, Any]],
) -> tuple[AnswerDifference, ...]:
    """Turns that the bot answers otherwise: with other goods, or in plainly other words.

    Args:
        turns: what was said.
        before, after: the gateway's answers to each: {state, messages}.
    """
    found = []
    for turn, was, now in zip(turns, before, after, strict=True):
        goods, words = _answer(was), _answer(now)
        alike = SequenceMatcher(None, goods[1], words[1], autojunk=False).ratio()
        if goods[0] != words[0] or was.get("state") != now.get("state") or alike < _SAME_WORDS:
            found.append(AnswerDifference(turn.message, turn.masked, _told(*goods), _told(*words)))
    return tuple(found)


def _answer(turn: Mapping[str, Any]) -> tuple[tuple[str, ...], str]:
    """The goods shown, in their order, and the words."""
    messages = turn.get("messages", ())
    goods = tuple(card["title"] for m in messages for card in m.get("cards") or ())
    return goods, " ".join(m.get("text") or "" for m in messages)


def _told(goods: Sequence[str], words: str) -> str:
    """For a report: an answer may repeat what the shopper wrote."""
    said = mask(words)
    return f"{said} [{'; '.join(goods)}]" if goods else said


def _kinds(was: Answer, now: Answer) -> tuple[str, ...]:
    differ = {
        "intent": was.given != now.given,
        "entities": was.entities != now.entities,
        "sentiment": was.sentiment != now.sentiment,
    }
    return tuple(kind for kind, differs in differ.items() if differs)


def _lost(answers: Sequence[Answer]) -> int:
    return sum(each.given == OUT_OF_SCOPE for each in answers)


def _in_words(read: Answer, kinds: Sequence[str]) -> str:
    """What of an answer differs, without the words of an entity: they may be personal."""
    parts = []
    if "intent" in kinds:
        parts.append(f"{read.given} ({read.confidence:.0%})")
    if "entities" in kinds:
        parts.append(
            ", ".join(_entity(each) for each in sorted(read.entities, key=_place)) or "none"
        )
    if "sentiment" in kinds:
        parts.append(read.sentiment)
    return "; ".join(parts)


def _entity(found: Found) -> str:
    entity, role, *_ = found
    return entity if role == "include" else f"not {entity}"


def _place(found: Found) -> int:
    return found[2]
