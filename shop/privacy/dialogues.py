"""What Rasa remembers of conversations, in its own database."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, func, inspect, select

from db.engine import make_engine
from db.snapshot import sqlite_file
from db.tracker import EVENTS
from shop.privacy.remnants import compact, overwrite_what_is_deleted


class Dialogues:
    """Rasa's tracker; nothing is there before Rasa has first run."""

    def __init__(self, url: str) -> None:
        self._url = url

    def read(self, conversations: Collection[str]) -> list[dict[str, Any]]:
        """Every event of these conversations, in order."""
        query = select(EVENTS).where(EVENTS.c.sender_id.in_(conversations)).order_by(EVENTS.c.id)
        with self._opened() as connection:
            if connection is None:
                return []
            return [dict(row) for row in connection.execute(query).mappings()]

    def erase(self, conversations: Collection[str]) -> int:
        """Forget these conversations.

        Returns:
            How many events that were.
        """
        return self._delete(EVENTS.c.sender_id.in_(conversations))

    def trim(self, conversations: Collection[str], *, before: datetime) -> int:
        """Forget what was said before a time in conversations that go on.

        What Rasa's present session of each holds stays: the dialogue is replayed from it.
        """
        begun = EVENTS.alias()
        session_start = (
            select(func.max(begun.c.id))
            .where(begun.c.sender_id == EVENTS.c.sender_id, begun.c.type_name == "session_started")
            .scalar_subquery()
        )
        return self._delete(
            EVENTS.c.sender_id.in_(conversations),
            EVENTS.c.timestamp < before.timestamp(),
            # The action that starts a session stands just before its start.
            EVENTS.c.id < session_start - 1,
        )

    def compact(self) -> None:
        """Let nothing that was deleted be read from the files."""
        if self._exists():
            engine = make_engine(self._url, pool_size=1)
            try:
                compact(engine, [EVENTS.name])
            finally:
                engine.dispose()

    def _delete(self, *conditions: Any) -> int:
        with self._opened() as connection:
            if connection is None:
                return 0
            overwrite_what_is_deleted(connection)
            return connection.execute(delete(EVENTS).where(*conditions)).rowcount

    def _exists(self) -> bool:
        file = sqlite_file(self._url)
        return file is None or file.is_file()

    @contextmanager
    def _opened(self) -> Iterator[Connection | None]:
        if not self._exists():
            yield None
            return
        engine = make_engine(self._url, pool_size=1)
        try:
            with engine.begin() as connection:
                yield connection if inspect(connection).has_table(EVENTS.name) else None
        finally:
            engine.dispose()
