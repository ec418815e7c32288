"""`shopkeeper jobs`, as somebody types it."""

import json
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from cli.main import app
from cli.training import Progressing, training_progress
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.staff import AuditEntry
from learning.job_files import log_of, pulse_of
from learning.jobs import JobOver, JobUnderWay, claim_job, end_job
from learning.worker import Worker
from tests.learning.test_jobs_worker import STAND_IN


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    return Settings(_env_file=None, home=tmp_path, database_url=sqlite_url)


def jobs(*words: str) -> Result:
    return CliRunner().invoke(app, ["jobs", *words])


def test_a_training_is_started_listed_followed_and_done(settings: Settings) -> None:
    (settings.home / "plan.json").write_text("{}")
    started = jobs("start", "nlu")
    assert "Job 1 waits; 0 corrected messages are new" in started.output
    assert "No learner runs" in started.output
    sessions = session_factory(make_engine(settings.database_url))
    Worker(settings, sessions=sessions, program=STAND_IN, look_every=0.02).look()

    listed, told = jobs("list").output, jobs("log", "1", "--follow")

    assert all(word in listed for word in ("nlu", "done", "command", "passed"))
    assert "train is done" in told.output
    assert told.exit_code == 0
    with sessions() as session:
        assert session.scalars(select(AuditEntry.action)).all() == ["training_started"]


def test_a_training_under_way_is_not_started_again_and_can_be_cancelled(
    settings: Settings,
) -> None:
    pulse_of(settings).touch()
    assert "No learner" not in jobs("start", "recommender").output
    assert isinstance(jobs("start", "recommender").exception, JobUnderWay)
    assert "Job 1 is cancelled" in jobs("cancel", "1").output
    assert isinstance(jobs("cancel", "1").exception, JobOver)
    jobs("start", "recommender")
    with session_factory(make_engine(settings.database_url)).begin() as session:
        claim_job(session, holder="a")
    assert "Job 2 ends within seconds" in jobs("cancel", "2").output
    assert "running: starting, ending" in jobs("list").output


def test_following_a_training_that_failed_fails(settings: Settings) -> None:
    jobs("start", "nlu")
    sessions = session_factory(make_engine(settings.database_url))
    with sessions.begin() as session:
        claim_job(session, holder="a")
    with sessions.begin() as session:
        end_job(session, 1, holder="a", state="failed", result={"error": "train_failed"})
    log = log_of(settings, 1)
    log.parent.mkdir(parents=True)
    log.write_text("".join(f"line {number}\n" for number in range(200)))
    told = jobs("log", "1", "--lines", "2")
    assert told.output.startswith("line 198\nline 199\n")
    assert (told.exit_code, jobs("log", "1", "--follow").exit_code) == (0, 1)


def test_a_shop_without_trainings_says_how_to_begin(settings: Settings) -> None:
    assert "shopkeeper jobs start nlu" in jobs("list").output


def test_a_training_tells_in_a_file_how_far_it_is(tmp_path: Path) -> None:
    from rich.console import Console

    file = tmp_path / "progress.json"
    with training_progress(Console(quiet=True), str, file=file) as (on_step, _):
        assert json.loads(file.read_text()) == {"step": "training", "done": 0, "total": None}
        on_step(3, 10)
        on_step(10, 10)
        assert json.loads(file.read_text()) == {"step": "training", "done": 10, "total": 10}
    # Whoever does not want it gets no file.
    Progressing(None).tell("training")
    assert [each.name for each in tmp_path.iterdir()] == ["progress.json"]
