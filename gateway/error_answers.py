"""The framework's and the database's errors, worded as ours: JSON, and nothing of the inside."""

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoFreeConnection
from starlette.exceptions import HTTPException
from starlette.routing import Match, Mount

from common.errors import ServiceUnavailable
from gateway.errors import TooManyRequests
from gateway.rate_limits import answer_too_many

_CODES = {404: "not_found", 405: "method_not_allowed", 413: "body_too_large"}
_METHODS = ("DELETE", "GET", "HEAD", "PATCH", "POST", "PUT")
_SECONDS_DOWN = 2


def answer_errors(app: FastAPI) -> None:
    """Add the handlers; those of our own errors are there already."""

    @app.exception_handler(HTTPException)
    async def _answer_http(request: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = ", ".join(_allowed(request))
        code = _CODES.get(error.status_code, "bad_request")
        return JSONResponse(
            {"error": code, "detail": error.detail}, error.status_code, headers=headers
        )

    @app.exception_handler(TooManyRequests)
    async def _answer_too_many(_: Request, error: TooManyRequests) -> JSONResponse:
        return answer_too_many(error)

    @app.exception_handler(OperationalError)
    @app.exception_handler(InterfaceError)
    @app.exception_handler(NoFreeConnection)
    async def _answer_database(_: Request, __: Exception) -> JSONResponse:
        unavailable = ServiceUnavailable("The database did not answer: send it again in a moment.")
        return JSONResponse(
            {"error": unavailable.code, "detail": unavailable.detail},
            unavailable.status,
            headers={"Retry-After": str(_SECONDS_DOWN)},
        )


def _allowed(request: Request) -> list[str]:
    """The methods that this address knows; the framework names those of its first route alone."""
    routes = [route for route in request.app.routes if not isinstance(route, Mount)]
    scopes = {method: {**request.scope, "method": method} for method in _METHODS}
    known = [
        method
        for method, scope in scopes.items()
        if any(route.matches(scope)[0] is Match.FULL for route in routes)
    ]
    # What is mounted are folders of files.
    return known or ["GET", "HEAD"]
