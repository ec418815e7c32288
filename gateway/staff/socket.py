"""The console's socket: what happens, the moment it happens."""

import asyncio
from contextlib import suppress
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from anyio import create_task_group
from anyio.abc import TaskGroup
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from sqlalchemy import update

from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.staff import StaffMember
from gateway.channels.web_socket import AUTH_TIMEOUT, TOO_SLOW, UNAUTHORIZED, read_frame
from gateway.errors import TooManyRequests
from gateway.hub import Frame, Frames, Hub
from gateway.rate_limits import RateLimits
from gateway.staff import wire
from gateway.staff.feed import Feed
from gateway.staff.guard import COOKIE, Caller, Guard
from gateway.staff.inbox import count_conversations
from gateway.store import ConversationStore

# How soon a console notices that its account was disabled, or signed out elsewhere.
LOOK_S = 3.0


class AuthFrame(BaseModel):
    """The first frame of a console."""

    type: Literal["auth"]
    csrf_token: Annotated[str, Field(max_length=200)]


class TypingFrame(BaseModel):
    """A person begins or stops typing to a shopper."""

    type: Literal["typing"]
    conversation_id: Annotated[str, Field(max_length=100)]
    on: bool


class PingFrame(BaseModel):
    """Whether the gateway is still there."""

    type: Literal["ping"]


_client_frame: TypeAdapter[TypingFrame | PingFrame] = TypeAdapter(
    Annotated[TypingFrame | PingFrame, Field(discriminator="type")]
)


def staff_socket_routes(
    *,
    store: ConversationStore,
    hub: Hub,
    feed: Feed,
    guard: Guard,
    limits: RateLimits,
    auth_timeout: float,
    look_every: float = LOOK_S,
) -> APIRouter:
    """The route /api/staff/ws.

    Args:
        auth_timeout: seconds that a console has for its first frame.
        look_every: seconds between looks whether the session still holds.
    """
    routes = APIRouter()

    @routes.websocket("/api/staff/ws")
    async def attend(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            caller = await _authenticate(socket, guard, timeout=auth_timeout)
            if caller is None:
                return
            with feed.attend(caller.id) as frames:
                counts = await asyncio.to_thread(_greet, store, caller)
                user = wire.User.model_validate(caller.member, from_attributes=True)
                ready = {"type": "ready", "user": user.model_dump(), "counts": counts.model_dump()}
                frames.put_nowait(ready)
                console = _Console(socket, frames, caller, store, hub, guard, limits)
                await console.run(look_every=look_every)

    return routes


async def _authenticate(socket: WebSocket, guard: Guard, *, timeout: float) -> Caller | None:
    """Who this is, by cookie and first frame; otherwise the socket is told why and closed."""
    token = socket.cookies.get(COOKIE)
    if not _is_our_page(socket):
        await _refuse(socket, "csrf", "This page may not listen.", UNAUTHORIZED)
        return None
    try:
        async with asyncio.timeout(timeout):
            frame = AuthFrame.model_validate(read_frame(await socket.receive()))
    except TimeoutError:
        await _refuse(socket, "auth_timeout", "The first frame did not come.", AUTH_TIMEOUT)
        return None
    except ValueError:
        await _refuse(socket, "unauthorized", "The first frame must be auth.", UNAUTHORIZED)
        return None
    known = await asyncio.to_thread(guard.recognise, token)
    if known is None or not guard.is_own(known[0].token, frame.csrf_token):
        await _refuse(socket, "unauthorized", "Sign in first.", UNAUTHORIZED)
        return None
    return known[0]


def _is_our_page(socket: WebSocket) -> bool:
    """Browsers say whose page opens a socket; programs say nothing."""
    origin = socket.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == socket.headers.get("host")


async def _refuse(socket: WebSocket, code: str, detail: str, close_code: int) -> None:
    await socket.send_json({"type": "error", "code": code, "detail": detail})
    await socket.close(close_code)


def _greet(store: ConversationStore, caller: Caller) -> wire.Counts:
    with store.writing() as session:
        session.execute(
            update(StaffMember).where(StaffMember.id == caller.id).values(seen_at=now())
        )
    with store.sessions() as session:
        return count_conversations(session, staff_id=caller.id)


class _Console:
    """One open console: tasks write what happens, read what is typed, and look who it still is."""

    def __init__(
        self,
        socket: WebSocket,
        frames: Frames,
        caller: Caller,
        store: ConversationStore,
        hub: Hub,
        guard: Guard,
        limits: RateLimits,
    ) -> None:
        self._socket = socket
        self._frames = frames
        self._caller = caller
        self._store = store
        self._hub = hub
        self._guard = guard
        self._limits = limits
        self._typing_to: set[str] = set()
        self._tasks: TaskGroup

    async def run(self, *, look_every: float) -> None:
        """Until either side hangs up."""
        try:
            async with create_task_group() as self._tasks:
                self._tasks.start_soon(self._write)
                self._tasks.start_soon(self._look, look_every)
                with suppress(WebSocketDisconnect):
                    await self._read()
                self._tasks.cancel_scope.cancel()
        finally:
            for conversation_id in self._typing_to:
                self._hub.publish(conversation_id, self._typing(on=False))

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect):
            while (frame := await self._frames.get()) is not None:
                await self._socket.send_json(frame)
            await self._socket.close(TOO_SLOW)
        self._tasks.cancel_scope.cancel()

    async def _look(self, every: float) -> None:
        """Hang up once the session is over."""
        while True:
            await asyncio.sleep(every)
            if await asyncio.to_thread(self._guard.recognise, self._caller.token) is None:
                with suppress(WebSocketDisconnect, RuntimeError):
                    await _refuse(self._socket, "unauthorized", "Signed out.", UNAUTHORIZED)
                self._tasks.cancel_scope.cancel()

    async def _read(self) -> None:
        while True:
            raw = await self._socket.receive()
            try:
                await self._limits.spend("actions", f"staff:{self._caller.id}")
                frame = _client_frame.validate_python(read_frame(raw))
                if isinstance(frame, TypingFrame):
                    await self._type(frame)
                else:
                    self._frames.put_nowait({"type": "pong"})
            except TooManyRequests as error:
                with suppress(WebSocketDisconnect, RuntimeError):
                    await self._socket.close(TOO_SLOW, error.detail)
                return
            except ValidationError as error:
                problem = error.errors(include_url=False, include_input=False)[0]["msg"]
                self._complain(problem)
            except ValueError as error:
                self._complain(str(error))

    async def _type(self, frame: TypingFrame) -> None:
        """Let the shopper see it, if it is this person's conversation."""
        here = frame.conversation_id
        if not await asyncio.to_thread(self._has, here):
            self._typing_to.discard(here)
            return
        if frame.on:
            self._typing_to.add(here)
        else:
            self._typing_to.discard(here)
        self._hub.publish(here, self._typing(on=frame.on))

    def _has(self, conversation_id: str) -> bool:
        with self._store.sessions() as session:
            found = session.get(Conversation, conversation_id)
        return found is not None and (found.state, found.owner) == ("human", self._caller.id)

    def _typing(self, *, on: bool) -> Frame:
        return {"type": "typing", "who": "agent", "on": on, "name": self._caller.member.name}

    def _complain(self, detail: Any) -> None:
        self._frames.put_nowait({"type": "error", "code": "invalid", "detail": detail})
