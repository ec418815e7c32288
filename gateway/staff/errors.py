"""What a call of the shop's own people can get wrong."""

from common.errors import BadRequest, ShopkeeperError


class Forbidden(ShopkeeperError):
    """Known, but not allowed: it takes another role."""

    code = "forbidden"
    status = 403


class WrongPassword(BadRequest):
    """Who wants another password has not proved that they know the one of now."""

    code = "wrong_password"


class ForeignCall(ShopkeeperError):
    """A call without the console's own token: perhaps another site made the browser send it."""

    code = "csrf"
    status = 403
