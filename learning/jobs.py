"""Trainings and judgements as jobs: asked for by many, worked off one at a time, whoever dies.

Whoever works at a job holds it by a lease, renewed while it lives: once the lease is over another
takes the job up where it stood. Every function that changes something must come first in its
transaction: SQLite lets nobody write who has read before another wrote.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import CursorResult, case, exists, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, aliased

from common.errors import Conflict, NotFound
from db.tables.base import now
from db.tables.jobs import Job

Kind = Literal["train_nlu", "train_recommender", "judge_nlu", "judge_recommender"]
State = Literal["queued", "running", "done", "failed", "cancelled"]
Origin = Literal["staff", "command", "schedule"]
# Whether a holder still has its job: it has, it is to end it, or it has lost it to another.
Standing = Literal["held", "cancel", "lost"]

TRAININGS: tuple[Kind, ...] = ("train_nlu", "train_recommender")
# Far longer than a busy machine keeps a learner from saying that it lives.
LEASE = timedelta(seconds=60)
# What has ended so many learners (memory, a broken disk) would end the next one, too.
MOST_ATTEMPTS = 3
# The trainings that tell how long the next one takes.
_RECENT = 3


class JobUnderWay(Conflict):
    """A job of this kind waits or runs already."""

    code = "job_under_way"


class JobOver(Conflict):
    """The job has ended, so that nothing can be done about it any more."""

    code = "job_over"


def ask_for(
    session: Session,
    kind: Kind,
    *,
    origin: Origin,
    by: str | None = None,
    promote: bool = False,
    model: str | None = None,
    moment: datetime | None = None,
) -> Job:
    """Have a model trained and judged, or one that is there judged, as soon as a learner is free.

    Args:
        by: the account that asked, where one did.
        promote: what passes the gate goes into use by itself.
        model: the name of the one to judge.

    Raises:
        JobUnderWay: a job of this kind waits or runs.
    """
    job = Job(
        kind=kind,
        origin=origin,
        asked_by=by,
        settings={"promote": promote},
        result={"model": model} if model else {},
        created_at=moment or now(),
    )
    session.add(job)
    try:
        session.flush()
    except IntegrityError as error:
        raise JobUnderWay(
            "Such a job waits or runs already: see how far it is, or cancel it first."
        ) from error
    return job


def claim_job(session: Session, *, holder: str, moment: datetime | None = None) -> Job | None:
    """Take the job whose holder has gone, else the one that waits longest; None: nothing to do.

    Raises:
        JobUnderWay: another was faster.
    """
    moment = moment or now()
    other = aliased(Job)
    stranded = select(other.id).where(other.state == "running", other.held_until < moment)
    waiting = select(other.id).where(other.state == "queued").order_by(other.id).limit(1)
    held = {"holder": holder, "held_until": moment + LEASE}
    try:
        taken_up = session.scalars(
            update(Job)
            .where(Job.id == stranded.scalar_subquery(), Job.held_until < moment)
            .values(**held, attempts=Job.attempts + 1)
            .returning(Job)
        ).one_or_none()
        if taken_up is not None:
            return taken_up
        return session.scalars(
            update(Job)
            .where(
                Job.id == waiting.scalar_subquery(),
                Job.state == "queued",
                ~exists().where(other.state == "running"),
            )
            .values(**held, state="running", started_at=func.coalesce(Job.started_at, moment))
            .returning(Job)
        ).one_or_none()
    except IntegrityError as error:
        raise JobUnderWay("Another learner has just taken a job.") from error


def hold_job(
    session: Session,
    job_id: int,
    *,
    holder: str,
    progress: Mapping[str, Any] | None = None,
    result: Mapping[str, Any] | None = None,
    moment: datetime | None = None,
) -> Standing:
    """Say that the job is still worked at, and how far it is.

    Args:
        progress: {step, done, total}; what was there stays where none is given.
        result: all of it that is known so far.
    """
    values: dict[str, Any] = {"held_until": (moment or now()) + LEASE}
    if progress is not None:
        values["progress"] = dict(progress)
    if result is not None:
        values["result"] = dict(result)
    asked = session.scalars(
        update(Job).where(*_mine(job_id, holder)).values(**values).returning(Job.cancel_requested)
    ).one_or_none()
    if asked is None:
        return "lost"
    return "cancel" if asked else "held"


def end_job(
    session: Session,
    job_id: int,
    *,
    holder: str,
    state: Literal["done", "failed", "cancelled"],
    result: Mapping[str, Any],
    moment: datetime | None = None,
) -> bool:
    """Close a job that one holds. False where it is somebody else's by now."""
    ended = session.execute(
        update(Job)
        .where(*_mine(job_id, holder))
        .values(
            state=state,
            result=dict(result),
            holder=None,
            held_until=None,
            finished_at=moment or now(),
        )
    )
    return _changed(ended)


def give_back(session: Session, job_id: int, *, holder: str) -> bool:
    """Let the next learner go on with it: this one ends. False where it is another's by now."""
    back = session.execute(
        update(Job)
        .where(*_mine(job_id, holder))
        .values(
            # Who was asked to stop does not begin anew.
            state=case((Job.cancel_requested, "cancelled"), else_="queued"),
            finished_at=case((Job.cancel_requested, now()), else_=None),
            holder=None,
            held_until=None,
        )
    )
    return _changed(back)


def cancel_job(session: Session, job_id: int, *, moment: datetime | None = None) -> Job:
    """End a job: at once where nobody works at it, else as soon as its learner hears of it.

    Raises:
        NotFound: there is no such job.
        JobOver: it has ended.
    """
    moment = moment or now()
    idle = (Job.state == "queued") | ((Job.state == "running") & (Job.held_until < moment))
    job = session.scalars(
        update(Job)
        .where(Job.id == _known(job_id), Job.state.in_(("queued", "running")))
        .values(
            cancel_requested=True,
            state=case((idle, "cancelled"), else_=Job.state),
            finished_at=case((idle, moment), else_=None),
            holder=case((idle, None), else_=Job.holder),
        )
        .returning(Job)
    ).one_or_none()
    if job is None:
        over = find_job(session, job_id)
        raise JobOver(f"Job {job_id} is over: it is {over.state}.")
    return job


def find_job(session: Session, job_id: int) -> Job:
    """A job by its number.

    Raises:
        NotFound: there is none.
    """
    job = session.get(Job, _known(job_id))
    if job is None:
        raise NotFound(f"There is no job {job_id}: `shopkeeper jobs list` names them.")
    return job


def list_jobs(
    session: Session, *, before: int | None = None, limit: int = 50, kind: Kind | None = None
) -> Sequence[Job]:
    """Jobs, the latest first."""
    query = select(Job).order_by(Job.id.desc()).limit(limit)
    if before is not None:
        query = query.where(Job.id < before)
    if kind is not None:
        query = query.where(Job.kind == kind)
    return session.scalars(query).all()


def open_jobs(session: Session) -> Sequence[Job]:
    """What runs, and what waits, in this order."""
    query = select(Job).where(Job.state.in_(("queued", "running")))
    return session.scalars(query.order_by(Job.state.desc(), Job.id)).all()


def last_learnt(session: Session, kind: Kind) -> datetime | None:
    """When the last training of this kind that came to its end read what it learnt from."""
    query = select(func.max(Job.started_at)).where(Job.kind == kind, Job.state == "done")
    return session.scalar(query)


def last_asked(session: Session, kind: Kind) -> datetime | None:
    """When a training of this kind was last asked for, whatever came of it."""
    return session.scalar(select(func.max(Job.created_at)).where(Job.kind == kind))


def usual_seconds(session: Session, kind: Kind) -> float | None:
    """How long such a training takes: the longest of the last few; None before the first."""
    query = (
        select(Job.started_at, Job.finished_at)
        .where(Job.kind == kind, Job.state == "done", Job.attempts == 0)
        .order_by(Job.id.desc())
        .limit(_RECENT)
    )
    took = [
        (ended - started).total_seconds()
        for started, ended in session.execute(query)
        if started is not None and ended is not None
    ]
    return max(took, default=None)


def _known(job_id: int) -> int:
    """The number, or one that no job has where no database holds it."""
    return job_id if 0 < job_id < 2**63 else 0


def _mine(job_id: int, holder: str) -> tuple[Any, ...]:
    return (Job.id == job_id, Job.state == "running", Job.holder == holder)


def _changed(result: Any) -> bool:
    return isinstance(result, CursorResult) and result.rowcount > 0
