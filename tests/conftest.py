"""What tests in every folder share: databases of their own, and the real data where it lies."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.base import Table

ROOT = Path(__file__).resolve().parent.parent
# A database in which the tests may create and drop databases of their own.
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/test"


# What is made once for many files: the real processes, which must not run beside each other
# either, and the demo shop.
TOGETHER = {
    "tests/bot/test_stories.py": "processes",
    "tests/deploy/test_services.py": "processes",
    "tests/journeys/": "processes",
    "tests/db/demo/": "demo",
}


class WholeFiles(LoadScopeScheduling):
    """Gives each worker whole files, and to one what belongs together; most tests first."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return next((name for start, name in TOGETHER.items() if file.startswith(start)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> WholeFiles:
    return WholeFiles(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What a test that was run again had failed of: pytest tells only its name."""
    for report in terminalreporter.stats.get("rerun", []):
        terminalreporter.write_line(f"First, {report.nodeid}: {report.longreprtext[-1500:]}")


@pytest.fixture(autouse=True)
def _keeps_its_priority(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that step back behind the shop do so as processes of their own, not in ours."""
    monkeypatch.setattr(os, "nice", lambda _: 0)


def skip_but_on_ci(reason: str) -> NoReturn:
    """Skip the test; on CI fail it, since everything must be there."""
    if os.environ.get("CI", "").lower() in ("true", "1"):
        pytest.fail(f"On CI this must be there: {reason}")
    pytest.skip(reason)


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data that is not part of the repository."""
    folder = Path(os.environ.get("SHOPKEEPER_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        skip_but_on_ci(f"{folder} is not there; set SHOPKEEPER_DATA to the folder of real data.")
    return folder


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database file, which each test gets a copy of."""
    file = tmp_path_factory.mktemp("database") / "template.db"
    upgrade(f"sqlite:///{file}")
    # A copy is whole only where nothing is left in the write-ahead log.
    assert not file.with_name("template.db-wal").exists()
    return file


@pytest.fixture(scope="session")
def _postgresql() -> Iterator[str]:
    """The address of a migrated database of this run's own."""
    server = make_url(os.environ.get("SHOPKEEPER_TEST_POSTGRESQL", POSTGRESQL))
    own = server.set(database=f"shopkeeper_test_{uuid.uuid4().hex[:12]}")
    create_database(own, server=server)
    try:
        url = own.render_as_string(hide_password=False)
        upgrade(url)
        yield url
    finally:
        run_on(server, f'DROP DATABASE "{own.database}" WITH (FORCE)')


def create_database(own: URL, *, server: URL) -> None:
    """Make an empty database beside `server`'s, or skip the test where no server answers."""
    try:
        run_on(server, f'CREATE DATABASE "{own.database}"')
    except OperationalError:
        skip_but_on_ci(
            f"no PostgreSQL at {server.host}:{server.port}; "
            "SHOPKEEPER_TEST_POSTGRESQL may name another."
        )
    # Nobody needs what a test wrote after a power cut, and each wait for the disk takes its time.
    run_on(server, f'ALTER DATABASE "{own.database}" SET synchronous_commit = off')


def run_on(server: URL, statement: str) -> list[tuple[object, ...]]:
    """Run one statement outside transactions; its rows, where it has any."""
    engine = make_engine(server.render_as_string(hide_password=False))
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            result = connection.execute(text(statement))
            return [tuple(row) for row in result] if result.returns_rows else []
    finally:
        engine.dispose()


def empty(url: str) -> None:
    """Delete every row and count from 1 again, many times as fast as making the database anew."""
    engine = make_engine(url)
    try:
        with engine.begin() as connection:
            # A test that failed may have left a transaction open.
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            for table in reversed(Table.metadata.sorted_tables):
                connection.execute(table.delete())
            sequences = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
            connection.execute(text(sequences))
    finally:
        engine.dispose()


@pytest.fixture
def sqlite_url(_sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a migrated, empty SQLite database: for tests that one kind is enough for."""
    file = tmp_path / "shopkeeper.db"
    shutil.copyfile(_sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a migrated, empty database: each test runs on both kinds."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_url")
        return
    url: str = request.getfixturevalue("_postgresql")
    yield url
    empty(url)


@pytest.fixture
def database(database_url: str) -> Iterator[Engine]:
    """An engine on a migrated, empty database: each test runs on both kinds."""
    engine = make_engine(database_url)
    yield engine
    engine.dispose()


@pytest.fixture
def session(database: Engine) -> Iterator[Session]:
    """A session on `database`."""
    with session_factory(database)() as opened:
        yield opened
