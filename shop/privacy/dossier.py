"""A copy of everything that is kept about somebody, to be handed to them."""

import json
import os
import zipfile
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from common.errors import BadRequest, NotFound
from db.tables.conversations import Message
from shop.privacy.coverage import Person, personal_tables, rows_about
from shop.privacy.dialogues import Dialogues
from shop.privacy.traces import note_export

TRANSCRIPT, TRACKER = "conversations.txt", "dialogue_events.json"
# They open doors, or are our own bookkeeping.
_KEPT_BACK = frozenset({"token_hash", "token", "taken_by", "taken_until", "fingerprint"})


def write_dossier(
    session: Session, dialogues: Dialogues, person: Person, file: Path
) -> dict[str, int]:
    """Write a zip file of one JSON list for each table, and the conversations as they read.

    The file is for its owner's eyes alone; an erasure of the person deletes it.

    Returns:
        How many rows of which table are in it.

    Raises:
        NotFound: nothing is kept about them.
        BadRequest: the file lies there already, or its folder does not.
    """
    if file.exists():
        raise BadRequest(f"{file} is there already: name another file.")
    if not file.parent.is_dir():
        raise BadRequest(f"There is no folder {file.parent}: make it first.")
    rows = {table.name: list(_rows(session, table, person)) for table in personal_tables()}
    rows = {name: found for name, found in sorted(rows.items()) if found}
    told = dialogues.read(person.sessions)
    if not rows and not told:
        raise NotFound("Nothing is kept under this id.")
    # First noted, then written: what a crash leaves half done is deleted by an erasure as well.
    note_export(session, file, person)
    session.commit()
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with (
        os.fdopen(descriptor, "wb") as opened,
        zipfile.ZipFile(opened, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name, found in rows.items():
            archive.writestr(f"{name}.json", _as_json(found))
        archive.writestr(TRANSCRIPT, _transcribe(session, person))
        if told:
            archive.writestr(TRACKER, _as_json(told))
    counts = {name: len(found) for name, found in rows.items()}
    return {**counts, "tracker": len(told)} if told else counts


def _rows(session: Session, table: Table, person: Person) -> Iterator[dict[str, Any]]:
    about = rows_about(table, person)
    columns = [column for column in table.columns if column.name not in _KEPT_BACK]
    if about is not None:
        keys = list(table.primary_key.columns)
        for row in session.execute(select(*columns).where(about).order_by(*keys)).mappings():
            yield dict(row)


def _transcribe(session: Session, person: Person) -> str:
    query = (
        select(Message)
        .where(Message.conversation_id.in_(person.sessions))
        .order_by(Message.conversation_id, Message.id)
    )
    text, last = StringIO(), None
    for message in session.scalars(query):
        if message.conversation_id != last:
            text.write(f"\n{message.conversation_id}\n")
            last = message.conversation_id
        who = message.author or message.role
        text.write(f"{message.created_at:%Y-%m-%d %H:%M} {who}: {message.text}\n")
    return text.getvalue().lstrip()


def _as_json(rows: list[dict[str, Any]]) -> str:
    return json.dumps(rows, ensure_ascii=False, indent=1, default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} is not to be written as JSON")
