"""The routes of supervisors' numbers."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from db.tables.base import now
from gateway.problems import problems
from gateway.staff.guard import Guard
from gateway.store import ConversationStore
from shop.insight import (
    InsightDay,
    IntentCount,
    MoodOf,
    Resolution,
    Surge,
    compare_moods,
    count_days,
    count_intents,
    read_said,
    resolve,
    time_before,
)
from shop.insight_goods import (
    Asked,
    Cohort,
    Exposure,
    find_exposure,
    find_faq_gaps,
    find_missing,
    follow_cohorts,
    follow_funnel,
)
from shop.staff_numbers import (
    AgentNumbers,
    Comment,
    DayNumbers,
    Duration,
    StaffNumbers,
    count_staff_numbers,
)

Days = Annotated[int, Query(ge=1, le=366, description="How far back.")]


class Waiting(BaseModel):
    """Who waits for a person now."""

    count: int
    longest_seconds: float


class Csat(BaseModel):
    """How content shoppers were, 1 to 5."""

    count: int
    average: float | None
    scores: dict[int, int]
    comments: list[Comment]


class Called(BaseModel):
    """How often a person was called, and why."""

    total: int
    by_reason: dict[str, int]
    abandoned: int = Field(description="Over before a person came.")


class Numbers(BaseModel):
    """How staff are doing."""

    since: datetime
    waiting: Waiting
    open: int
    first_response: Duration
    resolution: Duration
    csat: Csat
    handoffs: Called
    agents: list[AgentNumbers]
    per_day: list[DayNumbers]


class Moods(BaseModel):
    """How topics and countries feel."""

    by_topic: list[MoodOf]
    by_country: list[MoodOf]


class Insight(BaseModel):
    """What conversations tell the shop."""

    since: datetime
    resolution: Resolution
    per_day: list[InsightDay]
    intents: list[IntentCount]
    moods: Moods
    alerts: list[Surge] = Field(description="What feels much worse than in the time before.")
    funnel: dict[str, int] = Field(description="shown, clicked, carted, bought.")
    not_stocked: list[Asked]
    faq_gaps: list[Asked]
    cohorts: list[Cohort]
    exposure: list[Exposure]


def number_routes(*, store: ConversationStore, guard: Guard) -> APIRouter:
    """Numbers of staff and of conversations, for supervisors."""
    routes = APIRouter(
        prefix="/api/staff", tags=["staff"], dependencies=[Depends(guard.at_least("supervisor"))]
    )

    @routes.get("/numbers", responses=problems(401, 403, 422))
    def read_numbers(days: Days = 7) -> Numbers:
        """Load, waiting, first response, resolution and how content shoppers were."""
        since = now() - timedelta(days=days)
        with store.sessions() as session:
            return _show(count_staff_numbers(session, since=since), since)

    @routes.get("/insight", responses=problems(401, 403, 422))
    def read_insight(days: Days = 30) -> Insight:
        """What shoppers ask, feel, miss and do, and whether they come back."""
        since = now() - timedelta(days=days)
        with store.sessions() as session:
            return _gather(session, since)

    return routes


def _show(numbers: StaffNumbers, since: datetime) -> Numbers:
    return Numbers(
        since=since,
        waiting=Waiting(count=numbers.waiting, longest_seconds=round(numbers.longest_wait, 1)),
        open=numbers.open,
        first_response=numbers.first_response,
        resolution=numbers.resolution,
        csat=Csat(
            count=sum(numbers.scores.values()),
            average=numbers.csat_average,
            scores=numbers.scores,
            comments=numbers.comments,
        ),
        handoffs=Called(
            total=numbers.total, by_reason=numbers.by_reason, abandoned=numbers.abandoned
        ),
        agents=numbers.agents,
        per_day=numbers.per_day,
    )


def _gather(session: Session, since: datetime) -> Insight:
    both = read_said(session, since=time_before(since))
    said = [one for one in both if one.at >= since]
    topics, bad_topics = compare_moods(both, since=since, kind="topic")
    countries, bad_countries = compare_moods(both, since=since, kind="country")
    return Insight(
        since=since,
        resolution=resolve(session, since=since),
        per_day=count_days(session, said, since=since),
        intents=count_intents(said),
        moods=Moods(by_topic=topics, by_country=countries),
        alerts=[*bad_topics, *bad_countries],
        funnel=follow_funnel(session, since=since),
        not_stocked=find_missing(session, since=since),
        faq_gaps=find_faq_gaps(session, since=since),
        cohorts=follow_cohorts(session, since=since),
        exposure=find_exposure(session, since=since),
    )
