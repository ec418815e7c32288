"""What every request must keep: the size of its headers and body, and the time it takes."""

import asyncio
import time
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.errors import ShopkeeperError
from gateway.errors import BodyTooLarge, BodyTooSlow

HEADER_BYTES = 32 * 1024
CHAT_BYTES = 64 * 1024
EVENTS_BYTES = 2 * 1024 * 1024
# Telegram's longest message, and all that it says about who sent it.
UPDATE_BYTES = 256 * 1024
# For the whole body; a telephone in a tunnel sends 64 kB in less.
BODY_SECONDS = 20.0


class BodyLimit:
    """Refuses bodies over the limit of their path, declared or streamed, with 413; slow ones, 408.

    Args:
        limits: bytes by path prefix; the first that fits counts.
        otherwise: bytes for every other path.
        seconds: how long a body may take to arrive.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        limits: Mapping[str, int],
        otherwise: int,
        seconds: float = BODY_SECONDS,
    ) -> None:
        self._app = app
        self._limits = limits
        self._otherwise = otherwise
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        limit = next(
            (size for prefix, size in self._limits.items() if path.startswith(prefix)),
            self._otherwise,
        )
        too_large = BodyTooLarge(f"The body may have {limit} bytes at most.")
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            await _refusal(too_large)(scope, receive, send)
            return
        refused: ShopkeeperError | None = None
        read, complete, started = 0, False, False
        end = time.monotonic() + self._seconds

        async def receive_within_limit() -> Message:
            nonlocal read, complete, refused
            if complete:
                return await receive()
            try:
                async with asyncio.timeout(end - time.monotonic()):
                    message = await receive()
            except TimeoutError:
                refused = refused or BodyTooSlow("The body did not arrive in time: send it again.")
            else:
                read += len(message.get("body", b""))
                complete = not message.get("more_body", False)
                if read > limit:
                    refused = too_large
            # To the application it looks as if the sender had hung up.
            return message if refused is None else {"type": "http.disconnect"}

        async def send_if_within_limit(message: Message) -> None:
            nonlocal started
            if refused is None or started:
                started = True
                await send(message)

        try:
            await self._app(scope, receive_within_limit, send_if_within_limit)
        finally:
            if refused is not None and not started:
                await _refusal(refused)(scope, receive, send)


def _refusal(error: ShopkeeperError) -> JSONResponse:
    # What is left of the body would be taken for the next request.
    return JSONResponse(
        {"error": error.code, "detail": error.detail}, error.status, headers={"Connection": "close"}
    )
