"""What an action can fail with on purpose."""

from common.errors import Conflict


class TurnExpired(Conflict):
    """The gateway has given this turn up: doing anything for it now would surprise the shopper."""

    code = "turn_expired"
