"""One customer's last 50 events among millions: the time of the query that every turn makes.

    python benchmarks/history.py [--events 10000000] [--url postgresql://...] [--queries 500]

Makes a database of its own (a SQLite file in a temporary folder, or one beside the PostgreSQL
database named) and drops it afterwards. Goal: under 5 ms.
"""

import argparse
import io
import random
import sqlite3
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from sqlalchemy import Engine, Index, text
from sqlalchemy.engine import make_url

from db.behaviour import recent_events
from db.engine import make_engine, session_factory
from db.tables.base import Table

CUSTOMERS = 100_000
PRODUCTS = 20_000
START = datetime(2025, 1, 1, tzinfo=UTC)
SECONDS = 2 * 365 * 86_400
NAMES = ("view_item",) * 7 + ("add_to_cart", "add_to_wishlist", "purchase")
COLUMNS = "id, name, occurred_at, customer_id, session_id, product_id, country"
AT_ONCE = 200_000
GOAL_MS = 5.0

Row = tuple[int, str, str, str | None, str, str, str]


def make_events(count: int, *, seed: int = 7) -> Iterator[Row]:
    """Events in order of time. A few customers have most of them, as in any shop."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        # Squaring leans towards the low numbers: customer 0 has hundreds of times the average.
        customer = int(chance.random() ** 2 * CUSTOMERS)
        moment = START + timedelta(seconds=SECONDS * number / count)
        yield (
            number,
            chance.choice(NAMES),
            moment.strftime("%Y-%m-%d %H:%M:%S.%f"),
            f"c{customer}" if chance.random() < 0.8 else None,
            f"s{customer}-{number // 50_000}",
            f"p{int(chance.random() ** 2 * PRODUCTS)}",
            "DE",
        )


def fill_sqlite(url: str, count: int) -> None:
    """Insert in bulk, past SQLAlchemy."""
    connection = sqlite3.connect(make_url(url).database or "")
    connection.execute("PRAGMA synchronous=OFF")
    with connection:
        connection.executemany(
            f"INSERT INTO events ({COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", make_events(count)
        )
    connection.close()


def fill_postgresql(url: str, count: int) -> None:
    """Copy in bulk, past SQLAlchemy."""
    with psycopg.connect(url) as connection, connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        with cursor.copy(f"COPY events ({COLUMNS}) FROM STDIN") as copy:
            buffer = io.StringIO()
            for number, row in enumerate(make_events(count), start=1):
                cells = [r"\N" if cell is None else str(cell) for cell in row]
                # Without a zone PostgreSQL would read its own.
                cells[2] += "+00"
                buffer.write("\t".join(cells) + "\n")
                if number % AT_ONCE == 0:
                    copy.write(buffer.getvalue())
                    buffer = io.StringIO()
            copy.write(buffer.getvalue())


def indexes_of_events() -> list[Index]:
    """The indexes that the events table has in the product."""
    table = Table.metadata.tables["events"]
    return sorted(table.indexes, key=lambda index: str(index.name))


def measure(engine: Engine, *, queries: int) -> None:
    """Print p50, p95 and the greatest of the query's time over random customers."""
    sessions = session_factory(engine)
    chance = random.Random(11)
    times = []
    for _ in range(queries):
        customer = f"c{int(chance.random() ** 2 * CUSTOMERS)}"
        started = time.perf_counter()
        with sessions() as session:
            steps = recent_events(session, customer_id=customer, session_id="s-none")
        times.append((time.perf_counter() - started) * 1e3)
        if len(steps) > 50:
            raise AssertionError(f"{len(steps)} steps for {customer}")
    times.sort()
    p50, p95 = times[len(times) // 2], times[int(len(times) * 0.95)]
    for name, value in (("p50", p50), ("p95", p95), ("max", times[-1])):
        print(f"  {name} {value:6.2f} ms  {'ok' if value < GOAL_MS else 'over the goal'}")


@contextmanager
def own_database(url: str | None) -> Iterator[str]:
    """The address of an empty database that is gone afterwards."""
    if url is None:
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'history.db'}"
        return
    name = f"history_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield make_url(url).set(database=name).render_as_string(hide_password=False)
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def main() -> None:
    """Fill, measure, drop."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--queries", type=int, default=500)
    parser.add_argument("--url", help="a PostgreSQL database beside which to make one")
    asked = parser.parse_args()
    fill: Callable[[str, int], None] = fill_postgresql if asked.url else fill_sqlite
    with own_database(asked.url) as url:
        engine = make_engine(url)
        Table.metadata.create_all(engine)
        indexes = indexes_of_events()
        for index in indexes:
            index.drop(engine)
        started = time.perf_counter()
        fill(url, asked.events)
        # Built at the end, an index costs a fraction of what it costs row by row.
        for index in indexes:
            index.create(engine)
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE events"))
        print(f"{engine.dialect.name}: {asked.events:,} events in", end=" ")
        print(f"{time.perf_counter() - started:.0f} s", flush=True)
        measure(engine, queries=asked.queries)
        engine.dispose()


if __name__ == "__main__":
    main()
