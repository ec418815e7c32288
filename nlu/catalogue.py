"""Keeps the vocabulary and the FAQ in step with the database, without anybody restarting."""

import gc
import logging
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

import yaml
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from common.courtesy import Courtesy
from common.errors import ShopkeeperError
from db.engine import make_engine
from db.tables.catalog import FaqEntry, Product
from nlu.dataset import DATA
from nlu.errors import DatasetError
from nlu.vocabulary import ProductWords, Vocabulary, build_vocabulary

logger = logging.getLogger(__name__)

POLL_SECONDS = 4.0
# A part that took long to read is left alone for so many times as long: to read the words of
# 100,000 products takes seconds, and an import would have it read again and again.
REST = 4.0
# Rows after which whoever is answered meanwhile is let past.
_ROWS_AT_ONCE = 200
_LONG = 0.5
_SWITCH_S = 0.0005
_LONGEST_FEATURE = 30
Stamp = tuple[int, datetime | None]
Thing = TypeVar("Thing")
Given_co = TypeVar("Given_co", covariant=True)


def read_synonyms(file: Path = DATA / "synonyms.yml") -> dict[str, list[str]]:
    """Words for kinds of goods, each with the names a shop may have for it.

    Raises:
        DatasetError: the file is no such list.
    """
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        return {str(word): [str(name) for name in names] for word, names in content.items()}
    except (OSError, yaml.YAMLError, AttributeError, TypeError) as error:
        raise DatasetError(f"{file} must map a word to a list of names.") from error


class Source(Protocol[Given_co]):
    """A part of the database with a mark that moves when it changes."""

    def stamp(self, session: Session) -> Stamp:
        """How much there is, and when it last changed."""
        ...

    def read(self, session: Session) -> Given_co:
        """All of it."""
        ...


class GoodsSource:
    """The shop's words, from its active products."""

    def __init__(self, synonyms: dict[str, list[str]], *, courtesy: Courtesy | None = None) -> None:
        self._synonyms = synonyms
        self._courtesy = courtesy or Courtesy()

    def stamp(self, session: Session) -> Stamp:
        """How many products are on sale, and when one last changed."""
        count, latest = session.execute(
            select(func.count(), func.max(Product.updated_at)).where(Product.active)
        ).one()
        return count, latest

    def read(self, session: Session) -> Vocabulary:
        """The vocabulary of the active products."""
        products = _read_products(session, self._courtesy)
        return build_vocabulary(products, synonyms=self._synonyms)


def _read_products(session: Session, courtesy: Courtesy) -> Iterator[ProductWords]:
    rows = session.execute(
        select(
            Product.title,
            Product.category,
            Product.product_type,
            Product.brand,
            Product.color,
            Product.size,
            Product.material,
            Product.attributes,
        )
        .where(Product.active)
        .execution_options(yield_per=_ROWS_AT_ONCE)
    )
    for number, row in enumerate(rows):
        if number % _ROWS_AT_ONCE == 0:
            courtesy.give_way()
        title, category, kind, brand, color, size, material, attributes = row
        features = tuple(_features_of(attributes or {}))
        yield ProductWords(title, category or "", kind, brand, color, size, material, features)


def _features_of(attributes: dict[str, Any]) -> Iterator[str]:
    for value in attributes.values():
        for word in value if isinstance(value, list) else [value]:
            # Sentences and numbers are no features that somebody would ask for.
            if isinstance(word, str) and 3 <= len(word) <= _LONGEST_FEATURE and not word.isdigit():
                yield word


class FaqSource:
    """The shop's active FAQ entries."""

    def stamp(self, session: Session) -> Stamp:
        """How many entries there are, and when one last changed."""
        count, latest = session.execute(
            select(func.count(), func.max(FaqEntry.updated_at)).where(FaqEntry.active)
        ).one()
        return count, latest

    def read(self, session: Session) -> list[FaqEntry]:
        """The entries in the order of their ids."""
        return list(session.scalars(select(FaqEntry).where(FaqEntry.active).order_by(FaqEntry.id)))


@contextmanager
def _uncollected() -> Iterator[None]:
    """What is made meanwhile is never searched for cycles: words hold none.

    Among those of 100,000 goods that takes a twentieth of a second, in which nobody is answered.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class Mirror(Generic[Thing]):
    """The last known state of a part of the database.

    Where there is no database, or none with our tables yet, it stays as it began.
    """

    def __init__(self, source: Source[Thing], *, empty: Thing) -> None:
        self.current = empty
        self._source = source
        self._stamp: Stamp | None = None
        self._rests_until = 0.0

    def refresh(self, engine: Engine) -> bool:
        """Read again if something changed; whether it did."""
        started = time.monotonic()
        if started < self._rests_until:
            return False
        with Session(engine, expire_on_commit=False) as session:
            stamp = self._source.stamp(session)
            if stamp == self._stamp:
                return False
            with _uncollected():
                self.current = self._source.read(session)
        self._stamp = stamp
        took = time.monotonic() - started
        self._rests_until = started + took + REST * took if took > _LONG else 0.0
        return True


class Watch:
    """Refreshes mirrors in the background, every few seconds."""

    def __init__(self, database_url: str, mirrors: list[Mirror[Any]]) -> None:
        self._url = database_url
        self._mirrors = mirrors
        self._engine: Engine | None = None
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="catalogue", daemon=True)

    def start(self) -> None:
        """Read everything once, then keep watching."""
        self.refresh()
        # A model's steps ask for Python's lock hundreds of times: five milliseconds of waiting
        # each, the default while another thread reads, would make a second of a message.
        sys.setswitchinterval(_SWITCH_S)
        self._thread.start()

    def stop(self) -> None:
        """Stop watching and close the connections."""
        self._stopped.set()
        if self._thread.is_alive():
            self._thread.join(timeout=POLL_SECONDS)
        if self._engine:
            self._engine.dispose()

    def refresh(self) -> None:
        """Look once. A database that is away, or not made yet, changes nothing."""
        if not self._database_exists():
            return
        try:
            self._engine = self._engine or make_engine(self._url, pool_size=1)
            for mirror in self._mirrors:
                mirror.refresh(self._engine)
        except (DBAPIError, ShopkeeperError) as error:
            logger.warning("the catalogue cannot be read", extra={"reason": type(error).__name__})

    def _database_exists(self) -> bool:
        # To connect to an absent SQLite file is to make it.
        scheme, _, path = self._url.partition(":///")
        return not scheme.startswith("sqlite") or Path(path).is_file()

    def _run(self) -> None:
        while not self._stopped.wait(POLL_SECONDS):
            self.refresh()
