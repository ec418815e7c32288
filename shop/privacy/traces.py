"""Files that tell of somebody: copies that an export wrote, and logs, which hold ids alone."""

import mmap
from collections.abc import Collection
from pathlib import Path

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from common.errors import ServiceUnavailable
from db.tables.base import now
from db.tables.privacy import ExportedCopy
from shop.privacy.coverage import Person

# A shorter id may be part of anything; ours are far longer.
_SHORTEST_ID = 16


def note_export(session: Session, file: Path, person: Person) -> None:
    """Remember that this file holds a copy of what these said or did."""
    path, moment = str(file.absolute()), now()
    session.execute(delete(ExportedCopy).where(ExportedCopy.path == path))
    session.add_all(
        ExportedCopy(path=path, customer_id=each, created_at=moment)
        for each in sorted(person.customers)
    )
    session.add_all(
        ExportedCopy(path=path, conversation_id=each, created_at=moment)
        for each in sorted(person.sessions)
    )


def exports_about(session: Session, person: Person) -> list[Path]:
    """The files that hold a copy of anything about this person."""
    about = or_(
        ExportedCopy.customer_id.in_(person.customers),
        ExportedCopy.conversation_id.in_(person.sessions),
    )
    query = select(ExportedCopy.path).where(about).distinct().order_by(ExportedCopy.path)
    return [Path(path) for path in session.scalars(query)]


def delete_exports(session: Session, files: Collection[Path]) -> int:
    """Delete exports whole: what is in them may be exported anew.

    Returns:
        How many lay there.

    Raises:
        ServiceUnavailable: a file may not be deleted.
    """
    there = 0
    for file in files:
        there += file.is_file()
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise ServiceUnavailable(
                f"{file} holds a copy and cannot be deleted ({error.strerror}): "
                "delete it, then run the same command again."
            ) from error
    gone = [str(file) for file in files]
    session.execute(delete(ExportedCopy).where(ExportedCopy.path.in_(gone)))
    return there


def blot_logs(folder: Path, ids: Collection[str]) -> int:
    """Put `x` over these ids in every log, in place: the processes go on writing.

    Returns:
        How often one stood there.
    """
    sought = [each.encode() for each in ids if len(each) >= _SHORTEST_ID]
    files = sorted(file for file in folder.rglob("*") if file.is_file()) if folder.is_dir() else []
    return sum(_blot(file, sought) for file in files if sought)


def _blot(file: Path, sought: Collection[bytes]) -> int:
    found = 0
    with file.open("r+b") as opened:
        if not file.stat().st_size:
            return 0
        with mmap.mmap(opened.fileno(), 0) as content:
            for each in sought:
                place = content.find(each)
                while place >= 0:
                    content[place : place + len(each)] = b"x" * len(each)
                    found += 1
                    place = content.find(each, place + len(each))
    return found
