"""Which rows of which table are about somebody: worked out from the tables themselves.

A table is covered as soon as it names a customer, a conversation or a session, or hangs by foreign
keys on one that does. The few that are about nobody are listed, and a test holds the list against
the tables, so that a new one is either covered or thought about.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Table, or_, select

from db.tables.base import Table as Base
from db.tables.conversations import Conversation
from db.tables.customers import Customer

_CUSTOMER = "customer_id"
_SESSIONS = frozenset({"conversation_id", "session_id"})
# `customer:ID` or `conversation:ID`.
_SUBJECT = "subject"
_ROOTS = {Customer.__tablename__: _CUSTOMER, Conversation.__tablename__: "conversation_id"}

# About goods, the shop and its staff, or a number alone.
IMPERSONAL = frozenset(
    {
        "canned_answers",
        "catalog_days",
        "erasures",  # while one is under way it names whom it is about; afterwards a hash
        "faq_entries",
        "handoff_rules",
        "jobs",
        "products",
        "ranking_rules",
        "staff",
        "staff_sessions",
        "telegram_leases",
        "telegram_updates",  # Telegram's number of an update, kept for a short while
        "wanted_intents",  # names that staff gave
    }
)


@dataclass(frozen=True, slots=True)
class Person:
    """A customer with all of their conversations, or a guest's one.

    Attributes:
        sessions: conversations, and `visitor:ID` of imported events.
    """

    customers: frozenset[str]
    sessions: frozenset[str]

    @property
    def subjects(self) -> list[str]:
        """What they are called where both kinds stand in one column."""
        named = [f"customer:{each}" for each in self.customers]
        return [*named, *(f"conversation:{each}" for each in self.sessions)]


def rows_about(table: Table, person: Person) -> ColumnElement[bool] | None:
    """The condition that finds this person's rows, None where a table is about nobody."""
    found: list[ColumnElement[bool]] = []
    for column in table.columns:
        name = _ROOTS.get(table.name, column.name) if column.primary_key else column.name
        if name == _CUSTOMER:
            found.append(column.in_(person.customers))
        elif name in _SESSIONS:
            found.append(column.in_(person.sessions))
        elif name == _SUBJECT:
            found.append(column.in_(person.subjects))
        else:
            for key in column.foreign_keys:
                theirs = rows_about(key.column.table, person)
                if theirs is not None:
                    found.append(column.in_(select(key.column).where(theirs)))
    return or_(*found) if found else None


def personal_tables() -> list[Table]:
    """Every table that is about somebody, each before those that it hangs on."""
    nobody = Person(frozenset(), frozenset())
    tables = reversed(Base.metadata.sorted_tables)
    return [table for table in tables if rows_about(table, nobody) is not None]
