"""What the database's container makes on its first start."""

from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.engine import URL

from db.engine import make_engine
from db.migrate import ADVISORY_LOCK, upgrade
from tests.conftest import run_on
from tests.deploy.databases import Databases


def address(databases: Databases, name: str) -> str:
    return databases.urls[name].render_as_string(hide_password=False)


@pytest.mark.parametrize("name", ["shopkeeper", "rasa"])
def test_the_role_owns_both_and_is_no_superuser(databases: Databases, name: str) -> None:
    engine = make_engine(address(databases, name))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE ours (id int)"))
        connection.execute(text("DROP TABLE ours"))
        assert connection.scalar(text("SHOW is_superuser")) == "off"
    engine.dispose()


def test_nobody_else_gets_in(databases: Databases) -> None:
    server = databases.urls["shopkeeper"]
    stranger = f"{databases.role}_stranger"
    admin = databases.admin.set(database="postgres")
    run_on(admin, f"CREATE ROLE {stranger} LOGIN PASSWORD 'stranger'")
    try:
        own = server.set(username=stranger, password="stranger", drivername="postgresql")
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            psycopg.connect(own.render_as_string(hide_password=False))
    finally:
        run_on(admin, f"DROP ROLE {stranger}")


def test_the_superuser_cannot_come_in_by_password_any_more(databases: Databases) -> None:
    passwords = "SELECT rolname, rolpassword IS NULL FROM pg_authid WHERE rolname LIKE "
    rows = dict(run_on(databases.admin, f"{passwords} '{databases.role}%'"))
    assert rows == {databases.role: False, f"{databases.role}_admin": True}


def test_no_statement_goes_on_for_ever(databases: Databases) -> None:
    url: URL = databases.urls["shopkeeper"]
    assert run_on(url, "SHOW statement_timeout") == [("1min",)]
    assert run_on(url, "SHOW idle_in_transaction_session_timeout") == [("5min",)]


def test_but_a_migration_waits_its_turn_however_long(databases: Databases) -> None:
    url = databases.urls["shopkeeper"]
    run_on(url, f"ALTER ROLE {databases.role} SET statement_timeout = '400ms'")
    other = psycopg.connect(
        url.set(drivername="postgresql").render_as_string(hide_password=False), autocommit=True
    )
    try:
        other.execute(f"SELECT pg_advisory_lock({ADVISORY_LOCK})")
        with ThreadPoolExecutor(1) as waiting:
            migration = waiting.submit(upgrade, address(databases, "shopkeeper"))
            with pytest.raises(TimeoutError):
                migration.result(timeout=1.5)
            other.execute(f"SELECT pg_advisory_unlock({ADVISORY_LOCK})")
            migration.result(timeout=60)
    finally:
        other.close()
        run_on(databases.admin, f"ALTER ROLE {databases.role} SET statement_timeout = '60s'")
    assert run_on(url, "SELECT to_regclass('messages') IS NOT NULL") == [(True,)]
