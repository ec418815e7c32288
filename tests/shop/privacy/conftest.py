"""A shop with two people in it, one of whom wants to go."""

import uuid
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, make_url, select
from sqlalchemy.orm import Session

from db.engine import make_engine, session_factory
from db.snapshot import sqlite_file
from db.tables.base import Table
from db.tracker import EVENTS
from shop.privacy.dialogues import Dialogues
from shop.privacy.erasure import Eraser
from shop.privacy.retention import Purge
from tests.conftest import create_database, run_on
from tests.shop.privacy.people import Somebody

KEY = "a key of the tests"


@dataclass
class Shop:
    """Both databases and HOME of one shop."""

    engine: Engine
    tracker_url: str
    home: Path
    leaver: Somebody = field(default_factory=lambda: Somebody("xylo", 71))
    stayer: Somebody = field(default_factory=lambda: Somebody("gramo", 72))

    @property
    def dialogues(self) -> Dialogues:
        return Dialogues(self.tracker_url)

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def session(self) -> Session:
        return session_factory(self.engine)()

    def eraser(self, on_step: Callable[[str], None] = lambda _: None, **options: Any) -> Eraser:
        return Eraser(
            engine=self.engine,
            writing=session_factory(self.engine).begin,
            dialogues=self.dialogues,
            logs=self.logs,
            key=KEY,
            longest_turn=0,
            on_step=on_step,
            **options,
        )

    def purge(self, dialogues: Dialogues | None = None) -> Purge:
        return Purge(
            engine=self.engine,
            writing=session_factory(self.engine).begin,
            dialogues=dialogues or self.dialogues,
            key=KEY,
            pause=0,
        )

    def places_of(self, somebody: Somebody) -> set[str]:
        """Every table and every file in which anything of somebody's still stands."""
        found = set()
        for name, content in [*self._tables(), *self._files()]:
            if any(trace.encode() in content for trace in somebody.traces):
                found.add(name)
        return found

    def _tables(self) -> Iterator[tuple[str, bytes]]:
        with self.engine.connect() as connection:
            for table in Table.metadata.sorted_tables:
                yield table.name, repr(connection.execute(select(table)).all()).encode()
        tracker = make_engine(self.tracker_url, pool_size=1)
        with tracker.connect() as connection:
            yield "tracker", repr(connection.execute(select(EVENTS)).all()).encode()
        tracker.dispose()

    def _files(self) -> Iterator[tuple[str, bytes]]:
        for file in sorted(self.home.rglob("*")):
            if file.suffix == ".zip":
                with zipfile.ZipFile(file) as archive:
                    yield file.name, b"".join(map(archive.read, archive.namelist()))
            elif file.is_file():
                yield file.name, file.read_bytes()


@pytest.fixture
def tracker_url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """Where Rasa's own rows lie, on the same kind of database."""
    if sqlite_file(database_url):
        yield f"sqlite:///{tmp_path / 'rasa.db'}"
        return
    server = make_url(database_url)
    own = server.set(database=f"shopkeeper_test_tracker_{uuid.uuid4().hex[:12]}")
    create_database(own, server=server)
    yield own.render_as_string(hide_password=False)
    run_on(server, f'DROP DATABASE "{own.database}" WITH (FORCE)')


@pytest.fixture
def shop(database: Engine, tracker_url: str, tmp_path: Path) -> Shop:
    """The shop, with a row of each of the two in every table."""
    shop = Shop(database, tracker_url, tmp_path)
    for somebody in (shop.leaver, shop.stayer):
        somebody.live(database, tracker_url, shop.logs, at=None)
    return shop


@pytest.fixture
def small_shop(sqlite_url: str, tmp_path: Path) -> Iterator[Shop]:
    """The same in SQLite alone."""
    engine = make_engine(sqlite_url)
    shop = Shop(engine, f"sqlite:///{tmp_path / 'rasa.db'}", tmp_path)
    for somebody in (shop.leaver, shop.stayer):
        somebody.live(engine, shop.tracker_url, shop.logs, at=None)
    yield shop
    engine.dispose()
