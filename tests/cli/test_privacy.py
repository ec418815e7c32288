import zipfile
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from cli import conversations, privacy
from common.errors import BadRequest, NotFound
from db.engine import make_engine, session_factory
from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from db.tables.customers import Customer


@pytest.fixture
def home(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A shop in which one customer has said one thing."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    engine = make_engine(sqlite_url)
    with session_factory(engine).begin() as session:
        session.add(Customer(id="c-17", name="Maya"))
        session.flush()
        session.add(
            Conversation(id="talk", channel="web", customer_id="c-17", consent_training=True)
        )
        session.flush()
        parse = {"text": "hi", "intent": {"name": "greet", "confidence": 1.0}}
        session.add(Message(conversation_id="talk", role="shopper", text="hi", parse=parse))
        session.add(Event(name="view_item", customer_id="c-17", occurred_at=now()))
    engine.dispose()
    return tmp_path


def run(*words: str | Path, says: str = "") -> Result:
    return CliRunner().invoke(privacy.app, [str(word) for word in words], input=says)


def export_conversations(*words: str | Path) -> Result:
    return CliRunner().invoke(conversations.app, ["export", *map(str, words)])


def test_a_copy_lies_under_home_until_an_erasure_takes_it(home: Path) -> None:
    result = run("export", "c-17")
    assert result.exit_code == 0, result.output
    (file,) = (home / "exports").iterdir()
    with zipfile.ZipFile(file) as archive:
        assert "messages.json" in archive.namelist()
    assert run("erase", "c-17", "--yes").exit_code == 0
    assert not file.exists()


def test_an_erasure_asks_first(home: Path) -> None:
    assert run("erase", "c-17", says="n\n").exit_code == 1
    assert run("export", "c-17").exit_code == 0
    assert run("erase", "c-17", says="y\n").exit_code == 0
    assert isinstance(run("export", "c-17").exception, NotFound)
    assert "messages" not in run("receipts").stdout


def test_one_of_customer_and_session_must_be_named(home: Path) -> None:
    assert isinstance(run("erase", "--yes").exception, BadRequest)
    assert isinstance(run("erase", "c-17", "--session", "talk", "--yes").exception, BadRequest)


def test_nothing_is_purged_unless_the_shop_says_after_how_long(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Everything is kept" in run("purge").stdout
    monkeypatch.setenv("SHOPKEEPER_RETENTION_DAYS", "30")
    assert run("purge").exit_code == 0
    assert run("export", "--session", "talk").exit_code == 0


@pytest.mark.parametrize("form", ["rasa", "jsonl"])
def test_conversations_are_exported_and_an_erasure_takes_the_file(
    home: Path, tmp_path: Path, form: str
) -> None:
    file = tmp_path / "said"
    result = export_conversations("--format", form, "-o", file)
    assert result.exit_code == 0, result.output
    assert "1 wordings of 1 conversations, 0 corrected" in result.stdout.replace("\n", " ")
    assert isinstance(export_conversations("--format", form, "-o", file).exception, BadRequest)
    assert run("erase", "--session", "talk", "--yes").exit_code == 0
    assert not file.exists()


def test_an_export_without_a_name_lies_under_home(home: Path) -> None:
    assert export_conversations("--format", "jsonl").exit_code == 0
    (file,) = (home / "exports").iterdir()
    assert file.suffix == ".jsonl"


def test_an_export_that_was_moved_is_named(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "said.jsonl"
    export_conversations("--format", "jsonl", "-o", file)
    file.rename(tmp_path / "elsewhere.jsonl")
    result = run("erase", "--session", "talk", "--yes")
    assert "said.jsonl held them and is not there any more" in result.stderr


def test_an_export_goes_into_a_folder_that_is_there(home: Path, tmp_path: Path) -> None:
    result = export_conversations("--format", "jsonl", "-o", tmp_path / "none" / "said")
    assert isinstance(result.exception, BadRequest)
