"""Updates as they come: each is done once, also across restarts and several gateways.

Everything here blocks.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Literal

from sqlalchemy import delete, or_, update
from sqlalchemy.dialects import postgresql, sqlite

from db.tables.base import now
from db.tables.telegram import TelegramLease, TelegramUpdate
from gateway.store import ConversationStore

# How long one attempt has an update for itself.
TAKEN = timedelta(seconds=20)
# Telegram forgets what was not fetched after a day.
KEPT = timedelta(days=3)
# What has failed so often fails always, and must not hold up what comes after it.
MOST_ATTEMPTS = 5

Taken = Literal["ours", "done", "elsewhere"]


class Inbox:
    """Knows which updates were handled, and who fetches them."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store

    def take(self, update_id: int) -> Taken:
        """Take an update in hand: `done` where it was handled or given up before."""
        moment = now()
        with self._store.writing() as session:
            is_sqlite = session.get_bind().dialect.name == "sqlite"
            insert = sqlite.insert if is_sqlite else postgresql.insert
            row = insert(TelegramUpdate).values(
                update_id=update_id, taken_until=moment + TAKEN, attempts=1
            )
            fresh = session.execute(
                row.on_conflict_do_nothing().returning(TelegramUpdate.update_id)
            )
            if fresh.scalar_one_or_none() is not None:
                return "ours"
            again = session.execute(
                update(TelegramUpdate)
                .where(
                    TelegramUpdate.update_id == update_id,
                    TelegramUpdate.handled_at.is_(None),
                    TelegramUpdate.taken_until < moment,
                )
                .values(taken_until=moment + TAKEN, attempts=TelegramUpdate.attempts + 1)
                .returning(TelegramUpdate.attempts)
            ).scalar_one_or_none()
            if again is None:
                known = session.get_one(TelegramUpdate, update_id)
                return "elsewhere" if known.handled_at is None else "done"
        if again > MOST_ATTEMPTS:
            self.finish(update_id)
            return "done"
        return "ours"

    def finish(self, update_id: int) -> None:
        """It is done, or will never be."""
        self._set(update_id, handled_at=now())

    def drop(self, update_id: int) -> None:
        """It failed: whoever gets it next may try at once."""
        self._set(update_id, taken_until=now() - TAKEN)

    def forget_old(self) -> None:
        """Forget updates that Telegram has long forgotten."""
        with self._store.writing() as session:
            session.execute(delete(TelegramUpdate).where(TelegramUpdate.handled_at < now() - KEPT))

    def lead(self, name: str, *, seconds: float) -> bool:
        """Whether this process is the one that does this, for so long at least."""
        moment = now()
        with self._store.writing() as session:
            is_sqlite = session.get_bind().dialect.name == "sqlite"
            insert = sqlite.insert if is_sqlite else postgresql.insert
            session.execute(insert(TelegramLease).values(name=name).on_conflict_do_nothing())
            taken = session.execute(
                update(TelegramLease)
                .where(
                    TelegramLease.name == name,
                    or_(
                        TelegramLease.holder == self._store.holder,
                        TelegramLease.until.is_(None),
                        TelegramLease.until < moment,
                    ),
                )
                .values(holder=self._store.holder, until=moment + timedelta(seconds=seconds))
                .returning(TelegramLease.name)
            )
            return taken.scalar_one_or_none() is not None

    def step_back(self, names: Sequence[str]) -> None:
        """Let another process do these."""
        with self._store.writing() as session:
            session.execute(
                update(TelegramLease)
                .where(TelegramLease.name.in_(names), TelegramLease.holder == self._store.holder)
                .values(holder=None, until=None)
            )

    def _set(self, update_id: int, **values: object) -> None:
        with self._store.writing() as session:
            session.execute(
                update(TelegramUpdate).where(TelegramUpdate.update_id == update_id).values(**values)
            )
