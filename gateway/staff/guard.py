"""Who of staff is calling, and whether they may."""

import asyncio
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Request, Response
from fastapi.security import APIKeyCookie
from sqlalchemy.orm import Session, sessionmaker

from common.errors import Unauthorized
from db.tables.staff import ROLES, StaffMember
from gateway.rate_limits import RateLimits
from gateway.staff.errors import Forbidden, ForeignCall
from shop.staff import SESSION_LASTS, Role, find_session, prolong_session

COOKIE = "shopkeeper_staff"
CSRF_HEADER = "X-CSRF-Token"
PATH = "/api/staff"
_READING = frozenset({"GET", "HEAD"})
_cookie = APIKeyCookie(
    name=COOKIE,
    scheme_name="StaffSession",
    description=f"Set by /api/staff/login; whatever changes something also carries {CSRF_HEADER}.",
    auto_error=False,
)
Cookie = Annotated[str | None, Depends(_cookie)]
Csrf = Annotated[str | None, Header(alias=CSRF_HEADER, max_length=200)]


@dataclass(frozen=True, slots=True)
class Caller:
    """A member of staff, signed in."""

    member: StaffMember
    token: str

    @property
    def id(self) -> str:
        """Their account."""
        return self.member.id


class Guard:
    """Dependencies of the routes that staff call.

    Args:
        key: what tokens against foreign calls are made with.
    """

    def __init__(self, sessions: sessionmaker[Session], *, key: str, limits: RateLimits) -> None:
        self._sessions = sessions
        self._key = key.encode()
        self._limits = limits

    def csrf_token(self, token: str) -> str:
        """What the console proves with that a call is its own; good for one session."""
        return hmac.new(self._key, b"staff-csrf:" + token.encode(), hashlib.sha256).hexdigest()

    def is_own(self, token: str, csrf: str) -> bool:
        """Whether this is the session's token against foreign calls."""
        return hmac.compare_digest(self.csrf_token(token).encode(), csrf.encode())

    def recognise(self, token: str | None) -> tuple[Caller, bool] | None:
        """Who this is, and whether their session was prolonged; None for strangers."""
        if not token:
            return None
        with self._sessions() as session:
            found = find_session(session, token)
        if found is None:
            return None
        member, is_old = found
        if is_old:
            with self._sessions.begin() as session:
                prolong_session(session, token)
        return Caller(member, token), is_old

    async def calling(
        self, request: Request, response: Response, cookie: Cookie, csrf: Csrf = None
    ) -> Caller:
        """The member of staff who calls.

        Raises:
            Unauthorized: nobody is signed in.
            ForeignCall: something is to be changed and the console's token is absent or wrong.
            TooManyRequests: too many calls in a while.
        """
        known = await asyncio.to_thread(self.recognise, cookie)
        if known is None:
            raise Unauthorized("Sign in first: POST /api/staff/login.")
        caller, prolonged = known
        if request.method not in _READING and not self.is_own(caller.token, csrf or ""):
            raise ForeignCall(f"Send {CSRF_HEADER}, as the login answered it.")
        await self._limits.spend("actions", f"staff:{caller.id}")
        if prolonged:
            set_cookie(request, response, caller.token)
        return caller

    def at_least(self, role: Role) -> Callable[..., Caller]:
        """A dependency: the caller, who has this role or a higher one."""

        def check(caller: Annotated[Caller, Depends(self.calling)]) -> Caller:
            if ROLES.index(caller.member.role) < ROLES.index(role):
                raise Forbidden(f"This takes the role {role}.")
            return caller

        return check


def set_cookie(request: Request, response: Response, token: str) -> None:
    """Let the browser keep the session, out of reach of scripts and of other sites."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=int(SESSION_LASTS.total_seconds()),
        path=PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def drop_cookie(response: Response) -> None:
    """Let the browser forget the session."""
    response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="strict")
