"""Put a saved database back: all of it or nothing, brought up to this version's tables."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

from psycopg import sql
from sqlalchemy import Connection, func, inspect, select, text
from sqlalchemy.exc import SQLAlchemyError

from common.errors import ConfigurationError
from db.engine import make_engine
from db.migrate import migrate, upgrade
from db.snapshot import SQLITE_FILE, OnProgress, SavedDatabase, driver_cursor, sqlite_file
from db.tables.base import Table
from db.tracker import TRACKER

_BLOCK = 1 << 20
_BOOKKEEPING = "alembic_version"

MakeTables = Callable[[Connection], None]


def count_rows(url: str, name: str) -> int | None:
    """How many rows a table of ours has; 0 where there is no shop, None if it cannot be read."""
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        return 0
    engine = make_engine(url, pool_size=1)
    try:
        with engine.connect() as connection:
            if not inspect(connection).has_table(name):
                return 0
            table = Table.metadata.tables[name]
            return int(connection.scalar(select(func.count()).select_from(table)) or 0)
    except SQLAlchemyError:
        return None
    finally:
        engine.dispose()


def check_unused(file: Path) -> None:
    """Make sure that no process has this SQLite file open, and fold its log into it.

    Raises:
        ConfigurationError: one has.
    """
    if not file.is_file():
        return
    try:
        with closing(sqlite3.connect(file, timeout=2, isolation_level=None)) as connection:
            # Only the last one may leave the mode in which all processes share a log.
            connection.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.OperationalError as error:
        raise ConfigurationError(
            f"{file} is in use: stop the shop, then restore. ({error})"
        ) from error
    except sqlite3.DatabaseError:
        # Damaged: that may be why somebody restores.
        return


def bring_up_to_date(folder: Path) -> Path:
    """Run the migrations over a saved SQLite file of ours, where it lies.

    Returns:
        The file.
    """
    upgrade(f"sqlite:///{folder / SQLITE_FILE}")
    return folder / SQLITE_FILE


def load_shop(
    connection: Connection, folder: Path, saved: SavedDatabase, *, revision: str, on: OnProgress
) -> None:
    """Replace our tables in PostgreSQL, within the connection's transaction.

    Raises:
        ConfigurationError: the database holds tables that are not ours, or is in use.
    """
    ours = {*Table.metadata.tables, _BOOKKEEPING}
    _replace(
        connection,
        folder,
        saved,
        ours=ours,
        make_tables=lambda c: migrate(c, revision=revision),
        on_progress=on,
    )
    migrate(connection)


def load_tracker(
    connection: Connection, folder: Path, saved: SavedDatabase, *, on: OnProgress
) -> None:
    """Replace Rasa's tables in PostgreSQL, within the connection's transaction.

    Raises:
        ConfigurationError: the database holds tables that are not Rasa's, or is in use.
    """
    _replace(
        connection,
        folder,
        saved,
        ours=set(TRACKER.tables),
        make_tables=TRACKER.create_all,
        on_progress=on,
    )


def _replace(
    connection: Connection,
    folder: Path,
    saved: SavedDatabase,
    *,
    ours: set[str],
    make_tables: MakeTables,
    on_progress: OnProgress,
) -> None:
    # A large shop takes minutes, and then waits for the other database.
    for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.exec_driver_sql(f"SET LOCAL {limit} = 0")
    connection.exec_driver_sql("SET LOCAL lock_timeout = '10s'")
    _drop(connection, ours | {table.name for table in saved.tables})
    make_tables(connection)
    tables = [table for table in saved.tables if table.name != _BOOKKEEPING]
    # Migrations may have put rows there themselves.
    _run(connection, "TRUNCATE {} CASCADE", [table.name for table in tables])
    for done, table in enumerate(tables):
        _load(connection, folder / f"{table.name}.copy", table.name, table.columns)
        on_progress((done + 1) / len(tables))


def _drop(connection: Connection, ours: set[str]) -> None:
    there = set(inspect(connection).get_table_names())
    if strangers := sorted(there - ours):
        raise ConfigurationError(
            f"The database has tables that are not Shopkeeper's ({', '.join(strangers[:5])}): "
            "give the shop a database of its own."
        )
    try:
        _run(connection, "DROP TABLE {} CASCADE", sorted(there))
    except SQLAlchemyError as error:
        raise ConfigurationError(
            "The database is in use: stop every process of the shop, then restore."
        ) from error


def _run(connection: Connection, command: str, names: Sequence[str]) -> None:
    """Run a command on these tables, if there are any."""
    if names:
        preparer = connection.dialect.identifier_preparer
        connection.execute(text(command.format(", ".join(map(preparer.quote, names)))))


def _load(connection: Connection, file: Path, name: str, columns: Sequence[str]) -> None:
    command = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with driver_cursor(connection).copy(command) as copy, file.open("rb") as opened:
        while block := opened.read(_BLOCK):
            copy.write(block)
    quote = connection.dialect.identifier_preparer.quote
    for column in columns:
        numbers = connection.scalar(
            text("SELECT pg_get_serial_sequence(:table, :column)"),
            {"table": quote(name), "column": column},
        )
        if numbers:
            # Quoted by the dialect, and our own names at that.
            highest = f"SELECT max({quote(column)}) FROM {quote(name)}"  # noqa: S608
            connection.execute(
                text(f"SELECT setval(:numbers, coalesce(({highest}), 1), ({highest}) IS NOT NULL)"),
                {"numbers": numbers},
            )
