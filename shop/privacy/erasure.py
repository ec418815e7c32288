"""Erasing somebody: every row, tracker event, export and log entry; what stays is a receipt.

A journal row is written first and each step may be done twice, so that an erasure that was cut
off anywhere is finished by a second run.
"""

import time
import uuid
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal, cast

from sqlalchemy import ColumnElement, CursorResult, Engine, Table, func, null, select, update
from sqlalchemy.orm import Session

from common.errors import NotFound
from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.orders import Order
from db.tables.privacy import Erasure
from db.tables.staff import AuditEntry
from shop.privacy.coverage import Person, personal_tables, rows_about
from shop.privacy.dialogues import Dialogues
from shop.privacy.pseudonyms import pseudonym
from shop.privacy.remnants import compact, overwrite_what_is_deleted
from shop.privacy.traces import blot_logs, delete_exports, exports_about
from shop.staff import note_act

# A session whose transaction is committed at the end.
Writing = Callable[[], AbstractContextManager[Session]]
OnStep = Callable[[str], None]
Orders = Literal["delete", "unlink"]

TRACKER, EXPORTS, LOGS = "tracker", "files.exports", "files.logs"
# The longest that a turn goes on that was begun before its conversation was silenced.
_LONGEST_TURN_S = 15.0
_ORDER_TABLES = ("orders", "order_lines")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What is left of an erasure.

    Attributes:
        subject_hash: whom it was about, by `pseudonym`.
        counts: how many rows, events, log entries and files went, by where they were.
    """

    subject_hash: str
    started_at: datetime
    finished_at: datetime
    counts: dict[str, int]


def find_customer(session: Session, customer_id: str) -> Person:
    """A customer with all of their conversations, whether or not the shop ever named them."""
    theirs = select(Conversation.id).where(Conversation.customer_id == customer_id)
    return Person(frozenset({customer_id}), frozenset(session.scalars(theirs)))


def find_session(session_id: str) -> Person:
    """A guest's one conversation, or the visitor of imported events."""
    return Person(frozenset(), frozenset({session_id}))


def count_rows(session: Session, person: Person) -> dict[str, int]:
    """How many rows of which tables are about this person; only those with any."""
    counts = {}
    for table in personal_tables():
        about = rows_about(table, person)
        if about is not None:
            query = select(func.count()).select_from(table).where(about)
            counts[table.name] = session.scalar(query) or 0
    return {name: count for name, count in counts.items() if count}


class Eraser:
    """Erases people from one shop."""

    def __init__(
        self,
        *,
        engine: Engine,
        writing: Writing,
        dialogues: Dialogues,
        logs: Path,
        key: str,
        orders: Orders = "delete",
        longest_turn: float = _LONGEST_TURN_S,
        on_step: OnStep = lambda _: None,
    ) -> None:
        self._engine = engine
        self._writing = writing
        self._dialogues = dialogues
        self._logs = logs
        self._key = key
        self._orders = orders
        self._longest_turn = longest_turn
        self._on_step = on_step

    def erase(self, person: Person) -> Receipt:
        """Erase a person, or finish what was begun.

        Raises:
            NotFound: nothing is kept about them.
            ServiceUnavailable: a file or a database was not to be had; a second run goes on.
        """
        hashed = self.hash_of(person)
        with self._writing() as session:
            begun = session.scalars(
                select(Erasure.id).where(
                    Erasure.subject_hash == hashed, Erasure.finished_at.is_(None)
                )
            ).first()
            if begun is None:
                begun = self._begin(session, person, hashed)
        return self._finish(begun)

    def finish_all(self, *, older_than: timedelta = timedelta(0)) -> list[Receipt]:
        """Finish every erasure that was cut off."""
        with self._writing() as session:
            left = session.scalars(
                select(Erasure.id)
                .where(Erasure.finished_at.is_(None), Erasure.started_at <= now() - older_than)
                .order_by(Erasure.started_at)
            ).all()
        return [self._finish(each) for each in left]

    def hash_of(self, person: Person) -> str:
        """What the receipt calls them."""
        kind = "customer" if person.customers else "session"
        (name,) = person.customers or person.sessions
        return pseudonym(kind, name, key=self._key)

    def _begin(self, session: Session, person: Person, hashed: str) -> str:
        if not count_rows(session, person) and not self._dialogues.read(person.sessions):
            raise NotFound(
                "Nothing is kept under this id: a customer's is the one that the shop's own "
                "system uses, a guest's is given as --session ID."
            )
        pending = {"customers": sorted(person.customers), "sessions": sorted(person.sessions)}
        erasure = Erasure(
            id=uuid.uuid4().hex, subject_hash=hashed, pending=pending, counts={}, started_at=now()
        )
        session.add(erasure)
        return erasure.id

    def _finish(self, erasure_id: str) -> Receipt:
        with self._writing() as session:
            pending = session.get_one(Erasure, erasure_id).pending
        if pending is not None:
            person = Person(frozenset(pending["customers"]), frozenset(pending["sessions"]))
            self._erase_traces(erasure_id, person)
        self._on_step("compacting")
        names = [table.name for table in personal_tables()]
        compact(self._engine, [*names, Erasure.__tablename__])
        self._dialogues.compact()
        self._on_step("receipt")
        with self._writing() as session:
            erasure = session.get_one(Erasure, erasure_id)
            moment = erasure.finished_at = now()
            note_act(session, "erased", by=None, subject=erasure.subject_hash, of=erasure.counts)
            return Receipt(erasure.subject_hash, erasure.started_at, moment, dict(erasure.counts))

    def _erase_traces(self, erasure_id: str, person: Person) -> None:
        self._on_step("silencing")
        self._silence(person)
        self._on_step(EXPORTS)
        with self._writing() as session:
            files = exports_about(session, person)
            self._note(session, erasure_id, EXPORTS, delete_exports(session, files))
        for table in personal_tables():
            self._on_step(table.name)
            with self._writing() as session:
                gone = self._erase_rows(session, table, person)
                self._note(session, erasure_id, table.name, gone)
        # After the rows: a turn that was under way has ended by now.
        self._on_step(TRACKER)
        events = self._dialogues.erase(person.sessions)
        self._on_step(LOGS)
        entries = blot_logs(self._logs, person.sessions | person.customers)
        with self._writing() as session:
            self._note(session, erasure_id, TRACKER, events)
            self._note(session, erasure_id, LOGS, entries)
        self._on_step("forgetting")
        with self._writing() as session:
            overwrite_what_is_deleted(session.connection())
            # None in a JSON column would be JSON's null.
            session.execute(update(Erasure).where(Erasure.id == erasure_id).values(pending=null()))

    def _silence(self, person: Person) -> None:
        """Let nobody speak in these conversations any more, and let turns under way end."""
        here = Message.conversation_id.in_(person.sessions)
        with self._writing() as session:
            in_hand = session.scalars(
                select(Message.id)
                .where(here, Message.answered_at.is_(None), Message.taken_until > now())
                .limit(1)
            ).first()
            session.execute(
                update(Conversation)
                .where(Conversation.id.in_(person.sessions))
                .values(token_hash=None, state="closed", owner=None)
            )
            # What is answered is taken in hand by no gateway.
            session.execute(
                update(Message)
                .where(here, Message.role == "shopper", Message.answered_at.is_(None))
                .values(answered_at=now())
            )
        if in_hand is not None:
            time.sleep(self._longest_turn)

    def _erase_rows(self, session: Session, table: Table, person: Person) -> int:
        about = rows_about(table, person)
        if about is None:
            return 0
        connection = session.connection()
        overwrite_what_is_deleted(connection)
        if table.name == AuditEntry.__tablename__:
            return self._hash_audit(session, person.sessions)
        if table.name in _ORDER_TABLES and self._orders == "unlink":
            return _unlink_orders(session, about) if table.name == Order.__tablename__ else 0
        return connection.execute(table.delete().where(about)).rowcount

    def _hash_audit(self, session: Session, conversations: Collection[str]) -> int:
        changed = 0
        for each in sorted(conversations):
            hashed = pseudonym("session", each, key=self._key)
            result = session.execute(
                update(AuditEntry)
                .where(AuditEntry.conversation_id == each)
                .values(conversation_id=hashed, detail={})
            )
            changed += cast("CursorResult[Any]", result).rowcount
        return changed

    def _note(self, session: Session, erasure_id: str, name: str, gone: int) -> None:
        """Add to what the receipt will tell. A step done again finds nothing more."""
        erasure = session.get_one(Erasure, erasure_id)
        if gone:
            erasure.counts = {**erasure.counts, name: erasure.counts.get(name, 0) + gone}


def _unlink_orders(session: Session, about: ColumnElement[bool]) -> int:
    result = session.execute(
        update(Order)
        .where(about)
        .values(customer_id=None, country=None)
        .execution_options(synchronize_session=False)
    )
    return cast("CursorResult[Any]", result).rowcount
