"""When staff are in."""

from datetime import UTC, datetime

import pytest

from common.errors import ConfigurationError
from shop.hours import read_hours

# A Saturday.
SATURDAY = datetime(2026, 11, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (SATURDAY.replace(hour=9), False),
        (SATURDAY.replace(hour=10), True),
        (SATURDAY.replace(hour=14), False),
        (SATURDAY.replace(day=20, hour=16, minute=59), True),
        (SATURDAY.replace(day=22, hour=12), False),
    ],
)
def test_hours_hold_from_their_first_minute_to_before_their_last(
    moment: datetime, is_open: bool
) -> None:
    hours = read_hours("Mon-Fri 9:00-17:00, sat 10:00-14:00", zone="UTC")

    assert hours.is_open(moment) is is_open
    assert (hours.opens_at(moment) is None) is is_open


def test_the_next_opening_is_told_by_the_shops_own_clock() -> None:
    hours = read_hours("mon-fri 09:00-17:00", zone="Asia/Shanghai")

    opens = hours.opens_at(SATURDAY.replace(hour=10))

    assert opens is not None
    assert opens.astimezone(UTC) == datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


def test_a_week_may_run_over_its_end() -> None:
    hours = read_hours("sat-mon 08:00-09:00", zone="UTC")

    assert [span.day for span in hours.spans] == [5, 6, 0]


def test_without_hours_somebody_is_always_in() -> None:
    assert read_hours("", zone="UTC").is_open(SATURDAY)


@pytest.mark.parametrize("given", ["always", "mon 9-17", "mon 17:00-09:00", "mon-xyz 09:00-17:00"])
def test_hours_that_cannot_be_read_are_refused_with_how_to_write_them(given: str) -> None:
    with pytest.raises(ConfigurationError, match="mon-fri 09:00-17:00"):
        read_hours(given, zone="UTC")


def test_an_unknown_clock_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="Europe/Berlin"):
        read_hours("", zone="Middle/Earth")
