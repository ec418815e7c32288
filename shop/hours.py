"""When the shop's own people are in."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from common.errors import ConfigurationError

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(
    r"(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))?\s+"
    r"(?P<opens>\d{1,2}:\d{2})-(?P<closes>\d{1,2}:\d{2})"
)
_HOW = (
    'SHOPKEEPER_STAFF_HOURS is {given!r}: write days and times such as "mon-fri 09:00-17:00, '
    'sat 10:00-14:00"; leave it empty where somebody is always in.'
)


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when on one day of the week; Monday is 0."""

    day: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Hours:
    """A week by the shop's clock; without spans somebody is always in."""

    spans: Sequence[Span] = ()
    zone: tzinfo = UTC

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is in."""
        local = moment.astimezone(self.zone)
        return not self.spans or any(
            span.day == local.weekday() and span.opens <= local.time() < span.closes
            for span in self.spans
        )

    def opens_at(self, moment: datetime) -> datetime | None:
        """When somebody is in next; None where somebody is."""
        if self.is_open(moment):
            return None
        local = moment.astimezone(self.zone)
        days = [(local + timedelta(days=ahead)).date() for ahead in range(8)]
        starts = [
            datetime.combine(day, span.opens, tzinfo=self.zone)
            for day in days
            for span in self.spans
            if span.day == day.weekday()
        ]
        return min(start for start in starts if start > local)


def read_hours(given: str, *, zone: str) -> Hours:
    """The hours of a setting.

    Raises:
        ConfigurationError: it cannot be read; the detail says how to write it.
    """
    try:
        clock: tzinfo = UTC if zone == "UTC" else ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ConfigurationError(
            f"SHOPKEEPER_STAFF_TIMEZONE is {zone!r}: write a name such as Europe/Berlin."
        ) from error
    try:
        spans = [span for part in given.split(",") if part.strip() for span in _read(part)]
    except ValueError as error:
        raise ConfigurationError(_HOW.format(given=given)) from error
    return Hours(tuple(spans), clock)


def _read(part: str) -> list[Span]:
    found = _SPAN.fullmatch(part.strip().lower())
    if found is None:
        raise ValueError(part)
    first, last = DAYS.index(found["first"]), DAYS.index(found["last"] or found["first"])
    opens, closes = (time.fromisoformat(found[name].zfill(5)) for name in ("opens", "closes"))
    if opens >= closes:
        raise ValueError(part)
    length = (last - first) % len(DAYS) + 1
    return [Span((first + ahead) % len(DAYS), opens, closes) for ahead in range(length)]
