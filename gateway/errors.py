"""What a shopper's request can get wrong."""

from common.errors import BadRequest, ShopkeeperError


class UnknownPayload(BadRequest):
    """The payload was not issued in this conversation."""

    code = "unknown_payload"


class TooManyMessages(ShopkeeperError):
    """More messages wait for their answers than one conversation may have waiting."""

    code = "too_many_messages"
    status = 429


class BodyTooLarge(ShopkeeperError):
    """The request's body exceeds what its address takes."""

    code = "body_too_large"
    status = 413
