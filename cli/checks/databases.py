"""The shop's database and Rasa's tracker: reachable, up to date, whole."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import SQLAlchemyError

from cli.checks.finding import Finding, fail, ok, warn
from common.errors import ShopkeeperError
from common.settings import Settings
from db.engine import make_engine
from db.migrate import revisions
from db.snapshot import sqlite_file

SHOP = "database"
TRACKER = "tracker"
_SLOW_MS = 50.0
_CHECKED_FOR_S = 1.5
_OLDEST_POSTGRESQL = 13
_CLOCKS_APART = timedelta(seconds=5)


def check_shop_database(settings: Settings) -> Iterator[Finding]:
    """The shop's own tables."""
    if same_database(settings.database_url, settings.rasa_database_url):
        cure = "give Rasa's tracker its own by SHOPKEEPER_RASA_DATABASE_URL"
        yield fail(SHOP, "the shop and Rasa share one database, and both want a table events", cure)
    start = "shopkeeper up"
    yield from _check(settings.database_url, SHOP, absent=f"there is none yet: `{start}` makes it")


def check_tracker(settings: Settings) -> Iterator[Finding]:
    """Rasa's own tables."""
    yield from _check(
        settings.rasa_database_url,
        TRACKER,
        absent="there is none yet: Rasa makes it when it starts",
    )


def same_database(one: str, other: str) -> bool:
    """Whether two addresses lead to one database."""

    def place(url: URL) -> tuple[object, ...]:
        return (url.get_backend_name(), url.host, url.port or 5432, url.database)

    return place(make_url(one)) == place(make_url(other))


def _check(url: str, area: str, *, absent: str) -> Iterator[Finding]:
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        yield ok(area, absent)
        return
    if file is not None:
        damage = quick_check(file)
        if damage:
            yield fail(area, f"{file} is damaged ({damage})", "shopkeeper restore BACKUP --force")
            return
    engine = make_engine(url, pool_size=1)
    where = file or f"{engine.url.host}/{engine.url.database}"
    try:
        started = time.monotonic()
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
            took = (time.monotonic() - started) * 1000
            started = time.monotonic()
            connection.execute(text("SELECT 1"))
            latency = (time.monotonic() - started) * 1000
            yield ok(area, f"{where}: {_version(connection)}, answers in {latency:.1f} ms")
            if latency > _SLOW_MS:
                cure = "put the database nearer, or give it more memory"
                yield warn(area, f"each question takes {latency:.0f} ms (first {took:.0f})", cure)
            yield from _check_server(engine, connection, area)
            yield from (_check_shop if area == SHOP else _check_events)(connection)
    except (SQLAlchemyError, ShopkeeperError) as error:
        cause = getattr(error, "orig", None)
        yield fail(
            area,
            f"{where} does not answer ({type(cause or error).__name__})",
            "start it, or set the right address: docs/operations.md, Troubleshooting",
        )
    finally:
        engine.dispose()


def quick_check(file: Path) -> str | None:
    """What is wrong with a SQLite file, as far as a second and a half shows; None for nothing."""
    deadline = time.monotonic() + _CHECKED_FOR_S
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            # A large file is looked at as far as time allows.
            connection.set_progress_handler(lambda: time.monotonic() > deadline, 10_000)
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.OperationalError as error:
        return None if "interrupted" in str(error) or "locked" in str(error) else str(error)
    except sqlite3.DatabaseError as error:
        return str(error)
    return None if verdict == "ok" else str(verdict).splitlines()[0]


def _version(connection: Connection) -> str:
    numbers = connection.dialect.server_version_info or ()
    name = "SQLite" if connection.dialect.name == "sqlite" else "PostgreSQL"
    return f"{name} {'.'.join(map(str, numbers))}"


def _check_server(engine: Engine, connection: Connection, area: str) -> Iterator[Finding]:
    """What only a server has: a version that may be too old, room for connections, a clock."""
    if engine.dialect.name == "sqlite":
        return
    major = int((connection.dialect.server_version_info or (0,))[0])
    if major < _OLDEST_POSTGRESQL:
        cure = f"update PostgreSQL to {_OLDEST_POSTGRESQL} or newer"
        yield fail(area, f"PostgreSQL {major} is too old", cure)
    used, most = connection.execute(
        text(
            "SELECT (SELECT count(*) FROM pg_stat_activity), "
            "current_setting('max_connections')::int"
        )
    ).one()
    if used > most * 0.8:
        cure = "raise max_connections in postgresql.conf"
        yield warn(area, f"{used} of {most} connections are taken", cure)
    apart = abs(connection.scalar(text("SELECT clock_timestamp()")) - datetime.now(UTC))
    if apart > _CLOCKS_APART:
        cure = "set both clocks by NTP: timedatectl set-ntp true"
        yield warn(area, f"its clock is {apart.total_seconds():.0f} s from this machine's", cure)


def _check_shop(connection: Connection) -> Iterator[Finding]:
    inspector = inspect(connection)
    if not inspector.has_table("alembic_version"):
        if inspector.get_table_names():
            cure = "set SHOPKEEPER_DATABASE_URL to a database of its own"
            yield fail(SHOP, "it holds tables, but not Shopkeeper's", cure)
        else:
            yield ok(SHOP, "empty: `shopkeeper up` makes the tables")
        return
    revision = connection.scalar(text("SELECT version_num FROM alembic_version"))
    known = revisions()
    if revision not in known:
        cure = "update Shopkeeper, or restore a backup of this version"
        yield fail(SHOP, f"a later Shopkeeper made its tables ({revision})", cure)
        return
    if revision != known[0]:
        cure = "back up, then restart the shop: shopkeeper up"
        yield warn(SHOP, f"its tables are at {revision}, this version's at {known[0]}", cure)
        return
    counts = {name: _count(connection, name) for name in ("products", "faq_entries", "messages")}
    yield ok(
        SHOP,
        f"tables at {revision}; {counts['products']:,} products, "
        f"{counts['faq_entries']:,} questions, {counts['messages']:,} messages",
    )
    if not counts["products"]:
        cure = "shopkeeper import catalog FILE"
        yield warn(SHOP, "there are no products to recommend", cure)
    newest = connection.scalar(text("SELECT max(created_at) FROM messages"))
    if newest and _moment(newest) > datetime.now(UTC) + timedelta(minutes=5):
        cure = "set the clock: timedatectl set-ntp true"
        yield warn("clock", f"the latest message is of {newest}, in the future", cure)


def _check_events(connection: Connection) -> Iterator[Finding]:
    if not inspect(connection).has_table("events"):
        yield ok(TRACKER, "empty: Rasa makes its table when it starts")
        return
    turns = connection.scalar(text("SELECT count(*) FROM events WHERE type_name = 'user'"))
    yield ok(TRACKER, f"{turns:,} turns remembered")


def _count(connection: Connection, table: str) -> int:
    return int(connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0)  # noqa: S608 - ours


def _moment(value: datetime | str) -> datetime:
    """SQLite gives text."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
