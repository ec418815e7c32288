import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, inspect

from common.errors import ConfigurationError
from db.engine import make_engine
from db.migrate import upgrade
from db.tables.base import Table

# PostgreSQL alone tells of indexes over expressions.
_SQLITE_HIDES_SOME = pytest.mark.filterwarnings(
    "ignore:(Skipped unsupported reflection|autogenerate skipping)"
)


@_SQLITE_HIDES_SOME
def test_migrations_make_the_tables_that_the_code_has(database: Engine) -> None:
    with database.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, Table.metadata) == []


def test_indexes_over_a_part_of_a_table_are_made_so(database: Engine) -> None:
    indexes = {index["name"]: index for index in inspect(database).get_indexes("carts")}
    options = indexes["uq_carts_open_conversation_id"]["dialect_options"]
    assert "open" in str(options[f"{database.dialect.name}_where"])


@_SQLITE_HIDES_SOME
def test_upgrading_twice_changes_nothing(database: Engine, database_url: str) -> None:
    upgrade(database_url)
    with database.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Table.metadata) == []


def test_processes_that_start_together_upgrade_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new' / 'shop.db'}"
    program = f"from db.migrate import upgrade; upgrade({url!r})"
    with ThreadPoolExecutor(4) as pool:
        runs = list(
            pool.map(
                lambda _: subprocess.run(
                    [sys.executable, "-c", program], capture_output=True, text=True, check=False
                ),
                range(4),
            )
        )
    assert [run.stderr for run in runs if run.returncode] == []
    engine = make_engine(url)
    assert inspect(engine).has_table("products")
    engine.dispose()


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="use SQLite or PostgreSQL"):
        upgrade("mysql://root@localhost/shop")
