"""From a correction to a model in use and back, by the commands alone, with a tiny encoder."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from cli.main import app
from common.model_shelf import CARD, current_model
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from learning.lessons import is_for_gate
from learning.registry import PAGE, REPORT, name_in_use, read_registry
from shop.privacy.pseudonyms import pseudonym
from tests.nlu.conftest import tiny_encoder  # noqa: F401

KEY = "a key of the tests"
SAID = {"greet": "hi hello please", "goodbye": "bye bye the one", "track": "where is my order"}


@pytest.fixture
def shop(
    tmp_path: Path,
    sqlite_url: str,
    tiny_encoder: str,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> Settings:
    """A shop with an encoder of its own, whose staff corrected some messages."""
    for name, value in {
        "HOME": str(tmp_path / "home"),
        "DATABASE_URL": sqlite_url,
        "BASE_MODEL": tiny_encoder,
        "DEVICE": "cpu",
        "SECRET_KEY": KEY,
        "JOB_BY": "s1",
    }.items():
        monkeypatch.setenv(f"SHOPKEEPER_{name}", value)
    monkeypatch.delenv("SHOPKEEPER_JOB", raising=False)
    (tmp_path / "rows.csv").write_text(
        "text,label\n" + "".join(f"{text},{label}\n" for label, text in SAID.items()) * 6
    )
    return Settings()


def correct(settings: Settings, *, count: int, text: str = "zanzibar order {n}") -> None:
    """Messages of as many conversations, for the lessons and for the exam."""
    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        for n in range(count):
            name = f"a conversation of the tests {n}"
            session.add(Conversation(id=name, channel="web", consent_training=True))
            session.flush()
            message = Message(conversation_id=name, role="shopper", text=text.format(n=n))
            session.add(message)
            session.flush()
            session.add(MessageLabel(message_id=message.id, staff_id="s1", intent="track"))
    engine.dispose()


def run(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def train(settings: Settings, name: str, *more: str) -> tuple[Result, Path]:
    folder = settings.models / "nlu" / name
    rows = settings.home.parent / "rows.csv"
    options = ("--from-conversations", "--data", str(rows), "--epochs", "2", *more)
    return run("train", "nlu", *options, "--output", str(folder)), folder


@pytest.mark.slow
def test_corrections_become_a_candidate_that_serves_when_it_may(shop: Settings) -> None:
    correct(shop, count=30)
    progress = shop.home.parent / "progress.json"
    trained, folder = train(shop, "one", "--progress-file", str(progress))
    assert trained.exit_code == 0, trained.output
    assert "serves nobody yet" in trained.output.replace("\n", " ")
    assert "zanzibar" not in trained.output
    told = json.loads(progress.read_text())
    assert told["done"] == told["total"] > 0
    assert current_model(folder.parent) is None

    text = (folder / CARD).read_text()
    card: dict[str, Any] = json.loads(text)
    names = (
        pseudonym("conversation", f"a conversation of the tests {n}", key=KEY) for n in range(30)
    )
    exam = sum(is_for_gate(name) for name in names)
    assert card["origin"]["rows"]["judged_on"] == exam > 0
    assert card["origin"]["rows"]["learnt"] + exam <= 30
    assert (card["origin"]["by"], card["origin"]["how"]) == ("staff:s1", "whole")
    assert card["origin"]["code"].startswith("0.")
    # Of what shoppers said no word stays with the model.
    assert "zanzibar" not in text

    judged = run("models", "judge", "nlu", "one", "--no-talk")
    assert judged.exit_code == 3, judged.output
    report = json.loads((folder / REPORT).read_text())
    checks = {check["name"]: check for check in report["checks"]}
    assert not checks["stories"]["passed"]
    assert report["beside"] == "shipped"
    assert "zanzibar order" in (folder / PAGE).read_text()

    refused = run("models", "promote", "nlu", "one")
    assert refused.exit_code != 0
    assert name_in_use(folder.parent) == "shipped"
    promoted = run("models", "promote", "nlu", "one", "--anyway", "a test")
    assert promoted.exit_code == 0, promoted.output
    assert name_in_use(folder.parent) == "one"
    (entry,) = read_registry(folder.parent)
    assert (entry.by, entry.passed, entry.reason) == ("staff:s1", False, "a test")
    assert "staff:s1" in run("models", "history", "nlu").output
    assert run("models", "rollback", "nlu").exit_code == 0
    assert name_in_use(folder.parent) == "shipped"


@pytest.mark.slow
def test_an_erasure_takes_the_report_that_quotes_somebody(shop: Settings) -> None:
    correct(shop, count=30)
    _, folder = train(shop, "one")
    run("models", "judge", "nlu", "one", "--no-talk")
    erased = run("privacy", "erase", "--session", "a conversation of the tests 3", "--yes")
    assert erased.exit_code == 0, erased.output
    assert not (folder / REPORT).exists()
    assert not (folder / PAGE).exists()
    for file in folder.rglob("*"):
        assert b"zanzibar" not in file.read_bytes(), file


def test_nothing_corrected_is_nothing_to_learn(shop: Settings) -> None:
    trained, folder = train(shop, "one")
    assert trained.exit_code == 1
    assert "correct messages in the console" in str(trained.exception).replace("\n", " ")
    assert not folder.exists()
    assert not list(folder.parent.glob(".draft-*"))


def test_a_folder_that_is_there_is_not_trained_over(shop: Settings) -> None:
    correct(shop, count=12)
    assert train(shop, "one")[0].exit_code == 0
    again, _ = train(shop, "one")
    assert again.exit_code == 1
    assert "name another folder" in str(again.exception)


def test_a_job_that_is_begun_again_finds_what_it_had_done(
    shop: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    correct(shop, count=12)
    monkeypatch.setenv("SHOPKEEPER_JOB", "7")
    assert train(shop, "one")[0].exit_code == 0
    again, _ = train(shop, "one")
    assert again.exit_code == 0
    assert "already" in again.output


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_a_training_that_is_ended_leaves_the_shelf_whole_and_the_next_one_works(
    shop: Settings, number: signal.Signals
) -> None:
    correct(shop, count=12)
    shelf = shop.models / "nlu"
    rows = str(shop.home.parent / "rows.csv")
    words = ["train", "nlu", "--from-conversations", "--data", rows, "--epochs", "500"]
    child = subprocess.Popen(
        [sys.executable, "-m", "cli", *words, "--output", str(shelf / "one")],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 150
    while not list(shelf.glob(".draft-*")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert list(shelf.glob(".draft-*"))
    child.send_signal(number)
    assert child.wait(60) != 0
    assert not (shelf / "one").exists()
    if number == signal.SIGTERM:
        assert not list(shelf.glob(".draft-*"))
    trained, folder = train(shop, "one")
    assert trained.exit_code == 0, trained.output
    assert (folder / CARD).is_file()
    assert not list(shelf.glob(".draft-*"))
