"""The chat API over WebSocket: the same conversation, with answers the moment they are there."""

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Annotated, Any, Literal

from anyio import create_task_group
from anyio.abc import TaskGroup
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from pydantic import BaseModel, Field, TypeAdapter, ValidationError

from common.errors import ShopkeeperError, Unauthorized
from common.logs import conversation_id as logged_conversation
from gateway import wire
from gateway.conversation import ConversationRouter, IncomingMessage, Turn
from gateway.drafts import Stored
from gateway.errors import TooManyRequests
from gateway.hub import Frame, Frames, Hub
from gateway.rate_limits import RateLimits
from gateway.speaker import Speaker
from gateway.standing import state_frame
from gateway.store import ConversationStore

logger = logging.getLogger(__name__)

MOST_BYTES = 64 * 1024
# Close codes from 4000 on are ours to give. The last is for who sends too fast or reads too slowly.
UNAUTHORIZED, AUTH_TIMEOUT, TOO_SLOW = 4401, 4408, 4429


class AuthFrame(BaseModel):
    """The first frame of a client."""

    type: Literal["auth"]
    token: Annotated[str, Field(max_length=500)]


class MessageFrame(wire.MessageRequest):
    """The shopper says something."""

    type: Literal["message"]


class TypingFrame(BaseModel):
    """The shopper begins or stops typing."""

    type: Literal["typing"]
    on: bool


_client_frame: TypeAdapter[MessageFrame | TypingFrame] = TypeAdapter(
    Annotated[MessageFrame | TypingFrame, Field(discriminator="type")]
)


def socket_routes(
    *,
    router: ConversationRouter,
    store: ConversationStore,
    hub: Hub,
    limits: RateLimits,
    auth_timeout: float,
) -> APIRouter:
    """The route /api/chat/ws.

    Args:
        auth_timeout: seconds that a client has for its first frame.
    """
    routes = APIRouter()

    @routes.websocket("/api/chat/ws")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        with suppress(WebSocketDisconnect):
            speaker = await _authenticate(socket, store, timeout=auth_timeout)
            if speaker is None:
                return
            logged_conversation.set(speaker.conversation_id)
            with hub.listen(speaker.conversation_id) as frames:
                here = speaker.conversation_id
                standing = await asyncio.to_thread(store.standing, here)
                frames.put_nowait(state_frame(standing))
                tell_staff = partial(hub.tell_staff, here)
                listener = _Listener(socket, frames, router, speaker, limits, tell_staff)
                await listener.run()

    return routes


async def _authenticate(
    socket: WebSocket, store: ConversationStore, *, timeout: float
) -> Speaker | None:
    """Who this is, by the first frame; otherwise the socket is told why and closed."""
    try:
        async with asyncio.timeout(timeout):
            frame = AuthFrame.model_validate(read_frame(await socket.receive()))
        return await asyncio.to_thread(store.speaker, frame.token)
    except TimeoutError:
        await _refuse(socket, "auth_timeout", "The first frame did not come.", AUTH_TIMEOUT)
    except ValueError:
        await _refuse(socket, "unauthorized", "The first frame must be auth.", UNAUTHORIZED)
    except Unauthorized as error:
        await _refuse(socket, error.code, error.detail, UNAUTHORIZED)
    return None


async def _refuse(socket: WebSocket, code: str, detail: str, close_code: int) -> None:
    await socket.send_json(_error(code, detail))
    await socket.close(close_code)


class _Listener:
    """One tab's socket: a task writes what the hub brings, another reads what the shopper sends."""

    def __init__(
        self,
        socket: WebSocket,
        frames: Frames,
        router: ConversationRouter,
        speaker: Speaker,
        limits: RateLimits,
        tell_staff: Callable[[Frame], None],
    ) -> None:
        self._tell_staff = tell_staff
        self._socket = socket
        self._frames = frames
        self._router = router
        self._speaker = speaker
        self._limits = limits
        self._typing = False
        self._tasks: TaskGroup

    async def run(self) -> None:
        """Until either side hangs up."""
        try:
            async with create_task_group() as self._tasks:
                self._tasks.start_soon(self._write)
                with suppress(WebSocketDisconnect):
                    await self._read()
                self._tasks.cancel_scope.cancel()
        finally:
            if self._typing:
                self._tell_typing(on=False)

    async def _write(self) -> None:
        with suppress(WebSocketDisconnect):
            while (frame := await self._frames.get()) is not None:
                await self._socket.send_json(frame)
            await self._socket.close(TOO_SLOW)
        self._tasks.cancel_scope.cancel()

    async def _read(self) -> None:
        while True:
            raw = await self._socket.receive()
            if not await self._may_go_on():
                return
            given: Any = None
            try:
                given = read_frame(raw)
                frame = _client_frame.validate_python(given)
                if isinstance(frame, MessageFrame):
                    await self._take(frame)
                else:
                    self._tell_typing(on=frame.on)
            except ValidationError as error:
                problem = error.errors(include_url=False, include_input=False)[0]["msg"]
                self._send(_error("invalid", problem, _client_id(given)))
            except ValueError as error:
                self._send(_error("invalid", str(error), _client_id(given)))
            except ShopkeeperError as error:
                self._send(_error(error.code, error.detail, _client_id(given), **error.data))
            except WebSocketDisconnect:
                raise
            except Exception:
                logger.exception("message could not be stored")
                self._send(
                    _error("internal", "It was not stored: send it again.", _client_id(given))
                )

    def _tell_typing(self, *, on: bool) -> None:
        self._typing = on
        self._tell_staff({"type": "typing", "who": "shopper", "on": on})

    async def _may_go_on(self) -> bool:
        """Whether the socket stays open; who sends far too much is told so and hung up on."""
        try:
            await self._limits.spend("actions", self._speaker.conversation_id)
        except TooManyRequests as error:
            with suppress(WebSocketDisconnect, RuntimeError):
                await self._socket.send_json(_error(error.code, error.detail, **error.data))
                await self._socket.close(TOO_SLOW)
            return False
        return True

    async def _take(self, frame: MessageFrame) -> None:
        await self._limits.spend("messages", self._speaker.conversation_id)
        self._tell_typing(on=False)

        def acknowledge(stored: Stored) -> None:
            self._send(
                {
                    "type": "ack",
                    "client_message_id": frame.client_message_id,
                    "message_id": str(stored.id),
                }
            )

        turn = await self._router.receive(
            IncomingMessage(
                self._speaker,
                text=frame.text,
                token=frame.payload,
                client_message_id=frame.client_message_id,
                page=frame.page,
            ),
            on_stored=acknowledge,
        )
        self._tasks.start_soon(self._follow, turn, frame.client_message_id)

    async def _follow(self, turn: Turn, client_message_id: str | None) -> None:
        """Tell this tab how the turn ended, where the hub does not: repeated, or failed."""
        try:
            answered = await turn.answered()
        except Exception:
            # The router has logged it.
            detail = "It is stored but could not be answered: send it again."
            self._send(_error("not_answered", detail, client_message_id))
            return
        if turn.stored.repeated:
            for message in (turn.stored.message, *answered.messages):
                self._send({"type": "message", "message": message.model_dump(mode="json")})
            self._send(state_frame(answered))

    def _send(self, frame: Frame) -> None:
        self._frames.put_nowait(frame)


def read_frame(event: Any) -> Any:
    """The JSON of a received frame.

    Raises:
        WebSocketDisconnect: the client has gone.
        ValueError: it is no JSON text, or too long.
    """
    if event["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(event.get("code", 1000))
    text = event.get("text")
    if text is None:
        raise ValueError("Frames are JSON text, not binary.")
    if len(text) > MOST_BYTES:
        raise ValueError("The frame is too long.")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError("The frame is no JSON.") from error


def _error(code: str, detail: str, client_message_id: str | None = None, **data: Any) -> Frame:
    frame: Frame = {"type": "error", "code": code, "detail": detail, **data}
    if client_message_id is not None:
        frame["client_message_id"] = client_message_id
    return frame


def _client_id(given: Any) -> str | None:
    identifier = given.get("client_message_id") if isinstance(given, dict) else None
    if isinstance(identifier, str) and wire.CLIENT_MESSAGE_ID.fullmatch(identifier):
        return identifier
    return None
