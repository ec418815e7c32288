"""What stands before every route, as plain ASGI: a task and two queues a request are saved."""

import logging
import time
from collections.abc import Callable

from fastapi import Request
from fastapi.responses import JSONResponse
from prometheus_client import Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from common.client import CONVERSATION_HEADER
from common.errors import Unauthorized
from common.logs import conversation_id, note, reported

logger = logging.getLogger("common.service")

# Anything else that a caller makes up must not become a time series of its own.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measured:
    """Takes the seconds to each answer's head, and the conversation that it is for.

    Args:
        seconds: labelled by method, route and status.
        public: anyone may call, so that no caller's word on the conversation is taken.
    """

    def __init__(self, app: ASGIApp, *, seconds: Histogram, public: bool) -> None:
        self._app = app
        self._seconds = seconds
        self._public = public

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        # Only our own processes name the conversation that they call for.
        told = None if self._public else Request(scope).headers.get(CONVERSATION_HEADER)
        conversation_id.set(told)
        method = scope["method"] if scope["method"] in METHODS else "other"
        started = time.perf_counter()

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = getattr(scope.get("route"), "path", "unknown")
                note(route=route, status=message["status"])
                taken = time.perf_counter() - started
                self._seconds.labels(method, route, message["status"]).observe(taken)
            await send(message)

        with reported("answered", where=logger, when=lambda: told is not None):
            await self._app(scope, receive, sent)


class Guarded:
    """Answers 401 to what may not go on.

    Args:
        refusal: why a request may not, or None where it may.
    """

    def __init__(self, app: ASGIApp, *, refusal: Callable[[Request], str | None]) -> None:
        self._app = app
        self._refusal = refusal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        why = self._refusal(Request(scope)) if scope["type"] == "http" else None
        if why is None:
            await self._app(scope, receive, send)
            return
        error = Unauthorized(why)
        answer = JSONResponse({"error": error.code, "detail": error.detail}, error.status)
        await answer(scope, receive, send)
