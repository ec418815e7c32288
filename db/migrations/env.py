"""How Alembic runs our migrations: on the connection it is handed, or on the settings' database."""

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection

from common.settings import load_settings
from db.engine import make_engine
from db.tables.base import BigId, Json, Money, Table, UtcDateTime


def run(connection: Connection) -> None:
    """Run what the command asked for, in the connection's transaction."""
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_item=render_item,
        # SQLite alters a column only by making its table anew.
        render_as_batch=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def render_item(kind: str, item: Any, _: AutogenContext) -> str | Literal[False]:
    """Write our column types as plain ones: a migration must outlive the code it was made from."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Money):
        return "sa.BigInteger()"
    if item is BigId:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    if item is Json:
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


if given := context.config.attributes.get("connection"):
    run(given)
else:
    # A developer's `alembic revision --autogenerate`.
    with make_engine(load_settings().database_url).connect() as own:
        run(own)
        own.commit()
