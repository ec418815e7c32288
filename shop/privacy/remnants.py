"""What a deleted row leaves behind in a database's files."""

import time
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from common.errors import ServiceUnavailable
from db.snapshot import sqlite_file

# Making a SQLite file anew keeps writers waiting about a second for each 100 MB, and they have
# five seconds' patience. What is deleted from a larger one is overwritten all the same.
LARGEST_MADE_ANEW = 200_000_000
_ATTEMPTS = 20
_PAUSE_S = 0.25


def overwrite_what_is_deleted(connection: Connection) -> None:
    """From here on have SQLite put zeros where a deleted row was."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def compact(engine: Engine, tables: Sequence[str]) -> None:
    """Let nothing that was deleted from these tables be read from the database's files.

    Raises:
        ServiceUnavailable: others used the database all the while.
    """
    for attempt in range(_ATTEMPTS):
        if attempt:
            time.sleep(_PAUSE_S)
        try:
            if _compacted(engine, tables):
                return
        except DBAPIError:
            continue
    raise ServiceUnavailable(
        "What was erased may still be read from the database's files, since others used them "
        "all the while: run the same command again."
    )


def _compacted(engine: Engine, tables: Sequence[str]) -> bool:
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if engine.dialect.name != "sqlite":
            quote = connection.dialect.identifier_preparer.quote
            connection.exec_driver_sql(f"VACUUM {', '.join(map(quote, tables))}")
            return True
        file = sqlite_file(engine.url.render_as_string(hide_password=False))
        if file is None or _size(file) <= LARGEST_MADE_ANEW:
            connection.exec_driver_sql("VACUUM")
        busy, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        return not busy


def _size(file: Path) -> int:
    return file.stat().st_size
