"""What conversations tell the shop: what is asked, how shoppers feel, what needs a person."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean
from typing import Any

from sqlalchemy import distinct, func, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.customers import Customer
from db.tables.handoffs import Handoff

FALLBACK = "nlu_fallback"
MOST_TOPICS = 20
# Fewer messages say nothing of a topic's mood.
FEWEST = 10
# A topic that feels so much worse than in the time before, on as many messages, is a surge.
SURGE, SURGE_MESSAGES = 0.2, 20


@dataclass(frozen=True, slots=True)
class Said:
    """One message of a shopper's, as far as it counts."""

    conversation_id: str
    at: datetime
    intent: str
    score: float
    country: str | None


@dataclass(frozen=True, slots=True)
class Resolution:
    """How many conversations needed no person."""

    conversations: int
    without_person: int
    handed_over: int
    share: float | None


@dataclass(frozen=True, slots=True)
class InsightDay:
    """One day, in UTC; mood is the mean score of its messages, -1 to 1."""

    day: str
    conversations: int
    handoffs: int
    fallbacks: int
    mood: float | None


@dataclass(frozen=True, slots=True)
class IntentCount:
    """How often something was asked."""

    intent: str
    count: int


@dataclass(frozen=True, slots=True)
class MoodOf:
    """How a topic or a country feels, and how it did in as long a time before."""

    name: str
    count: int
    mood: float
    before: float | None


@dataclass(frozen=True, slots=True)
class Surge:
    """A topic or a country that feels much worse than before."""

    kind: str
    name: str
    mood: float
    before: float
    count: int


def read_said(session: Session, *, since: datetime) -> list[Said]:
    """What shoppers wrote themselves since then and was understood."""
    rows = session.execute(
        select(
            Message.conversation_id,
            Message.created_at,
            Message.parse,
            Customer.country,
        )
        .join(Conversation, Conversation.id == Message.conversation_id)
        .outerjoin(Customer, Customer.id == Conversation.customer_id)
        .where(
            Message.role == "shopper",
            Message.created_at >= since,
            Message.parse.is_not(None),
            Message.payload.is_(None),
        )
        .order_by(Message.id)
    )
    return [
        Said(row[0], row[1], intent_of(row[2]), _score(row[2]), row[3]) for row in rows if row[2]
    ]


def intent_of(parse: dict[str, Any]) -> str:
    """What a message was understood as."""
    return (parse.get("intent") or {}).get("name") or FALLBACK


def count_intents(said: Iterable[Said]) -> list[IntentCount]:
    """How often each thing was asked, the most first."""
    counts = Counter(one.intent for one in said)
    return [IntentCount(intent, count) for intent, count in counts.most_common()]


def resolve(session: Session, *, since: datetime) -> Resolution:
    """How many of those conversations in which something was said needed no person."""
    talked = (
        select(Message.conversation_id)
        .where(Message.role == "shopper", Message.created_at >= since)
        .distinct()
    )
    total = session.scalar(select(func.count()).select_from(talked.subquery())) or 0
    helped = session.scalar(
        select(func.count(distinct(Handoff.conversation_id))).where(
            Handoff.conversation_id.in_(talked), Handoff.queued_at >= since
        )
    )
    alone = total - (helped or 0)
    share = round(alone / total, 4) if total else None
    return Resolution(total, alone, helped or 0, share)


def count_days(session: Session, said: Sequence[Said], *, since: datetime) -> list[InsightDay]:
    """Day by day; days on which nothing was said are absent."""
    by_day: defaultdict[str, list[Said]] = defaultdict(list)
    for one in said:
        by_day[one.at.date().isoformat()].append(one)
    called = Counter(
        moment.date().isoformat()
        for moment in session.scalars(select(Handoff.queued_at).where(Handoff.queued_at >= since))
    )
    return [
        InsightDay(
            day=day,
            conversations=len({one.conversation_id for one in those}),
            handoffs=called[day],
            fallbacks=sum(one.intent == FALLBACK for one in those),
            mood=round(mean(one.score for one in those), 3),
        )
        for day, those in sorted(by_day.items())
    ]


def compare_moods(
    said: Iterable[Said], *, since: datetime, kind: str
) -> tuple[list[MoodOf], list[Surge]]:
    """How each topic or country feels since then, against the time before, and what surged.

    Args:
        said: of both times.
        kind: topic or country.
    """
    groups: defaultdict[str, tuple[list[float], list[float]]] = defaultdict(lambda: ([], []))
    for one in said:
        name = one.intent if kind == "topic" else one.country
        if name:
            groups[name][one.at < since].append(one.score)
    moods = [
        MoodOf(
            name,
            len(scores),
            round(mean(scores), 3),
            round(mean(earlier), 3) if len(earlier) >= FEWEST else None,
        )
        for name, (scores, earlier) in groups.items()
        if scores
    ]
    moods.sort(key=lambda one: one.count, reverse=True)
    surges = [
        Surge(kind, one.name, one.mood, one.before, one.count)
        for one in moods
        if one.before is not None and one.count >= SURGE_MESSAGES and one.mood <= one.before - SURGE
    ]
    return moods[:MOST_TOPICS], surges


def time_before(since: datetime) -> datetime:
    """From when it is as long until then as from then until now."""
    return since - (now() - since)


def _score(parse: dict[str, Any]) -> float:
    return float((parse.get("sentiment") or {}).get("score") or 0.0)
