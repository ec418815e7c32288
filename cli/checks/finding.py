"""What a check found, and how checks are run so that none of them can stop the others."""

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How bad it is."""

    ok = "ok"
    warn = "warn"
    fail = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the report.

    Attributes:
        area: what was looked at, in a word.
        cure: what to do; empty where nothing is to be done.
    """

    area: str
    level: Level
    what: str
    cure: str = ""


def ok(area: str, what: str) -> Finding:
    """All is well."""
    return Finding(area, Level.ok, what)


def warn(area: str, what: str, cure: str) -> Finding:
    """It works, but not as well as it could, or not for long."""
    return Finding(area, Level.warn, what, cure)


def fail(area: str, what: str, cure: str) -> Finding:
    """The shop cannot do its work."""
    return Finding(area, Level.fail, what, cure)


# A check gives its findings one by one.
Check = Callable[[], Iterable[Finding]]


def run_check(area: str, check: Check) -> Iterator[Finding]:
    """A check's findings; one that breaks is a finding itself."""
    started = time.monotonic()
    try:
        yield from check()
    except Exception as error:
        # The error's own text may hold an address with a password.
        seconds = time.monotonic() - started
        yield warn(
            area,
            f"could not be looked at: {type(error).__name__} after {seconds:.1f} s",
            "look at it by hand; what doctor says of the rest holds",
        )
