"""Engines and sessions for SQLite (embedded) and PostgreSQL (production)."""

from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session, sessionmaker

from common.errors import ConfigurationError


def make_engine(url: str, *, pool_size: int = 10) -> Engine:
    """An engine for `sqlite:///path` or `postgresql://...`.

    SQLite runs in WAL mode, so that readers and the one writer do not block each other, with
    foreign keys on and five seconds of patience for the write lock. PostgreSQL's connections are
    tried before they are used, and a server that has gone is noticed within ten seconds.

    Raises:
        ConfigurationError: the address is malformed or of another database.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise ConfigurationError(
            "SHOPKEEPER_DATABASE_URL is no database address; write sqlite:///path/to/file "
            "or postgresql://user:password@host/database."
        ) from error
    match address.get_backend_name():
        case "sqlite":
            engine = create_engine(address, hide_parameters=True, connect_args={"timeout": 5})
            event.listen(engine, "connect", _prepare_sqlite)
            return engine
        case "postgresql":
            return create_engine(
                address.set(drivername="postgresql+psycopg"),
                # Errors name the statement, not what a shopper said.
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=pool_size,
                pool_pre_ping=True,
                # A shopper waits: better an error in time than a connection some day.
                pool_timeout=5,
                connect_args={"connect_timeout": 5, "tcp_user_timeout": 10_000},
            )
        case other:
            raise ConfigurationError(f"{other} is not supported: use SQLite or PostgreSQL.")


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-32000",
        # Far above the usual thousand pages: db/checkpoints.py sees to it where a shop runs.
        "wal_autocheckpoint=20000",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def session_factory(engine: Engine) -> sessionmaker[Session]:
    """Sessions whose objects stay readable after commit."""
    return sessionmaker(engine, expire_on_commit=False)
