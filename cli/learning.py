"""`shopkeeper jobs`: trainings that the learner works off."""

import sys
import time
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from cli.screen import screen
from common.settings import Settings, load_settings
from common.supervised import is_beating
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.base import now
from db.tables.jobs import Job
from learning.fresh import count_fresh
from learning.job_files import log_of, pulse_of, read_end
from learning.jobs import Kind, ask_for, cancel_job, find_job, list_jobs
from shop.staff import note_act

app = typer.Typer(help="Trainings that the learner works off.", no_args_is_help=True)

_LOOK_EVERY_S = 1.0
_OPEN = frozenset({"queued", "running"})


class Model(StrEnum):
    """What can be trained."""

    NLU = "nlu"
    RECOMMENDER = "recommender"


Number = Annotated[int, typer.Argument(help="Its number, as `list` shows it.")]


@app.command("list")
def list_all(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
) -> None:
    """Show trainings, the latest first."""
    with _open(load_settings())() as session:
        jobs = list_jobs(session, limit=limit)
    if not jobs:
        screen().print("None was asked for yet: `shopkeeper jobs start nlu`.")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("job", "training", "state", "asked by", "at", "took", "gate"):
        table.add_column(heading, no_wrap=True)
    for job in jobs:
        asked = f"{job.created_at:%m-%d %H:%M}"
        row = (str(job.id), job.kind.removeprefix("train_"), _state(job), job.origin, asked)
        table.add_row(*row, _took(job), job.result.get("verdict", ""))
    screen().print(table)


@app.command()
def start(
    model: Annotated[Model, typer.Argument(help="nlu or recommender.")],
    *,
    promote: Annotated[
        bool, typer.Option("--promote", help="Put it into use if it passes the gate.")
    ] = False,
) -> None:
    """Have a model trained and judged by the learner, which `shopkeeper up` runs."""
    settings = load_settings()
    sessions = _open(settings)
    kind: Kind = "train_nlu" if model is Model.NLU else "train_recommender"
    with sessions.begin() as session:
        job = ask_for(session, kind, origin="command", promote=promote)
        note_act(session, "training_started", by=None, job=job.id, kind=kind, promote=promote)
    with sessions() as session:
        fresh = count_fresh(session, kind)
    what = "corrected messages" if kind == "train_nlu" else "steps of shoppers"
    screen().print(f"Job {job.id} waits; {fresh} {what} are new since the last training.")
    screen().print(f"`shopkeeper jobs log {job.id} --follow` shows how it goes.")
    if not is_beating(pulse_of(settings)):
        screen().print(
            "No learner runs on this home: the job begins once `shopkeeper up` or the service "
            "`learner` does.",
            style="yellow",
        )


@app.command()
def cancel(job: Number) -> None:
    """End a training that waits or runs; what was trained before stays."""
    with _open(load_settings()).begin() as session:
        cancelled = cancel_job(session, job)
        note_act(session, "training_cancelled", by=None, job=job, kind=cancelled.kind)
    if cancelled.state == "running":
        screen().print(f"Job {job} ends within seconds.")
    else:
        screen().print(f"Job {job} is cancelled.")


@app.command()
def log(
    job: Number,
    *,
    lines: Annotated[int, typer.Option(min=1, help="The last so many.")] = 100,
    follow: Annotated[bool, typer.Option("--follow", help="Go on until the job is over.")] = False,
) -> None:
    """Show what a training said. Exits with 1 where a job that was followed failed."""
    settings = load_settings()
    sessions = _open(settings)
    shown = 0
    while True:
        with sessions() as session:
            found = find_job(session, job)
        told = read_end(log_of(settings, job), lines=sys.maxsize if follow else lines)
        for line in told[shown:]:
            typer.echo(line)
        shown = len(told)
        if not follow or found.state not in _OPEN:
            break
        time.sleep(_LOOK_EVERY_S)
    screen().print(f"Job {job}: {_state(found)}", style="bold")
    raise typer.Exit(1 if follow and found.state != "done" else 0)


def _state(job: Job) -> str:
    if job.state == "running":
        done, total = job.progress.get("done"), job.progress.get("total")
        share = f" {done / total:.0%}" if total else ""
        ending = ", ending" if job.cancel_requested else ""
        return f"running: {job.progress.get('step', 'starting')}{share}{ending}"
    if job.state == "failed":
        return f"failed: {job.result.get('error', 'unknown')}"
    return job.state


def _took(job: Job) -> str:
    if job.started_at is None:
        return ""
    seconds = int(((job.finished_at or now()) - job.started_at).total_seconds())
    return f"{seconds // 60}:{seconds % 60:02}"


def _open(settings: Settings) -> sessionmaker[Session]:
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    return session_factory(make_engine(settings.database_url))
