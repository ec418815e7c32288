import time
from pathlib import Path

from sqlalchemy import text

from db.checkpoints import Checkpoints
from db.engine import make_engine


def test_what_was_written_reaches_the_database_while_its_writer_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    url = f"sqlite:///{file}"
    writer = make_engine(url)
    with writer.connect() as connection, Checkpoints(url, every=0.02):
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES (:word)"), [{"word": "x" * 4000}] * 2_000)
        connection.commit()
        deadline = time.monotonic() + 20
        while file.stat().st_size < 2_000 * 4_000 and time.monotonic() < deadline:
            time.sleep(0.02)
        assert file.stat().st_size > 2_000 * 4_000
        # Many more pages than SQLite's own thousand were left to the thread by the commit.
        connection.execute(text("INSERT INTO words VALUES ('on')"))
        connection.commit()
    writer.dispose()


def test_a_commit_leaves_the_log_to_others(tmp_path: Path) -> None:
    file = tmp_path / "shop.db"
    writer = make_engine(f"sqlite:///{file}")
    with writer.connect() as connection:
        connection.execute(text("CREATE TABLE words (word TEXT)"))
        connection.execute(text("INSERT INTO words VALUES (:word)"), [{"word": "x" * 4000}] * 2_000)
        connection.commit()
        assert file.stat().st_size < 100_000
    writer.dispose()


def test_nothing_is_done_where_the_database_does_it_itself() -> None:
    # No server is asked: there is none at this address.
    with Checkpoints("postgresql://nobody@127.0.0.1:1/none", every=0.01):
        time.sleep(0.05)
