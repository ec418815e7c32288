"""What every request and answer must keep: sizes of bodies, headers that make browsers careful."""

from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gateway.errors import BodyTooLarge

CHAT_BYTES = 64 * 1024
EVENTS_BYTES = 2 * 1024 * 1024


class BodyLimit:
    """Refuses bodies over the limit of their path, declared or streamed, with 413.

    Args:
        limits: bytes by path prefix; the first that fits counts.
        otherwise: bytes for every other path.
    """

    def __init__(self, app: ASGIApp, *, limits: Mapping[str, int], otherwise: int) -> None:
        self._app = app
        self._limits = limits
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        limit = next(
            (size for prefix, size in self._limits.items() if path.startswith(prefix)),
            self._otherwise,
        )
        error = BodyTooLarge(f"The body may have {limit} bytes at most.")
        refusal = JSONResponse({"error": error.code, "detail": error.detail}, error.status)
        declared = Headers(scope=scope).get("content-length", "")
        if declared.isdigit() and int(declared) > limit:
            await refusal(scope, receive, send)
            return
        read, started = 0, False

        async def receive_within_limit() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            # To the application it looks as if the sender had hung up.
            return message if read <= limit else {"type": "http.disconnect"}

        async def send_if_within_limit(message: Message) -> None:
            nonlocal started
            if read <= limit or started:
                started = True
                await send(message)

        try:
            await self._app(scope, receive_within_limit, send_if_within_limit)
        finally:
            if read > limit and not started:
                await refusal(scope, receive, send)


class CarefulHeaders:
    """Adds to every answer: no guessed content types, no full addresses to other sites."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_carefully(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["X-Content-Type-Options"] = "nosniff"
                headers.setdefault("Referrer-Policy", "strict-origin-when-cross-origin")
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
            await send(message)

        await self._app(scope, receive, send_carefully)
