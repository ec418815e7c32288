"""Bring a database to the tables that this version of the code has."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from common.errors import ConfigurationError
from db.engine import make_engine

MIGRATIONS = Path(__file__).parent / "migrations"

# Whichever process comes second waits for the first, however large the tables are.
LOCK_PATIENCE_MS = 600_000
# An arbitrary number that only Shopkeeper's migrations lock in PostgreSQL.
ADVISORY_LOCK = 7_305_491_023


def upgrade(url: str) -> None:
    """Create the database's tables or bring them up to date. Does nothing where they are.

    All changes go through or none. Several processes may start at the same time.

    Raises:
        ConfigurationError: the address is malformed, of another database, or nobody answers.
    """
    engine = make_engine(url, pool_size=1)
    if engine.dialect.name == "sqlite" and engine.url.database:
        Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
    try:
        with _connect(engine) as connection:
            _wait_for_our_turn(connection)
            migrate(connection)
            connection.commit()
    finally:
        engine.dispose()


def migrate(connection: Connection, *, revision: str = "head") -> None:
    """Run migrations up to this revision in the connection's transaction."""
    configuration = alembic_config()
    configuration.attributes["connection"] = connection
    command.upgrade(configuration, revision)


def revisions() -> list[str]:
    """Those that this version of the code knows, the newest first."""
    script = ScriptDirectory.from_config(alembic_config())
    return [known.revision for known in script.walk_revisions()]


def _connect(engine: Engine) -> Connection:
    try:
        return engine.connect()
    except OperationalError as error:
        raise ConfigurationError(
            f"No database answers at {engine.url.render_as_string()}: {error.orig}"
        ) from error


def alembic_config() -> Config:
    """Alembic's configuration, without a file of its own being read."""
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    return configuration


def _wait_for_our_turn(connection: Connection) -> None:
    """Lock out other migrations until this connection's transaction ends."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_PATIENCE_MS}")
        # Python's driver begins no transaction before CREATE TABLE by itself.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        # The server may end long statements, and both this wait and a large table's change are.
        connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({ADVISORY_LOCK})")
