"""What a message brings about is done once, however often its turn is run.

A turn may be run again when a process died in it, after the database had taken what it changed.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from db.tables.base import now
from db.tables.effects import Effect

# JSON, as it comes back from the database.
Result = Any


def bring_about(
    session: Session, *, message_id: int | None, kind: str, act: Callable[[], Result]
) -> Result:
    """Do something for a message, in one transaction with the note that it is done.

    Must come first in its transaction: whoever comes second waits here for the first.

    Args:
        message_id: the message; None where there is none, and then it is simply done.
        kind: what it is, one of each for a message.
        act: does it, and returns what is to be told of it.

    Returns:
        What `act` returned, now or the first time.
    """
    if message_id is None:
        return act()
    insert = sqlite.insert if session.get_bind().dialect.name == "sqlite" else postgresql.insert
    note = insert(Effect).values(message_id=message_id, kind=kind, result={}, created_at=now())
    first = session.execute(note.on_conflict_do_nothing().returning(Effect.message_id)).first()
    if first is None:
        return find_effect(session, message_id=message_id, kind=kind)
    result = act()
    this = (Effect.message_id == message_id, Effect.kind == kind)
    session.execute(update(Effect).where(*this).values(result=result))
    return result


def find_effect(session: Session, *, message_id: int | None, kind: str) -> Result | None:
    """What came of it, None where it has not been done."""
    if message_id is None:
        return None
    found = session.get(Effect, (message_id, kind), populate_existing=True)
    return found.result if found else None
