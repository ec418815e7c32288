"""What agents did about a message, as a hint of what it means.

Nobody said so: a hint is shown to whoever labels, and learnt from only where that is asked for.
Each has a source and a strength. The strengths order hints and were not measured: a FAQ answer fits
one kind of question, a canned answer what it was sent for before, and goods may be shown for many
reasons. A takeover says only that the message was read wrongly.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.catalog import FaqEntry
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff, MessageLabel
from db.tables.staff import CannedAnswer
from shop.learnable import Hint
from shop.message_labels import newest_of_each

Source = Literal["faq", "canned", "product", "taken_over"]

FAQ_INTENT = "ask_faq"
SEARCH_INTENT = "search_product"
# Goods are shown to whoever wants any of these; what was read stands.
_GOODS_INTENTS = frozenset(
    {
        SEARCH_INTENT,
        "refine_search",
        "ask_recommendation",
        "find_similar",
        "show_more",
        "compare_products",
        "ask_product_detail",
        "dislike_item",
    }
)
_FAQ, _CANNED, _CONFIRMED, _SHOWN = 0.8, 0.7, 0.6, 0.5
# A hint that is weaker is shown to staff and not learnt from.
STRONG_ENOUGH = 0.5
# How sure each reason for which a person came makes that the message was read wrongly.
_FAILED = {"not_understood": 0.7, "stuck": 0.6, "staff": 0.5, "upset": 0.4, "accepted": 0.5}
# Somebody who steps in later steps in for another reason.
_RIGHT_AFTER = timedelta(minutes=10)
# One message that staff labelled tells as much as so many that the model was sure of.
_SURE = 0.8
_SAID_BY_STAFF = 3
_FEWEST_VOTES = 3
_IDS_AT_ONCE = 500
# What canned answers are sent for is told by the newest answers alone.
_ANSWERS_READ = 2000
_GAP = re.compile(r"[ ,，]*\{name\}")
_SPACES = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class WeakLabel:
    """A hint.

    Attributes:
        intent: what it probably means; None: not what it was read as.
        source: what an agent did.
        strength: 0 to 1.
    """

    intent: str | None
    source: Source
    strength: float


def read_weak_labels(session: Session, messages: Collection[int]) -> dict[int, WeakLabel]:
    """The strongest hint for each of these messages that has any; one with an intent goes first."""
    faq = {_plain(answer) for answer in session.scalars(select(FaqEntry.answer))}
    canned = _CannedMeanings(session)
    hints: defaultdict[int, list[WeakLabel]] = defaultdict(list)
    for ids in _parts(messages):
        for key, hint in _from_takeovers(session, ids):
            hints[key].append(hint)
        for key, answer, intent in _agent_answers(session, ids):
            hints[key] += _from_answer(answer, intent, faq=faq, canned=canned)
    return {
        key: max(found, key=lambda hint: (hint.intent is not None, hint.strength))
        for key, found in hints.items()
        if found
    }


def read_hints(session: Session, messages: Collection[int]) -> dict[int, Hint]:
    """The hints that are strong enough to be learnt from, as an export takes them."""
    return {
        key: Hint(hint.intent, hint.source)
        for key, hint in read_weak_labels(session, messages).items()
        if hint.strength >= STRONG_ENOUGH
    }


def _from_answer(
    answer: Message, read_as: str | None, *, faq: Collection[str], canned: "_CannedMeanings"
) -> Iterator[WeakLabel]:
    if answer.text and _plain(answer.text) in faq:
        yield WeakLabel(FAQ_INTENT, "faq", _FAQ)
    elif answer.text and (meaning := canned.meaning(answer.text)):
        intent, share = meaning
        yield WeakLabel(intent, "canned", round(_CANNED * share, 3))
    if answer.cards:
        fits = read_as in _GOODS_INTENTS
        intent = read_as if fits and read_as else SEARCH_INTENT
        yield WeakLabel(intent, "product", _CONFIRMED if fits else _SHOWN)


def _agent_answers(
    session: Session, ids: Sequence[int]
) -> Iterator[tuple[int, Message, str | None]]:
    """What agents answered these messages, with what each was read as."""
    said = select(Message.id, Message.parse["intent"]["name"].as_string()).where(
        Message.id.in_(ids)
    )
    read_as = {row[0]: row[1] for row in session.execute(said)}
    query = select(Message).where(Message.reply_to.in_(ids), Message.role == "agent")
    for answer in session.scalars(query.order_by(Message.id)):
        if answer.reply_to is not None:
            yield answer.reply_to, answer, read_as.get(answer.reply_to)


def _from_takeovers(session: Session, ids: Sequence[int]) -> Iterator[tuple[int, WeakLabel]]:
    """Messages right after which a person had to come."""
    here = select(Message.conversation_id).where(Message.id.in_(ids))
    query = (
        select(
            func.max(Message.id), func.max(Message.created_at), Handoff.queued_at, Handoff.reason
        )
        .join(Handoff, Handoff.conversation_id == Message.conversation_id)
        .where(
            Handoff.conversation_id.in_(here),
            Handoff.reason.in_(_FAILED),
            Message.role == "shopper",
            Message.created_at <= Handoff.queued_at,
        )
        .group_by(Handoff.id, Handoff.queued_at, Handoff.reason)
    )
    asked = set(ids)
    for key, said, called, reason in session.execute(query):
        if key in asked and called - said <= _RIGHT_AFTER:
            yield key, WeakLabel(None, "taken_over", _FAILED[reason])


class _CannedMeanings:
    """What each canned answer has been sent for, by the messages that it answered before."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._patterns = [
            (row.id, _pattern(row.text)) for row in session.scalars(select(CannedAnswer))
        ]
        self._votes: Mapping[int, Counter[str]] | None = None

    def meaning(self, text: str) -> tuple[str, float] | None:
        """The intent that this answer is mostly sent for, and its share of the votes."""
        key = self._find(text)
        if key is None:
            return None
        if self._votes is None:
            self._votes = self._count()
        votes = self._votes.get(key, Counter())
        if votes.total() < _FEWEST_VOTES:
            return None
        (intent, most), *_ = votes.most_common(1)
        return intent, most / votes.total()

    def _find(self, text: str) -> int | None:
        plain = _plain(text)
        return next((key for key, pattern in self._patterns if pattern.fullmatch(plain)), None)

    def _count(self) -> Mapping[int, Counter[str]]:
        answers = (
            select(Message.reply_to, Message.text)
            .where(Message.role == "agent", Message.reply_to.is_not(None), Message.text != "")
            .order_by(Message.id.desc())
            .limit(_ANSWERS_READ)
        )
        answered: dict[int, int] = {}
        for reply_to, text in self._session.execute(answers):
            key = self._find(text)
            if key is not None and reply_to is not None:
                answered[reply_to] = key
        votes: defaultdict[int, Counter[str]] = defaultdict(Counter)
        for ids in _parts(answered):
            for message, intent, weight in self._meant(ids):
                votes[answered[message]][intent] += weight
        return votes

    def _meant(self, ids: Sequence[int]) -> Iterator[tuple[int, str, int]]:
        """What staff said that these mean, else what the model was sure of."""
        newest = newest_of_each(MessageLabel.message_id.in_(ids))
        query = (
            select(
                Message.id,
                MessageLabel.intent,
                Message.parse["intent"]["name"].as_string(),
                Message.parse["intent"]["confidence"].as_float(),
            )
            .join(Conversation, Conversation.id == Message.conversation_id)
            .outerjoin(
                MessageLabel,
                (MessageLabel.message_id == Message.id) & MessageLabel.id.in_(newest),
            )
            .where(Message.id.in_(ids), Conversation.consent_training.is_(True))
        )
        for message, labelled, read_as, confidence in self._session.execute(query):
            if labelled:
                yield message, labelled, _SAID_BY_STAFF
            elif read_as and (confidence or 0.0) >= _SURE:
                yield message, read_as, 1


def _parts(ids: Collection[int]) -> Iterator[list[int]]:
    """Few enough at once for one query."""
    ordered = sorted(ids)
    for at in range(0, len(ordered), _IDS_AT_ONCE):
        yield ordered[at : at + _IDS_AT_ONCE]


def _pattern(canned: str) -> re.Pattern[str]:
    """What an answer looks like that was made of these words, with or without a name."""
    parts = [re.escape(_plain(part)) for part in _GAP.split(canned)]
    return re.compile(r".{0,80}?".join(parts), re.IGNORECASE)


def _plain(text: str) -> str:
    return _SPACES.sub(" ", text).strip().casefold()
