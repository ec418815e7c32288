"""Who may go on: the shopper whom a token speaks for, within their limits."""

import asyncio
from typing import Annotated

from fastapi import Depends
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from common.errors import Unauthorized
from gateway.rate_limits import RateLimits
from gateway.speaker import Speaker
from gateway.store import ConversationStore

_bearer = HTTPBearer(
    scheme_name="SessionToken", description="The token of a session.", auto_error=False
)
Bearer = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


class Admission:
    """Dependencies of the routes that a shopper's session opens."""

    def __init__(self, *, store: ConversationStore, limits: RateLimits) -> None:
        self._store = store
        self._limits = limits

    async def acting(self, bearer: Bearer) -> Speaker:
        """The shopper who calls.

        Raises:
            Unauthorized: without a token, or with nobody's.
            TooManyRequests: this session has called too often.
        """
        if bearer is None:
            raise Unauthorized("Send the session's token: Authorization: Bearer TOKEN.")
        speaker = await asyncio.to_thread(self._store.speaker, bearer.credentials)
        await self._limits.spend("actions", speaker.conversation_id)
        return speaker

    async def talking(self, bearer: Bearer) -> Speaker:
        """The shopper who says something, which costs more than a look.

        Raises:
            Unauthorized: without a token, or with nobody's.
            TooManyRequests: this session has said or called too much.
        """
        speaker = await self.acting(bearer)
        await self._limits.spend("messages", speaker.conversation_id)
        return speaker
