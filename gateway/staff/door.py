"""Signing in and out of the console."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.concurrency import run_in_threadpool

from common.errors import Unauthorized
from gateway.problems import problems
from gateway.rate_limits import RateLimits, group_of
from gateway.staff import wire
from gateway.staff.errors import WrongPassword
from gateway.staff.guard import Caller, Guard, drop_cookie, set_cookie
from gateway.store import ConversationStore
from shop.staff import (
    check_password,
    close_session,
    end_sessions,
    hash_password,
    note_act,
    open_session,
)

_WRONG = "The e-mail address or the password is wrong."


def door_routes(*, store: ConversationStore, guard: Guard, limits: RateLimits) -> APIRouter:
    """Login, logout, and whose session this is."""
    routes = APIRouter(prefix="/api/staff", tags=["staff"])
    Calling = Annotated[Caller, Depends(guard.calling)]  # noqa: N806

    @routes.post("/login", responses=problems(400, 401, 413, 422))
    async def sign_in(
        request: wire.Login, connection: Request, response: Response
    ) -> wire.SignedIn:
        """Sign in; the cookie is the session."""
        host = connection.client.host if connection.client else ""
        # Who guesses is stopped without locking out whose address it is elsewhere.
        who = f"{request.email.strip().lower()}|{group_of(host) or 'here'}"
        await limits.spend("logins", who)
        signed_in = await run_in_threadpool(enter, request)
        if signed_in is None:
            raise Unauthorized(_WRONG)
        await limits.forgive("logins", who)
        token, user = signed_in
        set_cookie(connection, response, token)
        return wire.SignedIn(csrf_token=guard.csrf_token(token), user=user)

    def enter(request: wire.Login) -> tuple[str, wire.User] | None:
        # Outside the transaction that writes: it takes long on purpose.
        with store.sessions() as session:
            member = check_password(session, email=request.email, password=request.password)
        if member is None:
            return None
        with store.writing() as session:
            token = open_session(session, member)
            note_act(session, "login", by=member.id)
        return token, wire.User.model_validate(member, from_attributes=True)

    @routes.get("/session", responses=problems(401, 422))
    def read_session(caller: Calling) -> wire.SignedIn:
        """Who is signed in here, for a page that was loaded again."""
        user = wire.User.model_validate(caller.member, from_attributes=True)
        return wire.SignedIn(csrf_token=guard.csrf_token(caller.token), user=user)

    @routes.post("/logout", status_code=204, responses=problems(401, 403, 422))
    def sign_out(caller: Calling, response: Response) -> None:
        """Sign out on this browser."""
        with store.writing() as session:
            close_session(session, caller.token)
            note_act(session, "logout", by=caller.id)
        drop_cookie(response)

    @routes.post("/password", status_code=204, responses=problems(400, 401, 403, 413, 422))
    async def change_password(request: wire.NewPassword, caller: Calling) -> None:
        """Change one's own password; other browsers are signed out."""
        await limits.spend("logins", f"password:{caller.id}")
        await run_in_threadpool(set_password, request, caller)

    def set_password(request: wire.NewPassword, caller: Caller) -> None:
        email = caller.member.email
        with store.sessions() as session:
            known = check_password(session, email=email, password=request.current)
        if known is None:
            raise WrongPassword("The current password is wrong: write the one you signed in with.")
        hashed = hash_password(request.new)
        with store.writing() as session:
            member = session.get_one(type(caller.member), caller.id)
            member.password_hash = hashed
            end_sessions(session, caller.id, but=caller.token)
            note_act(session, "password", by=caller.id)

    return routes
