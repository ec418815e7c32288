"""What has been kept long enough goes: conversations, and what shoppers did.

In small batches with pauses, so that a running shop answers beside it. Of a conversation the rows
that everything else is found by go last: what was cut off is found and finished by the next run.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from sqlalchemy import ColumnElement, CursorResult, Engine, Table, delete, select, update
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from db.tables.orders import Cart
from db.tables.privacy import Erasure, ExportedCopy
from db.tables.recommendations import Impression, Ranking
from db.tables.shop_requests import OPEN_STATES, ShopRequest
from db.tables.staff import AuditEntry
from shop.privacy.coverage import Person, personal_tables, rows_about
from shop.privacy.dialogues import Dialogues
from shop.privacy.erasure import Writing
from shop.privacy.pseudonyms import pseudonym
from shop.privacy.remnants import compact, overwrite_what_is_deleted
from shop.privacy.traces import delete_exports

CONVERSATIONS_AT_ONCE = 50
ROWS_AT_ONCE = 500
_PAUSE_S = 0.1
# What shoppers did and exports have their own time; lines go with their cart.
_NOT_OF_CONVERSATIONS = frozenset(
    {"events", "rankings", "impressions", "exported_copies", "cart_lines", "staff_audit"}
)


@dataclass(frozen=True, slots=True)
class Purged:
    """How much went."""

    conversations: int = 0
    messages: int = 0
    tracker_events: int = 0
    exports: int = 0
    events: int = 0
    rankings: int = 0

    def __bool__(self) -> bool:
        return any((self.conversations, self.messages, self.exports, self.events, self.rankings))


class Purge:
    """Deletes what is older than the shop wants to keep."""

    def __init__(
        self,
        *,
        engine: Engine,
        writing: Writing,
        dialogues: Dialogues,
        key: str,
        pause: float = _PAUSE_S,
    ) -> None:
        self._engine = engine
        self._writing = writing
        self._dialogues = dialogues
        self._key = key
        self._pause = pause

    def purge(
        self, *, conversations_before: datetime | None, events_before: datetime | None
    ) -> Purged:
        """Delete what was last touched before these times; None keeps all of a kind.

        Conversations that somebody waits in, or is answered in by a person, stay whole.
        """
        conversations = messages = tracker = exports = events = rankings = 0
        if conversations_before is not None:
            conversations, tracker = self._purge_conversations(conversations_before)
            messages, trimmed = self._purge_messages(conversations_before)
            tracker += trimmed
            exports = self._purge_exports(conversations_before)
        if events_before is not None:
            events = self._purge_rows(Event.id, Event.occurred_at < events_before)
            old = Ranking.created_at < events_before
            rankings = self._purge_rows(Ranking.id, old)
        purged = Purged(conversations, messages, tracker, exports, events, rankings)
        if purged:
            tables = [Erasure.__tablename__, *(table.name for table in personal_tables())]
            compact(self._engine, tables)
            self._dialogues.compact()
        return purged

    def _purge_conversations(self, before: datetime) -> tuple[int, int]:
        gone = tracker = 0
        while batch := self._silence(before):
            tracker += self._dialogues.erase(batch)
            with self._writing() as session:
                self._erase(session, batch)
            gone += len(batch)
            time.sleep(self._pause)
        return gone, tracker

    def _silence(self, before: datetime) -> Sequence[str]:
        """Close some that are old enough, so that nobody comes back to them meanwhile."""
        old = (Conversation.last_message_at < before, Conversation.state.in_(("bot", "closed")))
        some = select(Conversation.id).where(*old).limit(CONVERSATIONS_AT_ONCE)
        with self._writing() as session:
            return session.scalars(
                update(Conversation)
                .where(Conversation.id.in_(some), *old)
                .values(token_hash=None, state="closed")
                .returning(Conversation.id)
                .execution_options(synchronize_session=False)
            ).all()

    def _erase(self, session: Session, batch: Sequence[str]) -> None:
        connection = session.connection()
        overwrite_what_is_deleted(connection)
        person = Person(frozenset(), frozenset(batch))
        for table in personal_tables():
            about = rows_about(table, person)
            if about is None or table.name in _NOT_OF_CONVERSATIONS:
                continue
            connection.execute(table.delete().where(about, *_may_go(table)))
        for each in batch:
            hashed = pseudonym("session", each, key=self._key)
            connection.execute(
                update(AuditEntry)
                .where(AuditEntry.conversation_id == each)
                .values(conversation_id=hashed, detail={})
            )

    def _purge_messages(self, before: datetime) -> tuple[int, int]:
        """The old messages of conversations that go on, for instance in a Telegram chat."""
        gone = tracker = 0
        open_ones = select(Conversation.id).where(Conversation.state.in_(("bot", "closed")))
        while True:
            query = (
                select(Message.id, Message.conversation_id)
                .where(Message.created_at < before, Message.conversation_id.in_(open_ones))
                .order_by(Message.id)
                .limit(ROWS_AT_ONCE)
            )
            with self._writing() as session:
                rows = session.execute(query).all()
            if not rows:
                return gone, tracker
            tracker += self._dialogues.trim({row.conversation_id for row in rows}, before=before)
            gone += self._delete(delete(Message).where(Message.id.in_([row.id for row in rows])))
            time.sleep(self._pause)

    def _purge_exports(self, before: datetime) -> int:
        old = select(ExportedCopy.path).where(ExportedCopy.created_at < before).distinct()
        with self._writing() as session:
            files = [Path(path) for path in session.scalars(old)]
            return delete_exports(session, files)

    def _purge_rows(self, key: Any, old: ColumnElement[bool]) -> int:
        gone = 0
        while True:
            some = select(key).where(old).limit(ROWS_AT_ONCE)
            if key is Ranking.id:
                self._delete(delete(Impression).where(Impression.ranking_id.in_(some)))
            count = self._delete(delete(key.class_).where(key.in_(some)))
            if not count:
                return gone
            gone += count
            time.sleep(self._pause)

    def _delete(self, statement: Any) -> int:
        with self._writing() as session:
            overwrite_what_is_deleted(session.connection())
            result = session.execute(statement.execution_options(synchronize_session=False))
            return cast("CursorResult[Any]", result).rowcount


def _may_go(table: Table) -> list[ColumnElement[bool]]:
    """Of what a conversation leads to, what is still under way stays."""
    match table.name:
        case Cart.__tablename__:
            return [table.c.state.in_(("open", "abandoned"))]
        case ShopRequest.__tablename__:
            return [table.c.state.not_in(OPEN_STATES)]
        case _:
            return []
