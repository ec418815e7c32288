"""Structured logs: one JSON object a line, never the text of a message.

A turn leaves one line at INFO in each process it passes, all with the same conversation_id: what
was done and how long it took.
"""

import json
import logging
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime

from common.tracebacks import describe_error, describe_traceback

logger = logging.getLogger(__name__)

conversation_id: ContextVar[str | None] = ContextVar("conversation_id", default=None)
# What the line about the work under way is to say besides; None where no line will be written.
_facts: ContextVar[dict[str, object] | None] = ContextVar("facts", default=None)

# What the logging module itself puts on every record; anything else was passed as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
# asyncio's last resort writes out the whole task, its error's words included.
_TELLS_TOO_MUCH = frozenset({"asyncio"})
# The second line of defence: nothing of the kind is logged on purpose.
_SECRETS = (
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w"), "(an e-mail address)"),
    (re.compile(r"(?i)\bbearer\s+[\w.~+/=-]{8,}"), "Bearer (a token)"),
    (re.compile(r"(?<=://)[^\s/@:\"]*:[^\s/@\"]+(?=@)"), "(user:password)"),
    (re.compile(r"\bbot\d{6,}:[\w-]{20,}|\b\d{8,10}:[\w-]{35}\b"), "(a bot's token)"),
    (re.compile(r"(?i)\b(token|secret|password|signature|api_?key)=[^\s&\"]+"), r"\1=(a secret)"),
)


def redact(line: str) -> str:
    """The line without what looks like an address or a secret."""
    for pattern, instead in _SECRETS:
        line = pattern.sub(instead, line)
    return line


class JsonFormatter(logging.Formatter):
    """Writes time, level, process, logger, message, conversation and the extra fields."""

    def __init__(self, *, process: str) -> None:
        super().__init__()
        self.process = process

    def format(self, record: logging.LogRecord) -> str:
        message = _message(record)
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "process": self.process,
            "logger": record.name,
            "message": message,
        }
        if conversation := conversation_id.get():
            entry["conversation_id"] = conversation
        entry.update(
            {key: _plain(value) for key, value in vars(record).items() if key not in _STANDARD}
        )
        if record.exc_info:
            entry["exception"] = describe_traceback(record.exc_info)
        return redact(json.dumps(entry, ensure_ascii=False, default=str))


def configure_logging(*, process: str, level: int = logging.INFO) -> None:
    """Send every logger of this process to standard error as JSON lines."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(process=process))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    # One line a request would drown the rest, and names addresses; the metrics count requests.
    for noisy in ("uvicorn.access", "uvicorn.error", "httpx", "httpcore", "websockets"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_crash


def note(**facts: object) -> None:
    """Add to the line about the work under way. Codes and counts, never what somebody wrote."""
    here = _facts.get()
    if here is not None:
        here.update(facts)


@contextmanager
def reported(
    message: str, *, where: logging.Logger, when: Callable[[], bool] = lambda: True
) -> Iterator[dict[str, object]]:
    """Write one line at INFO about a piece of work once it is over, well or badly.

    Args:
        when: asked at the end whether the line is worth writing.

    Returns:
        What the line will say, as it grows.
    """
    facts: dict[str, object] = {}
    token = _facts.set(facts)
    started = time.perf_counter()
    try:
        yield facts
    except BaseException as error:
        facts["failed"] = type(error).__name__
        raise
    finally:
        _facts.reset(token)
        if when():
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            where.info(message, extra={"ms": milliseconds, **facts})


def _message(record: logging.LogRecord) -> str:
    try:
        message = record.getMessage()
    except (TypeError, ValueError):
        # Wrong arguments in somebody's call must not cost the line.
        message = str(record.msg)
    return message.splitlines()[0] if record.name in _TELLS_TOO_MUCH and message else message


def _plain(value: object) -> object:
    return describe_error(value) if isinstance(value, BaseException) else value


def _log_crash(kind: type[BaseException], error: BaseException, _: object) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    logger.critical("the process ends by an error", exc_info=error)
