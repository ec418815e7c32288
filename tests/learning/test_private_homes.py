"""What a judgement leaves that was killed goes when the next begins, or the next learner."""

from pathlib import Path

import pytest

from common.settings import Settings
from db.engine import make_engine, session_factory
from learning.private_homes import clear_private_homes, private_home
from learning.worker import Worker


@pytest.fixture
def left(tmp_path: Path) -> Path:
    """A private home whose shop was killed; it links to what the shop that serves goes on using."""
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "vectors").write_text("ours")
    folder = tmp_path / ".private-1"
    folder.mkdir()
    (folder / "shopkeeper.db").write_text("what a shopper said")
    (folder / "cache").symlink_to(tmp_path / "cache")
    return folder


def test_it_goes_when_the_next_one_begins(tmp_path: Path, left: Path) -> None:
    with private_home(tmp_path) as home:
        assert not left.exists()
        assert list(home.iterdir()) == []
        (home / "shopkeeper.db").write_text("what a shopper said")
        # A learner that starts meanwhile leaves the one in use alone.
        clear_private_homes(tmp_path)
        assert (home / "shopkeeper.db").exists()
    assert not home.exists()
    assert (tmp_path / "cache" / "vectors").read_text() == "ours"


def test_it_goes_when_the_next_learner_starts(tmp_path: Path, left: Path, sqlite_url: str) -> None:
    settings = Settings(home=tmp_path, database_url=sqlite_url, _env_file=None)
    worker = Worker(settings, sessions=session_factory(make_engine(sqlite_url)))
    worker.end()
    worker.run()
    assert not left.exists()
    assert (tmp_path / "cache" / "vectors").read_text() == "ours"
