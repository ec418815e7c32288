"""A real training of a small shop's recommender by the learner, judged, promoted, and cut off."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from common.model_shelf import current_model
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.base import now
from db.tables.jobs import Job
from learning.job_files import log_of, read_end
from learning.jobs import ask_for, find_job
from learning.registry import read_registry, read_report
from learning.worker import Worker
from tests.recommender.test_sequence_shop import fill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ROOT = Path(__file__).resolve().parents[2]
WITHIN_S = 600.0
# `python -m learning`, whose trainings do not go behind other tests either.
LEARNER = "from learning import commands, worker; commands.NICENESS = 0; worker.main()"


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Four products that sixty shoppers looked at one after the other."""
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("SHOPKEEPER_DEVICE", "cpu")
    # Behind other tests it would wait for long.
    monkeypatch.setattr("learning.commands.NICENESS", 0)
    settings = Settings()
    fill(settings, shoppers=60)
    return settings


@pytest.fixture
def sessions(shop: Settings) -> sessionmaker[Session]:
    return session_factory(make_engine(shop.database_url))


def ask(sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        return ask_for(session, "train_recommender", origin="command", promote=True).id


def job_of(sessions: sessionmaker[Session], number: int) -> Job:
    with sessions() as session:
        return find_job(session, number)


def until(holds: Callable[[], object]) -> None:
    deadline = time.monotonic() + WITHIN_S
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.05)


def test_a_training_is_followed_judged_and_acted_upon(
    shop: Settings, sessions: sessionmaker[Session]
) -> None:
    number = ask(sessions)
    worker = Worker(shop, sessions=sessions)
    working = threading.Thread(target=worker.look)
    working.start()
    seen: set[tuple[object, object]] = set()

    def is_over() -> bool:
        job = job_of(sessions, number)
        seen.add((job.progress.get("step"), job.progress.get("total")))
        return job.state not in ("queued", "running")

    until(is_over)
    working.join(20)

    job = job_of(sessions, number)
    told = "\n".join(read_end(log_of(shop, number), lines=200))
    assert job.state == "done", told
    folder = shop.models / "recommender" / job.result["model"]
    report = read_report(folder)
    assert report is not None
    assert (folder / "report.html").is_file()
    assert job.result["verdict"] == ("passed" if report["passed"] else "refused")
    assert {step for step, _ in seen} >= {"train", "judge"}
    assert {total for step, total in seen if step == "train"} - {None}, "it told how far it was"
    assert "4 products; 60 shoppers" in told
    # What passes serves, and the registry knows; what does not lies on the shelf.
    in_use = current_model(shop.models / "recommender")
    assert in_use == (folder if report["passed"] else None)
    assert len(read_registry(shop.models / "recommender")) == int(report["passed"])


def test_a_learner_killed_in_the_middle_of_a_training_is_followed_by_one_that_finishes(
    shop: Settings, sessions: sessionmaker[Session]
) -> None:
    number = ask(sessions)
    learner = subprocess.Popen([sys.executable, "-c", LEARNER], cwd=ROOT)
    try:
        # Of so few shoppers it trains in a moment: most of the time it is getting ready.
        until(lambda: trainings_of(shop))
    finally:
        learner.send_signal(signal.SIGKILL)
        learner.wait()
    # No training goes on without a learner.
    until(lambda: not trainings_of(shop))
    with sessions.begin() as session:
        session.execute(update(Job).values(held_until=now()))

    Worker(shop, sessions=sessions).look()

    job = job_of(sessions, number)
    assert job.state == "done", "\n".join(read_end(log_of(shop, number), lines=200))
    assert job.attempts == 1
    folders = [each for each in (shop.models / "recommender").iterdir() if each.is_dir()]
    assert {each.resolve().name for each in folders} == {job.result["model"]}


def trainings_of(shop: Settings) -> list[int]:
    """The processes that train in this home."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command = (process / "cmdline").read_bytes()
            environment = (process / "environ").read_bytes()
        except OSError:
            continue
        if b"\0train\0" in command and os.fsencode(shop.home) in environment:
            found.append(int(process.name))
    return found
