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
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

from common.errors import ShopkeeperError, Unauthorized
from common.logs import configure_logging, conversation_id
from common.settings import Settings

logger = logging.getLogger(__name__)

INTERNAL_HEADER = "X-Internal-Secret"
CONVERSATION_HEADER = "X-Conversation-Id"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})

# Answers what is missing: an empty mapping means ready.
Readiness = Callable[[], Mapping[str, str]]
Next = Callable[[Request], Awaitable[Response]]


def add_service_routes(app: FastAPI, *, readiness: Readiness) -> CollectorRegistry:
    """Add /healthz, /readyz, /metrics and the error handlers.

    Returns:
        The registry behind /metrics, for the process's own numbers.
    """
    registry = CollectorRegistry()
    seconds = Histogram(
        "http_request_duration_seconds",
        "Time from request to answer.",
        ("method", "route", "status"),
        registry=registry,
        buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10),
    )

    @app.middleware("http")
    async def _measure(request: Request, call_next: Next) -> Response:
        conversation_id.set(request.headers.get(CONVERSATION_HEADER))
        started = time.perf_counter()
        response = await call_next(request)
        route = getattr(request.scope.get("route"), "path", "unknown")
        seconds.labels(request.method, route, response.status_code).observe(
            time.perf_counter() - started
        )
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
    def healthz() -> dict[str, str]:
        """Alive."""
        return {"status": "ok"}

    @app.get("/readyz", tags=["health"])
    def readyz() -> JSONResponse:
        """200 when the process can do its work, 503 with what is missing."""
        missing = dict(readiness())
        status = "unavailable" if missing else "ready"
        return JSONResponse({"status": status, "missing": missing}, 503 if missing else 200)

    @app.get("/metrics", tags=["health"])
    def metrics() -> Response:
        """Prometheus."""
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


def internal_headers(settings: Settings, *, conversation: str | None = None) -> dict[str, str]:
    """The headers that one process of ours sends to another."""
    headers = {INTERNAL_HEADER: settings.internal_secret} if settings.internal_secret else {}
    if conversation:
        headers[CONVERSATION_HEADER] = conversation
    return headers


def serve(app: FastAPI, *, process: str, host: str, port: int, **options: Any) -> None:
    """Run until told to stop. Keep-alive outlasts that of the clients (aiohttp: 15 s)."""
    configure_logging(process=process)
    uvicorn.run(app, host=host, port=port, log_config=None, timeout_keep_alive=75, **options)
