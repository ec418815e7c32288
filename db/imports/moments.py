"""Moments as shops' programs write them."""

import re
from datetime import UTC, datetime, timedelta

from db.imports.fields import parse_moment

# Seconds, milliseconds and microseconds since 1970, told apart by how many digits they have.
_UNITS = {10: 1_000_000, 13: 1_000, 16: 1}
# Shopify and BigQuery leave a space before the zone.
_ZONE = re.compile(r"\s+(?:UTC|GMT|([+-]\d{2}:?\d{2}))$")


def parse_time(text: str, *, date_format: str | None = None) -> datetime:
    """A moment in ISO 8601 or counted from 1970, in UTC unless it says otherwise.

    Args:
        date_format: the strptime form that is expected instead.

    Raises:
        BadField: it is in none of these forms.
    """
    text = text.strip()
    if date_format is None:
        if text.isascii() and text.isdecimal() and len(text) in _UNITS:
            # Whole microseconds: a float of seconds would round them.
            count = timedelta(microseconds=int(text) * _UNITS[len(text)])
            return datetime(1970, 1, 1, tzinfo=UTC) + count
        text = _ZONE.sub(r"\1", text)
    return parse_moment(text, date_format=date_format)
