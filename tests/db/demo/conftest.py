"""One demo shop for all tests here, as it lies in a database and on disk."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from common.settings import Settings
from db.demo.load import load_demo
from db.engine import make_engine, session_factory
from db.migrate import upgrade

TODAY = date(2026, 3, 14)


@dataclass(frozen=True)
class DemoShop:
    """A loaded demo shop, and how its loading went."""

    engine: Engine
    settings: Settings
    seconds_of_work: float
    progress: list[float]


@pytest.fixture(scope="session")
def demo_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoShop]:
    home = tmp_path_factory.mktemp("demo")
    settings = settings_in(home)
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    progress: list[float] = []
    started = time.process_time()
    load_demo(engine, settings=settings, on_progress=progress.append, today=TODAY)
    yield DemoShop(engine, settings, time.process_time() - started, progress)
    engine.dispose()


@pytest.fixture
def shop_session(demo_shop: DemoShop) -> Iterator[Session]:
    with session_factory(demo_shop.engine)() as session:
        yield session


def settings_in(home: Path) -> Settings:
    return Settings(home=home, database_url=f"sqlite:///{home / 'shopkeeper.db'}", currency="USD")
