"""The learner: what it runs, follows, ends and leaves behind, however it is itself ended."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from common.model_shelf import current_model
from common.settings import Settings
from common.supervised import is_beating
from db.engine import make_engine, session_factory
from db.tables.base import now
from db.tables.jobs import Job
from learning.job_files import log_of, pulse_of, read_end
from learning.jobs import Kind, ask_for, cancel_job, find_job
from learning.worker import Worker

ROOT = Path(__file__).resolve().parents[2]
STAND_IN = [sys.executable, "-m", "tests.learning.stand_in"]
# A learner in a process of its own, to be killed.
LEARNER = """
import sys
from common.settings import Settings
from common.supervised import is_beating
from db.engine import make_engine, session_factory
from learning import commands
from learning.worker import Worker
commands.NICENESS = 0
settings = Settings()
sessions = session_factory(make_engine(settings.database_url))
Worker(settings, sessions=sessions, program=sys.argv[1:], look_every=0.05).run(every=0.05)
"""


@dataclass
class Place:
    """A shop's home, its database, and what is planned for its commands."""

    settings: Settings
    sessions: sessionmaker[Session]

    def plan(self, **steps: dict[str, Any]) -> None:
        (self.settings.home / "plan.json").write_text(json.dumps(steps))

    def ask(self, kind: Kind = "train_nlu", *, promote: bool = False) -> int:
        with self.sessions.begin() as session:
            return ask_for(session, kind, origin="staff", by="s1", promote=promote).id

    def job(self, number: int) -> Job:
        with self.sessions() as session:
            return find_job(session, number)

    def cancel(self, number: int) -> None:
        with self.sessions.begin() as session:
            cancel_job(session, number)

    def worker(self) -> Worker:
        return Worker(self.settings, sessions=self.sessions, program=STAND_IN, look_every=0.02)

    def runs(self) -> list[dict[str, Any]]:
        file = self.settings.home / "runs.jsonl"
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    def steps(self) -> list[str]:
        return [run["step"] for run in self.runs()]

    def end_leases(self) -> None:
        """As if a minute went by."""
        with self.sessions.begin() as session:
            session.execute(update(Job).where(Job.state == "running").values(held_until=now()))

    @property
    def shelf(self) -> Path:
        return self.settings.models / "nlu"


@pytest.fixture
def place(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # Behind everything else they would wait for long on a busy machine.
    monkeypatch.setattr("learning.commands.NICENESS", 0)
    engine = make_engine(sqlite_url)
    made = Place(Settings(home=tmp_path, database_url=sqlite_url), session_factory(engine))
    made.plan()
    yield made
    engine.dispose()


@contextmanager
def at_work(place: Place) -> Iterator[Worker]:
    """A learner in a thread."""
    worker = place.worker()
    thread = threading.Thread(target=worker.run, kwargs={"every": 0.02})
    thread.start()
    try:
        yield worker
    finally:
        worker.end()
        thread.join(60)
    assert not thread.is_alive()


@contextmanager
def a_learner(place: Place) -> Iterator["subprocess.Popen[bytes]"]:
    """A learner in a process."""
    environment = {
        **os.environ,
        "SHOPKEEPER_HOME": str(place.settings.home),
        "SHOPKEEPER_DATABASE_URL": place.settings.database_url,
    }
    command = [sys.executable, "-c", LEARNER, *STAND_IN]
    with (place.settings.home / "learner.log").open("ab") as log:
        learner = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        yield learner
    finally:
        learner.kill()
        learner.wait()


def until(holds: Callable[[], object], *, within_s: float = 60) -> None:
    deadline = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < deadline, "it did not come true in time"
        time.sleep(0.02)


def is_alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def test_what_passes_is_put_into_use_where_that_was_asked_for(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.commands.NICENESS", 7)
    number = place.ask(promote=True)
    assert place.worker().look()

    job = place.job(number)
    model = job.result["model"]
    assert (job.state, job.result["verdict"], job.result["promoted"]) == ("done", "passed", True)
    assert current_model(place.shelf) == place.shelf / model
    train, judge, promote = place.runs()
    assert train["words"][:3] == ["train", "nlu", "--from-conversations"]
    assert judge["words"][:5] == ["models", "judge", "nlu", model, "--report"]
    assert promote["words"] == ["models", "promote", "nlu", model]
    # They go behind what serves, and know who asked.
    assert {run["nice"] for run in place.runs()} == {7}
    assert {run["by"] for run in place.runs()} == {"s1"}
    lines = "\n".join(read_end(log_of(place.settings, number), lines=50))
    assert "train is done" in lines
    assert "The job is done." in lines


def test_nobody_puts_a_model_into_use_unasked(place: Place) -> None:
    number = place.ask("train_recommender")
    place.worker().look()
    assert place.job(number).result["verdict"] == "passed"
    assert place.steps() == ["train", "judge"]
    assert place.runs()[0]["words"][:2] == ["train", "recommender"]
    assert current_model(place.settings.models / "recommender") is None


def test_what_the_gate_refuses_stays_out_of_use_and_is_no_failure(place: Place) -> None:
    place.plan(judge={"code": 3})
    number = place.ask(promote=True)
    place.worker().look()
    job = place.job(number)
    assert (job.state, job.result["verdict"]) == ("done", "refused")
    assert "promote" not in place.steps()
    assert current_model(place.shelf) is None


@pytest.mark.parametrize("step", ["train", "judge", "promote"])
def test_a_step_that_ends_with_an_error_fails_the_job_and_says_which(
    place: Place, step: str
) -> None:
    place.plan(**{step: {"code": 2}})
    number = place.ask(promote=True)
    place.worker().look()
    job = place.job(number)
    assert (job.state, job.result["error"]) == ("failed", f"{step}_failed")
    assert f"{step} ended with code 2." in log_of(place.settings, number).read_text()
    # Half a model is none; a whole one can still be judged by hand.
    assert (place.shelf.exists() and any(place.shelf.iterdir())) == (step != "train")
    # And the next one runs.
    place.plan()
    again = place.ask()
    place.worker().look()
    assert place.job(again).state == "done"


def test_a_command_that_cannot_be_started_fails_the_job(place: Place) -> None:
    number = place.ask()
    Worker(place.settings, sessions=place.sessions, program=["/nowhere/shopkeeper"]).look()
    assert (place.job(number).state, place.job(number).result["error"]) == ("failed", "no_room")


def test_progress_is_told_while_it_runs(place: Place) -> None:
    place.plan(train={"seconds": 1.5})
    number = place.ask()
    seen: list[int] = []

    def progress() -> dict[str, Any]:
        told: dict[str, Any] = place.job(number).progress
        seen.append(told.get("done", 0))
        return told

    with at_work(place):
        until(lambda: progress().get("done", 0) >= 4)
        told = progress()
        assert (told["step"], told["part"], told["total"]) == ("train", "training", 10)
        until(lambda: place.job(number).state == "done")
    assert seen == sorted(seen)


def test_a_training_that_is_cancelled_ends_at_once_and_leaves_nothing(place: Place) -> None:
    place.plan(train={"seconds": 60})
    number = place.ask()
    with at_work(place):
        until(lambda: place.steps() == ["train"] and place.job(number).progress.get("total"))
        place.cancel(number)
        until(lambda: place.job(number).state == "cancelled")
    assert not is_alive(place.runs()[0]["pid"])
    assert list(place.shelf.iterdir()) == []
    assert place.steps() == ["train"]


def test_a_learner_that_is_told_to_end_leaves_its_job_to_the_next(place: Place) -> None:
    place.plan(train={"seconds": 60})
    number = place.ask()
    with at_work(place):
        until(lambda: place.steps() == ["train"])
    assert place.job(number).state == "queued"
    assert not is_alive(place.runs()[0]["pid"])
    place.plan()
    place.worker().look()
    job = place.job(number)
    assert (job.state, job.attempts, place.steps()) == ("done", 0, ["train", "train", "judge"])
    assert [folder.name for folder in place.shelf.iterdir()] == [job.result["model"]]


@pytest.mark.parametrize("step", ["train", "judge", "promote"])
def test_a_learner_killed_in_any_step_takes_its_command_along_and_the_next_finishes(
    place: Place, step: str
) -> None:
    place.plan(**{step: {"seconds": 60}})
    number = place.ask(promote=True)
    with a_learner(place) as learner:
        until(lambda: place.steps()[-1:] == [step])
        learner.send_signal(signal.SIGKILL)
        learner.wait()
    left = place.runs()[-1]["pid"]
    until(lambda: not is_alive(left))

    place.plan()
    assert not place.worker().look(), "the lease still holds"
    place.end_leases()
    assert place.worker().look()

    job = place.job(number)
    assert (job.state, job.attempts, job.result["promoted"]) == ("done", 1, True)
    # What was done was not done again.
    assert place.steps().count("train") == (2 if step == "train" else 1)
    assert current_model(place.shelf) == place.shelf / job.result["model"]
    assert len([each for each in place.shelf.iterdir() if each.is_dir()]) == 2  # and `current`


def test_a_training_that_is_killed_fails_its_job_and_not_the_learner(place: Place) -> None:
    place.plan(train={"seconds": 60})
    number = place.ask()
    with at_work(place) as worker:
        until(lambda: place.steps() == ["train"])
        os.kill(place.runs()[0]["pid"], signal.SIGKILL)
        until(lambda: place.job(number).state == "failed")
        assert place.job(number).result["error"] == "train_failed"
        place.plan()
        again = place.ask()
        until(lambda: place.job(again).state == "done")
        assert worker.holder
    assert len(list(place.shelf.iterdir())) == 1


def test_what_ends_every_learner_is_given_up(place: Place) -> None:
    number = place.ask()
    for _ in range(4):
        with place.sessions.begin() as session:
            session.execute(
                update(Job).values(state="running", holder="gone", held_until=now(), attempts=3)
            )
    place.worker().look()
    job = place.job(number)
    assert (job.state, job.result["error"], place.steps()) == ("failed", "given_up", [])


def test_a_learner_that_lost_its_job_ends_the_command_and_leaves_the_job_alone(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.worker.HOLD_EVERY_S", 0.05)
    place.plan(train={"seconds": 60})
    number = place.ask()
    with at_work(place):
        until(lambda: place.steps() == ["train"])
        with place.sessions.begin() as session:
            held = now().replace(year=2100)
            session.execute(update(Job).values(holder="another", held_until=held))
        until(lambda: not is_alive(place.runs()[0]["pid"]))
    assert (place.job(number).state, place.job(number).holder) == ("running", "another")


def test_a_learner_has_a_pulse_for_as_long_as_it_lives(place: Place) -> None:
    pulse = pulse_of(place.settings)
    assert not is_beating(pulse)
    with at_work(place):
        until(lambda: is_beating(pulse))
    assert not is_beating(pulse)
    pulse.touch()
    os.utime(pulse, (0, 0))
    assert not is_beating(pulse)


def test_a_database_that_is_away_for_a_moment_costs_no_training(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("learning.worker.HOLD_EVERY_S", 0.05)
    place.plan(train={"seconds": 1.5})
    number = place.ask()
    refused: list[str] = []
    away = threading.Event()

    def refuse(_: object, __: object, statement: str, *___: object) -> None:
        if away.is_set():
            refused.append(statement)
            raise OperationalError(statement, None, Exception("the server is away"))

    event.listen(place.sessions.kw["bind"], "before_cursor_execute", refuse)
    with at_work(place):
        until(lambda: place.steps() == ["train"])
        away.set()
        until(lambda: len(refused) > 2)
        away.clear()
        until(lambda: place.job(number).state == "done")
    assert place.steps() == ["train", "judge"]
    assert place.job(number).attempts == 0
