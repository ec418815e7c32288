"""Logs as the shop's other processes write them (common/logs.py): JSON lines, no message text."""

import json
import logging
import re
import sys
import time
import traceback
from contextvars import ContextVar
from datetime import datetime, timezone
from typing import Any

import structlog
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic
from sanic.request import Request
from sanic.response import HTTPResponse

logger = logging.getLogger(__name__)

CONVERSATION_HEADER = "X-Conversation-Id"
conversation_id: ContextVar["str | None"] = ContextVar("conversation_id", default=None)

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime"}
_TELLS_TOO_MUCH = frozenset({"asyncio"})
_SPEAK_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
# What Rasa itself writes may quote slots, and errors of its tracker with whole messages in them.
_QUOTING = frozenset({"rasa", "sanic"})
_QUOTED = re.compile(r"(?s)(\berror:|\bdue to|\[SQL:|\[parameters:)\s.*", re.IGNORECASE)
_SECRETS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), "(an e-mail address)"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{8,}"), "Bearer (a token)"),
    (re.compile(r"(?<=://)[^\s/@:\"]*:[^\s/@\"]+(?=@)"), "(user:password)"),
    (re.compile(r"(?i)\b(token|secret|password|signature|api_?key)=[^\s&\"]+"), r"\1=(a secret)"),
)


class JsonFormatter(logging.Formatter):
    """Writes time, level, process, logger, message, conversation and the extra fields."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, timezone.utc).isoformat(
                timespec="milliseconds"
            ),
            "level": record.levelname.lower(),
            "process": "rasa",
            "logger": record.name,
            "message": _message(record),
        }
        if conversation := conversation_id.get():
            entry["conversation_id"] = conversation
        entry.update({k: v for k, v in vars(record).items() if k not in _STANDARD})
        if record.exc_info:
            entry["exception"] = describe_traceback(record.exc_info[1])
        line = json.dumps(entry, ensure_ascii=False, default=str)
        for pattern, instead in _SECRETS:
            line = pattern.sub(instead, line)
        return line


def configure_logging() -> None:
    """Send every logger to standard error as JSON lines, Rasa's second one (structlog) too."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, keep_event_alone],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def keep_event_alone(_: Any, __: str, event: "dict[str, Any]") -> "dict[str, Any]":
    """The name of what happened; the rest of it may hold what a shopper said."""
    kept = {"msg": str(event.get("event"))}
    if event.get("exc_info"):
        kept["exc_info"] = event["exc_info"]
    return kept


def install(app: Sanic) -> None:
    """Log a line a turn, and name the conversation in every line and every call to an action."""

    @app.on_request
    async def begin(request: Request) -> None:
        conversation_id.set(request.headers.get(CONVERSATION_HEADER))
        request.ctx.started = time.perf_counter()

    @app.on_response
    async def end(request: Request, response: HTTPResponse) -> None:
        if conversation_id.get():
            milliseconds = round((time.perf_counter() - request.ctx.started) * 1000, 1)
            logger.info("turn", extra={"ms": milliseconds, "status": response.status})

    plain = EndpointConfig.request

    async def named(self: EndpointConfig, *args: Any, **options: Any) -> Any:
        if conversation := conversation_id.get():
            options["headers"] = {**options.get("headers", {}), CONVERSATION_HEADER: conversation}
        return await plain(self, *args, **options)

    EndpointConfig.request = named


def describe_traceback(error: "BaseException | None") -> str:
    """The stack of an error and of those that led to it: places and kinds, not values."""
    parts = []
    while error is not None and len(parts) < 8:
        said = str(error) if isinstance(error, (*_SPEAK_OF_CODE, RasaException)) else ""
        stack = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{stack}{type(error).__name__}{': ' if said else ''}{said}")
        suppressed = error.__suppress_context__
        error = error.__cause__ or (None if suppressed else error.__context__)
    return "\nled to:\n".join(reversed(parts))


def _message(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _QUOTING:
        # The sentence without what was filled into it, or the start of one that is filled in.
        return _QUOTED.sub(r"\1 (left out)", str(record.msg))
    message = record.getMessage()
    return message.splitlines()[0] if record.name in _TELLS_TOO_MUCH and message else message
