"""How staff are doing: who waits, how soon they are answered, how content they are after it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import mean, median, quantiles

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.conversations import Message
from db.tables.handoffs import Handoff, Rating
from db.tables.staff import StaffMember

MOST_COMMENTS = 20


@dataclass(frozen=True, slots=True)
class Duration:
    """How long something took, in seconds; None where it never happened."""

    count: int
    median_seconds: float | None
    p90_seconds: float | None


@dataclass(frozen=True, slots=True)
class AgentNumbers:
    """One colleague's part."""

    id: str
    name: str
    open: int
    handled: int
    messages: int
    first_response_median: float | None
    csat_average: float | None


@dataclass(frozen=True, slots=True)
class DayNumbers:
    """One day, in UTC."""

    day: str
    handoffs: int
    handled: int
    csat_average: float | None


@dataclass(frozen=True, slots=True)
class Comment:
    """What a shopper wrote with their score."""

    score: int
    comment: str
    at: datetime
    conversation_id: str


@dataclass(frozen=True, slots=True)
class StaffNumbers:
    """A period in numbers.

    Attributes:
        longest_wait: seconds that somebody who waits now has waited.
        abandoned: called for, and over before a person came.
    """

    waiting: int
    longest_wait: float
    open: int
    first_response: Duration
    resolution: Duration
    scores: dict[int, int]
    csat_average: float | None
    comments: list[Comment]
    total: int
    by_reason: dict[str, int]
    abandoned: int
    agents: list[AgentNumbers]
    per_day: list[DayNumbers]


def count_staff_numbers(session: Session, *, since: datetime) -> StaffNumbers:
    """The numbers of all handoffs that were begun since then."""
    handoffs = session.scalars(select(Handoff).where(Handoff.queued_at >= since)).all()
    under_way = session.scalars(select(Handoff).where(Handoff.ended_at.is_(None))).all()
    waiting = [h.queued_at for h in under_way if h.claimed_at is None]
    ratings = {
        rating.handoff_id: rating
        for rating in session.scalars(
            select(Rating)
            .join(Handoff, Handoff.id == Rating.handoff_id)
            .where(Handoff.queued_at >= since)
        )
    }
    scores = [rating.score for rating in ratings.values()]
    return StaffNumbers(
        waiting=len(waiting),
        longest_wait=max((seconds_since(moment) for moment in waiting), default=0.0),
        open=len(under_way) - len(waiting),
        first_response=_summarise(_first_responses(handoffs)),
        resolution=_summarise(
            (h.ended_at - h.queued_at).total_seconds()
            for h in handoffs
            if h.ended_at and h.claimed_at
        ),
        scores={score: scores.count(score) for score in range(1, 6)},
        csat_average=_average(scores),
        comments=_comments(handoffs, ratings),
        total=len(handoffs),
        by_reason=dict(Counter(h.reason for h in handoffs).most_common()),
        abandoned=sum(h.ended_at is not None and h.claimed_at is None for h in handoffs),
        agents=_agents(session, handoffs, under_way, ratings, since=since),
        per_day=_days(handoffs, ratings),
    )


def seconds_since(moment: datetime) -> float:
    """How long ago that was."""
    return (now() - moment).total_seconds()


def _first_responses(handoffs: Iterable[Handoff]) -> list[float]:
    return [
        (h.first_response_at - h.queued_at).total_seconds() for h in handoffs if h.first_response_at
    ]


def _summarise(seconds: Iterable[float]) -> Duration:
    sample = sorted(seconds)
    if not sample:
        return Duration(0, None, None)
    tenth = quantiles(sample, n=10, method="inclusive")[-1] if len(sample) > 1 else sample[0]
    return Duration(len(sample), round(median(sample), 1), round(tenth, 1))


def _average(scores: Sequence[int]) -> float | None:
    return round(mean(scores), 2) if scores else None


def _comments(handoffs: Iterable[Handoff], ratings: dict[int, Rating]) -> list[Comment]:
    where = {h.id: h.conversation_id for h in handoffs}
    said = [
        Comment(rating.score, rating.comment, rating.created_at, where[rating.handoff_id])
        for rating in ratings.values()
        if rating.comment and rating.handoff_id in where
    ]
    return sorted(said, key=lambda one: one.at, reverse=True)[:MOST_COMMENTS]


def _agents(
    session: Session,
    handoffs: Sequence[Handoff],
    under_way: Sequence[Handoff],
    ratings: dict[int, Rating],
    *,
    since: datetime,
) -> list[AgentNumbers]:
    theirs: defaultdict[str, list[Handoff]] = defaultdict(list)
    for handoff in handoffs:
        if handoff.staff_id:
            theirs[handoff.staff_id].append(handoff)
    load = Counter(h.staff_id for h in under_way if h.staff_id)
    written = session.execute(
        select(Message.staff_id, func.count())
        .where(Message.role == "agent", Message.created_at >= since)
        .group_by(Message.staff_id)
    )
    messages = {row[0]: row[1] for row in written}
    return [
        AgentNumbers(
            id=member.id,
            name=member.name,
            open=load[member.id],
            handled=sum(h.ended_at is not None for h in theirs[member.id]),
            messages=messages.get(member.id, 0),
            first_response_median=_summarise(_first_responses(theirs[member.id])).median_seconds,
            csat_average=_average(
                [ratings[h.id].score for h in theirs[member.id] if h.id in ratings]
            ),
        )
        for member in session.scalars(select(StaffMember).order_by(StaffMember.name))
        if member.disabled_at is None or theirs[member.id]
    ]


def _days(handoffs: Iterable[Handoff], ratings: dict[int, Rating]) -> list[DayNumbers]:
    by_day: defaultdict[str, list[Handoff]] = defaultdict(list)
    for handoff in handoffs:
        by_day[handoff.queued_at.date().isoformat()].append(handoff)
    return [
        DayNumbers(
            day=day,
            handoffs=len(those),
            handled=sum(h.claimed_at is not None for h in those),
            csat_average=_average([ratings[h.id].score for h in those if h.id in ratings]),
        )
        for day, those in sorted(by_day.items())
    ]
