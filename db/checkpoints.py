"""Folds SQLite's write-ahead log into the database beside the work instead of within it.

By default whoever commits the thousandth page copies them all and waits for the disk: after an
import, or behind a long reading, that was a shopper's message and took most of a second.
"""

import logging
import threading
from typing import Self

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from db.engine import make_engine

logger = logging.getLogger(__name__)

EVERY_S = 1.0


class Checkpoints:
    """A thread that folds the log in every second, waiting for no reader and no writer.

    PostgreSQL has processes of its own for that: nothing is done there.
    """

    def __init__(self, url: str, *, every: float = EVERY_S) -> None:
        self._engine = make_engine(url)
        self._every = every
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._fold_on, name="checkpoints", daemon=True)

    def __enter__(self) -> Self:
        if self._engine.dialect.name == "sqlite":
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=10)
        self._engine.dispose()

    def _fold_on(self) -> None:
        while not self._stopping.wait(self._every):
            try:
                with self._engine.connect() as connection:
                    connection.execute(text("PRAGMA wal_checkpoint(PASSIVE)"))
            except SQLAlchemyError as error:
                logger.warning("log not folded in", extra={"error": type(error).__name__})
