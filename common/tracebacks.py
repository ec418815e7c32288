"""Exceptions as a log may hold them: where and what kind, not the values they were about.

A driver's error quotes the row, a validation error the input, a ValueError the text that it could
not read: shoppers' words and secrets among them. The kind of an error and its place say enough.
"""

import traceback
from types import TracebackType
from typing import Protocol, runtime_checkable

from common.errors import ShopkeeperError

ExceptionFacts = tuple[type[BaseException] | None, BaseException | None, TracebackType | None]

# What these say is about code, files and connections, not about what somebody wrote.
_SPEAK_OF_CODE = (AttributeError, ImportError, NameError, NotImplementedError, TypeError)
_LONGEST_CHAIN = 8


@runtime_checkable
class _FromDriver(Protocol):
    """SQLAlchemy's errors, and whatever else wraps a database driver's."""

    orig: BaseException | None


def describe_traceback(facts: ExceptionFacts) -> str:
    """The stack of an error and of those that led to it, the first of them first."""
    error = facts[1]
    parts: list[str] = []
    while error is not None and len(parts) < _LONGEST_CHAIN:
        stack = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{stack}{describe_error(error)}")
        suppressed = error.__suppress_context__
        error = error.__cause__ or (None if suppressed else error.__context__)
    return "\nled to:\n".join(reversed(parts))


def describe_error(error: BaseException) -> str:
    """An error in one line. What it says is kept only where it cannot quote data."""
    kind = type(error)
    name = kind.__name__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__name__}"
    said = _safe_words(error)
    return f"{name}: {said}" if said else name


def _safe_words(error: BaseException) -> str:
    if isinstance(error, ShopkeeperError):
        return error.detail
    if isinstance(error, OSError):
        return f"{error.strerror or ''} {error.filename or ''}".strip()
    if isinstance(error, _SPEAK_OF_CODE):
        return str(error)
    if isinstance(error, _FromDriver) and error.orig is not None:
        # SQLite names tables and columns; PostgreSQL quotes values, but has a code for each error.
        if type(error.orig).__module__ == "sqlite3":
            return str(error.orig)
        state = getattr(error.orig, "sqlstate", None)
        return f"{type(error.orig).__name__} (SQLSTATE {state})"
    return ""
