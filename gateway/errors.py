"""What a shopper's request can get wrong."""

from typing import Any

from common.errors import BadRequest, Conflict, ShopkeeperError


class UnknownPayload(BadRequest):
    """The payload was not issued in this conversation."""

    code = "unknown_payload"


class TooManyRequests(ShopkeeperError):
    """More was asked in a while than one shopper or one address may.

    Attributes:
        retry_after: whole seconds until it is worth another try.
    """

    code = "too_many_requests"
    status = 429

    def __init__(self, detail: str, *, retry_after: int, **data: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **data)
        self.retry_after = retry_after


class TooManyMessages(TooManyRequests):
    """More messages wait for their answers than one conversation may have waiting."""

    code = "too_many_messages"


class BodyTooLarge(ShopkeeperError):
    """The request's body exceeds what its address takes."""

    code = "body_too_large"
    status = 413


class AnsweredElsewhere(Conflict):
    """Another gateway has taken a message over that this one was answering."""

    code = "answered_elsewhere"


class BodyTooSlow(ShopkeeperError):
    """The request's body did not arrive in time."""

    code = "body_too_slow"
    status = 408
