"""The routes of trainings: what could be learnt, jobs, their logs, and ending them."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, cast

from fastapi import APIRouter, Depends, Query
from sqlalchemy import select
from sqlalchemy.orm import Session

from common.errors import BadRequest
from common.model_shelf import find_model
from common.settings import Settings
from common.supervised import is_beating
from db.tables.base import now
from db.tables.jobs import Job
from db.tables.staff import StaffMember
from gateway.problems import problems
from gateway.staff import learning_wire as wire
from gateway.staff.guard import Caller, Guard
from gateway.staff.wire import Person
from gateway.store import ConversationStore
from learning.commands import MODEL_OF
from learning.fresh import count_fresh
from learning.job_files import log_of, pulse_of, read_end
from learning.jobs import (
    TRAININGS,
    Kind,
    ask_for,
    cancel_job,
    find_job,
    last_learnt,
    list_jobs,
    usual_seconds,
)
from learning.schedule import Timetable
from shop.staff import note_act

MOST_JOBS = 100


def learning_routes(*, settings: Settings, store: ConversationStore, guard: Guard) -> APIRouter:
    """Everybody sees what is learnt; supervisors start and end it."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])
    Supervisor = Annotated[Caller, Depends(guard.at_least("supervisor"))]  # noqa: N806
    reading = [Depends(guard.calling)]

    @routes.get("/learning", responses=problems(401, 422), dependencies=reading)
    def read_learning() -> wire.Learning:
        """What a training would find now, when the next is due, and whether a learner runs."""
        timetable = Timetable.of(settings)
        with store.sessions() as session:
            trainings = [_learnable(session, kind) for kind in TRAININGS]
        return wire.Learning(
            learner_runs=is_beating(pulse_of(settings)),
            schedule=wire.Schedule(
                every=timetable.every,
                hour=timetable.hour,
                timezone=settings.staff_timezone,
                after=timetable.after,
                promote=timetable.promote,
                next_at=timetable.next_hour(now()),
            ),
            trainings=trainings,
        )

    @routes.get("/jobs", responses=problems(401, 422), dependencies=reading)
    def list_trainings(
        before: Annotated[int | None, Query(ge=1, le=2**63 - 1)] = None,
        limit: Annotated[int, Query(ge=1, le=MOST_JOBS)] = 20,
    ) -> wire.Jobs:
        """Jobs and how far each is, the latest first."""
        with store.sessions() as session:
            rows = list_jobs(session, before=before, limit=limit + 1)
            lines = show_jobs(session, rows[:limit])
        return wire.Jobs(jobs=lines, next=lines[-1].id if len(rows) > limit else None)

    @routes.post("/jobs", status_code=201, responses=problems(400, 401, 403, 404, 409, 413, 422))
    def start(request: wire.JobRequest, caller: Supervisor) -> wire.JobLine:
        """Have a model trained and judged, or one that is there judged. 409: one is under way."""
        judged = request.kind.startswith("judge_")
        if judged is not bool(request.model):
            raise BadRequest("Name the model that is to be judged, and none for a training.")
        if request.model:
            find_model(settings.models / MODEL_OF[request.kind], request.model)
        with store.writing() as session:
            job = ask_for(
                session,
                request.kind,
                origin="staff",
                by=caller.id,
                promote=request.promote,
                model=request.model,
            )
            act = "judgement_started" if judged else "training_started"
            facts: dict[str, Any] = {"job": job.id, "kind": job.kind, "promote": request.promote}
            note_act(session, act, by=caller.id, **facts)
            session.flush()
            return show_jobs(session, [job])[0]

    @routes.get("/jobs/{job_id}", responses=problems(401, 404, 422), dependencies=reading)
    def read_job(job_id: wire.JobNumber) -> wire.JobLine:
        """One job."""
        with store.sessions() as session:
            return show_jobs(session, [find_job(session, job_id)])[0]

    @routes.get("/jobs/{job_id}/log", responses=problems(401, 404, 422), dependencies=reading)
    def read_log(job_id: wire.JobNumber, lines: wire.Lines = 200) -> wire.JobLog:
        """The end of what a job said: counts and figures, no words of shoppers."""
        with store.sessions() as session:
            find_job(session, job_id)
        return wire.JobLog(lines=list(read_end(log_of(settings, job_id), lines=lines)))

    @routes.post("/jobs/{job_id}/cancel", responses=problems(401, 403, 404, 409, 422))
    def cancel(job_id: wire.JobNumber, caller: Supervisor) -> wire.JobLine:
        """End a job: at once where it waits, else within seconds. 409 where it is over."""
        with store.writing() as session:
            job = cancel_job(session, job_id)
            note_act(session, "training_cancelled", by=caller.id, job=job.id, kind=job.kind)
            session.flush()
            return show_jobs(session, [job])[0]

    return routes


def show_jobs(session: Session, jobs: Sequence[Job]) -> list[wire.JobLine]:
    """Jobs with the names of who asked for them."""
    asked = {job.asked_by for job in jobs if job.asked_by}
    query = select(StaffMember.id, StaffMember.name).where(StaffMember.id.in_(asked))
    names = {row[0]: row[1] for row in session.execute(query)} if asked else {}
    return [_show(job, names) for job in jobs]


def _show(job: Job, names: dict[str, str]) -> wire.JobLine:
    runs = job.state == "running"
    told = job.progress if runs else {}
    by = Person(id=job.asked_by, name=names.get(job.asked_by, "")) if job.asked_by else None
    return wire.JobLine(
        id=str(job.id),
        kind=cast(wire.JobKind, job.kind),
        state=cast(Literal["queued", "running", "done", "failed", "cancelled"], job.state),
        origin=cast(Literal["staff", "command", "schedule"], job.origin),
        by=by,
        promote=bool(job.settings.get("promote")),
        cancelling=runs and job.cancel_requested,
        step=told.get("step"),
        part=told.get("part"),
        done=told.get("done"),
        total=told.get("total"),
        model=job.result.get("model"),
        verdict=job.result.get("verdict"),
        promoted=bool(job.result.get("promoted")),
        error=job.result.get("error"),
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


def _learnable(session: Session, kind: Kind) -> wire.Learnable:
    return wire.Learnable(
        kind=cast(wire.TrainingKind, kind),
        fresh=count_fresh(session, kind),
        last_at=last_learnt(session, kind),
        usual_seconds=usual_seconds(session, kind),
    )
