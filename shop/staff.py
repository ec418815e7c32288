"""The shop's own people: their accounts, who is signed in, and what they did."""

import functools
import hashlib
import secrets
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from common.errors import BadRequest, Conflict, NotFound
from db.tables.base import now
from db.tables.staff import AuditEntry, StaffMember, StaffSession

Role = Literal["agent", "supervisor", "admin"]
SHORTEST_PASSWORD = 10
# Longer ones cost time and make nobody safer.
LONGEST_PASSWORD = 200
SESSION_LASTS = timedelta(hours=12)
# A session in use is prolonged once it has lost so much of its time.
_PROLONGED_AFTER = timedelta(minutes=10)
_TOKEN_BYTES = 32

_hasher = PasswordHasher()


class Taken(Conflict):
    """There is another by this name already."""

    code = "taken"


def add_member(
    session: Session, *, email: str, name: str, role: Role, password: str
) -> StaffMember:
    """Make an account.

    Raises:
        BadRequest: the address or the password will not do.
        Taken: there is an account with this address.
    """
    address = email.strip().lower()
    if "@" not in address or not address.isprintable() or " " in address:
        raise BadRequest(f"{email!r} is no e-mail address.")
    if not name.strip():
        raise BadRequest("The name is empty: shoppers read it beside what is said.")
    member = StaffMember(
        id=uuid.uuid4().hex,
        email=address,
        name=name.strip(),
        role=role,
        password_hash=hash_password(password),
        created_at=now(),
    )
    session.add(member)
    try:
        session.flush()
    except IntegrityError as error:
        raise Taken(f"There is an account for {address} already.") from error
    return member


def list_members(session: Session) -> Sequence[StaffMember]:
    """All accounts, by name."""
    return session.scalars(select(StaffMember).order_by(StaffMember.name, StaffMember.id)).all()


def find_member(session: Session, *, email: str) -> StaffMember:
    """The account with this address.

    Raises:
        NotFound: there is none.
    """
    address = email.strip().lower()
    member = session.scalars(select(StaffMember).where(StaffMember.email == address)).one_or_none()
    if member is None:
        raise NotFound(f"There is no account for {address}: `shopkeeper staff list` names them.")
    return member


def disable_member(session: Session, member: StaffMember) -> None:
    """Let nobody in with this account any more; who is signed in is signed out."""
    member.disabled_at = member.disabled_at or now()
    end_sessions(session, member.id)


def hash_password(password: str) -> str:
    """What is kept of a password.

    Raises:
        BadRequest: it is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise BadRequest(f"A password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
    return _hasher.hash(password)


def check_password(session: Session, *, email: str, password: str) -> StaffMember | None:
    """Who may sign in with these; None where nobody may. Takes as long for unknown addresses."""
    address = email.strip().lower()
    member = session.scalars(select(StaffMember).where(StaffMember.email == address)).one_or_none()
    known = member.password_hash if member else _nobodys_hash()
    try:
        _hasher.verify(known, password)
    except (Argon2Error, InvalidHashError):
        return None
    return member if member and member.disabled_at is None else None


def open_session(session: Session, member: StaffMember) -> str:
    """Sign somebody in.

    Returns:
        The token for their cookie, which is kept nowhere else.
    """
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    moment = now()
    session.execute(delete(StaffSession).where(StaffSession.expires_at < moment))
    session.add(
        StaffSession(
            token_hash=_digest(token),
            staff_id=member.id,
            expires_at=moment + SESSION_LASTS,
            created_at=moment,
        )
    )
    return token


def find_session(session: Session, token: str) -> tuple[StaffMember, bool] | None:
    """Whose session this is, and whether it is time to prolong it; None: it is over."""
    row = session.execute(
        select(StaffMember, StaffSession.expires_at)
        .join(StaffSession, StaffSession.staff_id == StaffMember.id)
        .where(StaffSession.token_hash == _digest(token), StaffMember.disabled_at.is_(None))
    ).one_or_none()
    if row is None or row.expires_at <= now():
        return None
    return row[0], row.expires_at < now() + SESSION_LASTS - _PROLONGED_AFTER


def prolong_session(session: Session, token: str) -> None:
    """Let a session last from now on as long as a new one."""
    session.execute(
        update(StaffSession)
        .where(StaffSession.token_hash == _digest(token))
        .values(expires_at=now() + SESSION_LASTS)
    )


def close_session(session: Session, token: str) -> None:
    """Sign somebody out on one browser."""
    session.execute(delete(StaffSession).where(StaffSession.token_hash == _digest(token)))


def end_sessions(session: Session, staff_id: str, *, but: str | None = None) -> None:
    """Sign somebody out everywhere, save for one token."""
    theirs = delete(StaffSession).where(StaffSession.staff_id == staff_id)
    if but is not None:
        theirs = theirs.where(StaffSession.token_hash != _digest(but))
    session.execute(theirs)


def note_act(
    session: Session,
    action: str,
    *,
    by: str | None,
    conversation_id: str | None = None,
    **detail: Any,
) -> None:
    """Write into the audit log who did what.

    Args:
        by: the account; None for the command line.
        detail: ids, names and numbers, never what shoppers wrote.
    """
    session.add(
        AuditEntry(
            staff_id=by,
            action=action,
            conversation_id=conversation_id,
            detail=detail,
            created_at=now(),
        )
    )


@functools.cache
def _nobodys_hash() -> str:
    """A hash of a password that nobody has."""
    return _hasher.hash(secrets.token_urlsafe(_TOKEN_BYTES))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
