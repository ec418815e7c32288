"""What an action can fail with on purpose."""

from common.errors import BadRequest, Conflict


class TurnExpired(Conflict):
    """The gateway has given this turn up: doing anything for it now would surprise the shopper."""

    code = "turn_expired"


class NoMessage(BadRequest):
    """There is no message of the shopper's that an action could answer."""

    code = "no_message"
