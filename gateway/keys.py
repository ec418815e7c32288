"""The key of the shop's own server."""

import hmac
from typing import Annotated

from fastapi import Security
from fastapi.security import APIKeyHeader

_header = APIKeyHeader(
    name="X-Events-Key",
    scheme_name="EventsKey",
    description="SHOPKEEPER_EVENTS_KEY: the shop's own server.",
    auto_error=False,
)
EventsKey = Annotated[str | None, Security(_header)]


def is_key(given: str, key: str) -> bool:
    """Whether this is the key, in a time that tells nothing of it."""
    return hmac.compare_digest(given.encode(), key.encode())
