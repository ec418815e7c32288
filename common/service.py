"""What every HTTP process of ours has: errors as JSON, health, metrics, the internal secret."""

import hmac
import logging
from collections.abc import Callable, Mapping
from http import HTTPStatus
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
from starlette.exceptions import HTTPException

from common.client import CONVERSATION_HEADER as CONVERSATION_HEADER
from common.errors import ShopkeeperError
from common.logs import configure_logging
from common.middleware import Guarded, Measured
from common.settings import LOOPBACK, Settings
from common.supervised import follow_supervisor

logger = logging.getLogger(__name__)

INTERNAL_HEADER = "X-Internal-Secret"
OPEN_PATHS = frozenset({"/healthz", "/readyz", "/metrics"})
# Answers what is missing: an empty mapping means ready.
Readiness = Callable[[], Mapping[str, str]]


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

    app.add_middleware(Measured, seconds=seconds, public=public)

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

    @app.exception_handler(HTTPException)
    async def _answer_http(_: Request, error: HTTPException) -> JSONResponse:
        # One of the framework's own, such as a body that is no JSON.
        name = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        return JSONResponse(
            {"error": name, "detail": str(error.detail)}, error.status_code, headers=error.headers
        )

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

    def refusal(request: Request) -> str | None:
        given = request.headers.get(INTERNAL_HEADER, "")
        if request.url.path in OPEN_PATHS or _same(given, secret):
            return None
        return f"This is an internal address: send {INTERNAL_HEADER}."

    app.add_middleware(Guarded, refusal=refusal)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def guard_metrics(app: FastAPI, *, settings: Settings) -> None:
    """Keep a public process's numbers to ourselves.

    Where an internal secret is set, /metrics needs it, as X-Internal-Secret or as a Bearer token;
    where none is, whoever asks on this machine without a proxy in between may read.
    """
    secret = settings.internal_secret

    def refusal(request: Request) -> str | None:
        if request.url.path != "/metrics" or _may_read(request, secret):
            return None
        return f"The numbers are not public: send {INTERNAL_HEADER}, or ask on the shop's machine."

    app.add_middleware(Guarded, refusal=refusal)


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
