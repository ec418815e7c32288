"""`shopkeeper models trial`, as somebody types it."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from common.errors import BadRequest
from common.model_shelf import UnknownModel, current_trial
from common.settings import Settings
from db.engine import make_engine, session_factory
from learning.registry import NotPassed
from nlu.card import SHIPPED
from tests.learning.test_registry import judged
from tests.learning.test_trials import talk

NAME = "20260504T110000Z"


@pytest.fixture
def settings(tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    found = Settings(_env_file=None, home=tmp_path, database_url=sqlite_url)
    shutil.copytree(SHIPPED, found.models / "nlu" / NAME)
    return found


def trial(*words: str) -> Result:
    # Wide enough for a table with both models.
    return CliRunner(env={"COLUMNS": "200"}).invoke(app, ["models", "trial", *words])


def test_a_trial_begins_tells_and_ends(settings: Settings) -> None:
    shelf = settings.models / "nlu"
    judged(shelf / NAME)
    assert "No trial is under way" in trial("nlu").output
    assert f"{NAME} answers 10% of the shoppers" in trial("nlu", NAME, "--share", "0.1").output
    begun = current_trial(shelf)
    assert begun is not None
    with session_factory(make_engine(settings.database_url)).begin() as session:
        for name, version in (("a", "shipped@1"), ("b", f"{NAME}@2")):
            talk(session, name, "nlu_fallback", version=version, at=begun.since)

    told = trial("nlu").output

    assert f"{NAME}: 10% since" in told
    assert "@2 (on trial)" in told
    assert told.count("1 of 1: 100.0% (20.7% to 100.0%)") == 4, told
    assert "-79.3% to +79.3%" in told
    assert "The trial has ended" in trial("nlu", "--stop").output
    assert current_trial(shelf) is None


def test_what_may_not_serve_is_not_tried(settings: Settings) -> None:
    assert isinstance(trial("nlu", NAME).exception, NotPassed)
    assert isinstance(trial("nlu", "none").exception, UnknownModel)
    assert isinstance(trial("nlu", "--stop").exception, UnknownModel)
    judged(settings.models / "nlu" / NAME)
    assert isinstance(trial("nlu", NAME, "--share", "0").exception, BadRequest)
    assert trial("cats").exit_code == 2
    assert current_trial(settings.models / "nlu") is None
