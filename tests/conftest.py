"""What tests in every folder share: databases of their own, and the real data where it lies."""

import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.base import Table

ROOT = Path(__file__).resolve().parent.parent
# A database in which the tests may create and drop databases of their own.
POSTGRESQL = "postgresql://postgres@127.0.0.1:5432/test"


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
    try:
        _run_on(server, f'CREATE DATABASE "{own.database}"')
    except OperationalError:
        skip_but_on_ci(
            f"no PostgreSQL at {server.host}:{server.port}; "
            "SHOPKEEPER_TEST_POSTGRESQL may name another."
        )
    try:
        url = own.render_as_string(hide_password=False)
        upgrade(url)
        yield url
    finally:
        _run_on(server, f'DROP DATABASE "{own.database}" WITH (FORCE)')


def _run_on(server: URL, statement: str) -> None:
    engine = make_engine(server.render_as_string(hide_password=False))
    try:
        # Databases are created and dropped outside transactions.
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text(statement))
    finally:
        engine.dispose()


def _empty(url: str) -> None:
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
            connection.execute(text("SET LOCAL synchronous_commit = off"))
            for table in reversed(Table.metadata.sorted_tables):
                connection.execute(table.delete())
            sequences = "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
            connection.execute(text(sequences))
    finally:
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database: each test runs on both kinds."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("_sqlite_template")
        file = tmp_path / "shopkeeper.db"
        shutil.copyfile(template, file)
        yield f"sqlite:///{file}"
        return
    url: str = request.getfixturevalue("_postgresql")
    yield url
    _empty(url)


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
