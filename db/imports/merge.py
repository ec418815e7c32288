"""Short writes into a database that a running shop is using."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy import Table as SqlTable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase

T = TypeVar("T")
Record = dict[str, Any]

# SQLite knows no queue for its one write lock: whoever waits for it looks again every few
# milliseconds, so an import leaves it free that long between two transactions.
BREATH_S = 0.012


@contextmanager
def short_transaction(engine: Engine) -> Iterator[Connection]:
    """A transaction after which others get their turn, for as long as it took.

    An import shares its machine with the shop. A lower priority would be no courtesy: whoever
    holds a lock and gets no core makes everybody wait.
    """
    began = time.perf_counter()
    with engine.begin() as connection:
        yield connection
    time.sleep(max(BREATH_S, time.perf_counter() - began))


def batches(items: Iterable[T], *, size: int) -> Iterator[list[T]]:
    """The items, so many at a time."""
    batch: list[T] = []
    for item in items:
        batch.append(item)
        if len(batch) >= size:
            yield batch
            batch = []
    if batch:
        yield batch


def table_of(entity: type[DeclarativeBase]) -> SqlTable:
    """The table behind a mapped class, for statements over many rows."""
    table = entity.__table__
    assert isinstance(table, SqlTable)  # noqa: S101 - true of every class mapped to a table
    return table


def upsert(
    connection: Connection,
    entity: type[DeclarativeBase],
    rows: Sequence[Record],
    *,
    update: Collection[str] | Callable[[Mapping[str, Any]], Mapping[str, Any]],
) -> None:
    """Insert the rows; where one with its key exists, update these columns of it.

    Args:
        update: the columns to take from the new row, none where an existing row is to stay
            as it is; or a function from the new row's columns to what the columns become.
    """
    if not rows:
        return
    table = table_of(entity)
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    statement = dialect.insert(table)
    if update:
        new = statement.excluded
        changes = update(new) if callable(update) else {name: new[name] for name in update}
        statement = statement.on_conflict_do_update(
            index_elements=list(table.primary_key), set_=changes
        )
    else:
        statement = statement.on_conflict_do_nothing()
    connection.execute(statement, rows)
