"""What every HTTP process of ours has: errors as JSON, health, metrics, the internal secret."""

import hmac
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, PlainTextResponse
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from common.client import CONVERSATION_HEADER as CONVERSATION_HEADER
from common.errors import ShopkeeperError, Unauthorized
from common.logs import configure_logging, conversation_id, note, reported
from common.settings import LOOPBACK, Settings
from common.supervised import follow_supervisor

logger = logging.getLogger(__name__)

INTERNAL_HEADER = "X-Internal-Secret"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
# Anything else that a caller makes up must not become a time series of its own.
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Answers what is missing: an empty mapping means ready.
Readiness = Callable[[], Mapping[str, str]]
Next = Callable[[Request], Awaitable[Response]]


def add_service_routes(
    app: FastAPI, *, readiness: Readiness, notes: Readiness = dict, public: bool = False
) -> CollectorRegistry:
    """Add /healthz, /readyz, /metrics and the error handlers.

    Args:
        notes: what is wrong and keeps the process from nothing, for /readyz to tell.
        public: anyone may call, so that no caller's word on the conversation is taken.

    Returns:
        The registry behind /metrics, for the process's own numbers.
    """
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    seconds = Histogram(
        "http_request_duration_seconds",
        "Time from request to answer.",
        ("method", "route", "status"),
        registry=registry,
        buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    )

    @app.middleware("http")
    async def _measure(request: Request, call_next: Next) -> Response:
        told = None if public else request.headers.get(CONVERSATION_HEADER)
        conversation_id.set(told)
        method = request.method if request.method in METHODS else "other"
        started = time.perf_counter()
        # Only our own processes name the conversation that they call for.
        with reported("answered", where=logger, when=lambda: told is not None):
            response = await call_next(request)
            route = getattr(request.scope.get("route"), "path", "unknown")
            note(route=route, status=response.status_code)
        seconds.labels(method, route, response.status_code).observe(time.perf_counter() - started)
        return response

    @app.exception_handler(ShopkeeperError)
    async def _answer_error(_: Request, error: ShopkeeperError) -> JSONResponse:
        return JSONResponse(
            {"error": error.code, "detail": error.detail, **jsonable_encoder(error.data)},
            status_code=error.status,
        )

    @app.exception_handler(RequestValidationError)
    async def _answer_invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        problems = [
            {"field": ".".join(str(part) for part in problem["loc"]), "problem": problem["msg"]}
            for problem in error.errors()
        ]
        return JSONResponse({"error": "invalid", "detail": problems}, status_code=422)

    @app.exception_handler(Exception)
    async def _answer_crash(request: Request, error: Exception) -> JSONResponse:
        logger.error("unhandled error", exc_info=error, extra={"path": request.url.path})
        return JSONResponse(
            {"error": "internal", "detail": "Something went wrong here; the log has it."},
            status_code=500,
        )

    @app.get("/healthz", tags=["health"])
    async def healthz() -> dict[str, str]:
        """Alive. Needs no thread: one that waits for the database is not dead."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"], responses={503: {"description": "What is missing."}})
    def readyz() -> JSONResponse:
        """200 when the process can do its work, 503 with what is missing."""
        missing = dict(readiness())
        status = "unavailable" if missing else "ready"
        body = {"status": status, "missing": missing}
        if told := dict(notes()):
            body["notes"] = told
        return JSONResponse(body, 503 if missing else 200)

    @app.get(
        "/metrics",
        tags=["health"],
        response_class=PlainTextResponse,
        responses={401: {"description": "These numbers are not for the public."}},
    )
    def metrics() -> Response:
        """Numbers for Prometheus.

        The gateway's need the internal secret as a Bearer token or X-Internal-Secret; where none is
        set, they are for callers on the same machine.
        """
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    return registry


def require_internal_secret(app: FastAPI, *, settings: Settings) -> None:
    """Refuse every call but health and metrics that lacks the secret, where one is set."""
    secret = settings.internal_secret
    if not secret:
        return

    @app.middleware("http")
    async def _check(request: Request, call_next: Next) -> Response:
        given = request.headers.get(INTERNAL_HEADER, "")
        if request.url.path not in OPEN_PATHS and not _same(given, secret):
            error = Unauthorized(f"This is an internal address: send {INTERNAL_HEADER}.")
            return JSONResponse({"error": error.code, "detail": error.detail}, error.status)
        return await call_next(request)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def guard_metrics(app: FastAPI, *, settings: Settings) -> None:
    """Keep a public process's numbers to ourselves.

    Where an internal secret is set, /metrics needs it, as X-Internal-Secret or as a Bearer token;
    where none is, whoever asks on this machine without a proxy in between may read.
    """
    secret = settings.internal_secret

    @app.middleware("http")
    async def _check(request: Request, call_next: Next) -> Response:
        if request.url.path == "/metrics" and not _may_read(request, secret):
            error = Unauthorized(
                f"The numbers are not public: send {INTERNAL_HEADER}, or ask on the shop's machine."
            )
            return JSONResponse({"error": error.code, "detail": error.detail}, error.status)
        return await call_next(request)


def _may_read(request: Request, secret: str | None) -> bool:
    if not secret:
        local = request.client is not None and request.client.host in LOOPBACK
        return local and not {"x-forwarded-for", "forwarded"} & set(request.headers.keys())
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return _same(request.headers.get(INTERNAL_HEADER, ""), secret) or _same(bearer, secret)


def internal_headers(settings: Settings, *, conversation: str | None = None) -> dict[str, str]:
    """The headers that one process of ours sends to another."""
    headers = {INTERNAL_HEADER: settings.internal_secret} if settings.internal_secret else {}
    if conversation:
        headers[CONVERSATION_HEADER] = conversation
    return headers


def serve(app: FastAPI, *, process: str, host: str, port: int, **options: Any) -> None:
    """Run until told to stop. Keep-alive outlasts that of the clients (aiohttp: 15 s)."""
    configure_logging(process=process)
    follow_supervisor()
    logger.info("serving", extra={"host": host, "port": port})
    uvicorn.run(app, host=host, port=port, log_config=None, timeout_keep_alive=75, **options)
