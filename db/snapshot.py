"""The shop's database and Rasa's, both as they were at one moment, while the shop goes on.

Writers to ours wait for the milliseconds in which both snapshots begin. A turn stores its message,
then lets Rasa write, then stores its answers: so whatever Rasa's snapshot knows of, ours has the
message of, and whatever ours calls answered is in Rasa's. It is as if all processes had been killed
at that moment.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from psycopg import sql
from pydantic import BaseModel
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, SQLAlchemyError

from common.errors import ConfigurationError
from db.engine import make_engine
from db.tables.base import now

OnProgress = Callable[[float], None]

SQLITE_FILE = "data.db"
_PAGES_AT_ONCE = 2_000
_PATIENCE_S = 10.0
_ATTEMPTS = 5


class SavedTable(BaseModel):
    """One table of a PostgreSQL database, in a file of COPY's text format named after it."""

    name: str
    columns: list[str]
    rows: int


class SavedDatabase(BaseModel):
    """What a folder holds: a SQLite file, or a file a table, each after those it refers to."""

    kind: Literal["sqlite", "postgresql"]
    tables: list[SavedTable] = []


class Snapshot(Protocol):
    """A database that stands still for us alone."""

    def freeze(self) -> None:
        """From here on see nothing that others change."""

    def scalar(self, query: str) -> Any:
        """The one value that a query finds."""

    def has_table(self, name: str) -> bool:
        """Whether there is such a table."""

    def copy(self, folder: Path, *, on_progress: OnProgress) -> SavedDatabase:
        """Write everything into this folder."""

    def close(self) -> None:
        """Let go."""


@dataclass(frozen=True)
class Frozen:
    """Both databases at one moment. `tracker` is None where Rasa has never run."""

    database: Snapshot
    tracker: Snapshot | None
    at: datetime


@contextmanager
def frozen(*, database_url: str, tracker_url: str) -> Iterator[Frozen]:
    """Stop the clock for both databases.

    Raises:
        ConfigurationError: there is no shop, no database answers, or it is never free to write.
    """
    with ExitStack() as stack:
        database = _open(database_url)
        if database is None:
            raise ConfigurationError(
                "There is no shop to back up: its database has no tables. "
                "Is SHOPKEEPER_HOME or SHOPKEEPER_DATABASE_URL that of the shop?"
            )
        stack.enter_context(closing(database))
        if not database.has_table("messages"):
            raise ConfigurationError(
                "There is no shop to back up: the database holds no conversations' tables. "
                "Is SHOPKEEPER_DATABASE_URL that of the shop?"
            )
        tracker = _open(tracker_url)
        if tracker is not None:
            stack.enter_context(closing(tracker))
        with _writers_held(database_url):
            database.freeze()
            if tracker is not None:
                tracker.freeze()
            moment = now()
        if tracker is not None and not tracker.has_table("events"):
            tracker = None
        yield Frozen(database, tracker, moment)


def sqlite_file(url: str) -> Path | None:
    """The file of a SQLite address; None for another database."""
    address = make_url(url)
    if address.get_backend_name() != "sqlite":
        return None
    return Path(address.database or "").absolute()


def _open(url: str) -> Snapshot | None:
    file = sqlite_file(url)
    if file is not None:
        return SqliteSnapshot(file) if file.is_file() and file.stat().st_size else None
    engine = make_engine(url, pool_size=1)
    try:
        return PostgresqlSnapshot(engine)
    except OperationalError as error:
        raise ConfigurationError(
            f"No database answers at {engine.url.render_as_string()}."
        ) from error


class SqliteSnapshot:
    """A file that stays readable and writable for everybody else while it is copied."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._connection = sqlite3.connect(file, timeout=_PATIENCE_S, isolation_level=None)
        with suppress(sqlite3.OperationalError):
            # Rasa makes its file in the old mode, in which a long reader keeps writers out.
            self._connection.execute("PRAGMA journal_mode=WAL")

    def freeze(self) -> None:
        self._connection.execute("BEGIN")
        # The transaction begins with the first thing read.
        self.has_table("messages")

    def scalar(self, query: str) -> Any:
        row = self._connection.execute(query).fetchone()
        return row[0] if row else None

    def has_table(self, name: str) -> bool:
        found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        return self._connection.execute(found, (name,)).fetchone() is not None

    def copy(self, folder: Path, *, on_progress: OnProgress) -> SavedDatabase:
        def report(_: int, left: int, total: int) -> None:
            on_progress(1 - left / max(total, 1))

        with closing(sqlite3.connect(folder / SQLITE_FILE)) as copied:
            try:
                self._connection.backup(copied, pages=_PAGES_AT_ONCE, progress=report)
                # One file, without a log beside it.
                copied.execute("PRAGMA journal_mode=DELETE")
                (verdict,) = copied.execute("PRAGMA quick_check(1)").fetchone()
            except sqlite3.DatabaseError as error:
                verdict = str(error)
        if verdict != "ok":
            raise ConfigurationError(
                f"{self._file} is damaged and cannot be backed up ({verdict}): "
                "keep a copy of the file and restore an earlier backup."
            )
        return SavedDatabase(kind="sqlite")

    def close(self) -> None:
        self._connection.close()


class PostgresqlSnapshot:
    """One transaction that sees one moment, read table by table."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Connection = engine.connect().execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )

    def freeze(self) -> None:
        # What was looked at before belongs to another moment.
        self._connection.rollback()
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            # A large shop takes minutes, while the other database waits its turn.
            self._connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
        self.scalar("SELECT 1")

    def scalar(self, query: str) -> Any:
        return self._connection.scalar(text(query))

    def has_table(self, name: str) -> bool:
        return inspect(self._connection).has_table(name)

    def copy(self, folder: Path, *, on_progress: OnProgress) -> SavedDatabase:
        inspector = inspect(self._connection)
        names = [name for name, _ in inspector.get_sorted_table_and_fkc_names() if name is not None]
        saved = []
        for done, name in enumerate(names):
            columns = [
                column["name"]
                for column in inspector.get_columns(name)
                if not column.get("computed")
            ]
            saved.append(
                SavedTable(name=name, columns=columns, rows=self._copy(name, columns, folder))
            )
            on_progress((done + 1) / len(names))
        return SavedDatabase(kind="postgresql", tables=saved)

    def _copy(self, name: str, columns: list[str], folder: Path) -> int:
        command = sql.SQL("COPY {} ({}) TO STDOUT").format(
            sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        cursor = driver_cursor(self._connection)
        with (folder / f"{name}.copy").open("wb") as file, cursor.copy(command) as blocks:
            for block in blocks:
                file.write(block)
        return int(cursor.rowcount)

    def close(self) -> None:
        self._connection.close()
        self._engine.dispose()


def driver_cursor(connection: Connection) -> Any:
    """psycopg's own cursor, in the connection's transaction: SQLAlchemy knows no COPY."""
    return connection.connection.cursor()


@contextmanager
def _writers_held(url: str) -> Iterator[None]:
    """Keep others from storing messages; they wait, and none of them fails for it."""
    engine = make_engine(url, pool_size=1)
    try:
        with _lock(engine) as connection:
            yield
            connection.rollback()
    finally:
        engine.dispose()


def _lock(engine: Engine) -> Connection:
    """A connection whose transaction lets nobody else store a message."""
    connection = engine.connect()
    sqlite = engine.dialect.name == "sqlite"
    for attempt in range(_ATTEMPTS):
        try:
            if sqlite:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
            else:
                # Whoever comes while we wait queues behind us, so we never wait for long.
                connection.exec_driver_sql("SET LOCAL lock_timeout = '2s'")
                connection.exec_driver_sql("LOCK TABLE messages IN SHARE MODE")
        except SQLAlchemyError:
            connection.rollback()
            time.sleep(0.2 * (attempt + 1))
        else:
            return connection
    connection.close()
    raise ConfigurationError(
        "The database is never free for a moment: something writes to it without pause. "
        "Try again when an import under way has ended."
    )
