"""The one root of all errors that Shopkeeper raises on purpose."""

from typing import Any


class ShopkeeperError(Exception):
    """Something a caller can act on.

    Attributes:
        code: a stable name in snake case, for programs.
        status: the HTTP status a server answers with.
        detail: a sentence for a developer or a shop's operator: what is wrong and what to do.
        data: further facts, JSON-serialisable.
    """

    code = "error"
    status = 500

    def __init__(self, detail: str, **data: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.data = data


class BadRequest(ShopkeeperError):
    """The request cannot be served as it stands; the detail says what to change."""

    code = "bad_request"
    status = 422


class Unauthorized(ShopkeeperError):
    """The token, signature, key or secret is absent or wrong."""

    code = "unauthorized"
    status = 401


class NotFound(ShopkeeperError):
    """No such thing, or none that this caller may see."""

    code = "not_found"
    status = 404


class Conflict(ShopkeeperError):
    """The thing has changed meanwhile, or belongs to someone else."""

    code = "conflict"
    status = 409


class ServiceUnavailable(ShopkeeperError):
    """Another process of ours did not answer, or not in time."""

    code = "service_unavailable"
    status = 503


class ConfigurationError(ShopkeeperError):
    """A setting, file or model is missing or wrong; the detail names the cure."""

    code = "configuration"
    status = 500
