"""What the clients of our own servers share: one pool of connections, opened and closed."""

import ssl
from functools import cache
from types import TracebackType
from typing import Self

import httpx

from common.circuit import Circuit
from common.logs import conversation_id

CONVERSATION_HEADER = "X-Conversation-Id"


@cache
def certificates() -> ssl.SSLContext:
    """Whom to believe over TLS. Read once: for each client anew it would take 40 ms."""
    return httpx.create_ssl_context()


class BlockingClient:
    """Holds a pool of connections that threads may share; close it when done.

    Attributes:
        circuit: whether the server is worth a call.
    """

    def __init__(self, http: httpx.Client, *, circuit: Circuit | None = None) -> None:
        http.event_hooks = {"request": [_name_conversation]}
        self._http = http
        self.circuit = circuit or Circuit()

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncClient:
    """The same for asyncio."""

    def __init__(self, http: httpx.AsyncClient, *, circuit: Circuit | None = None) -> None:
        http.event_hooks = {"request": [_name_conversation_async]}
        self._http = http
        self.circuit = circuit or Circuit()

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()


def _name_conversation(request: httpx.Request) -> None:
    """Tell the server for which conversation it works, so that its log can say so."""
    if conversation := conversation_id.get():
        request.headers.setdefault(CONVERSATION_HEADER, conversation)


async def _name_conversation_async(request: httpx.Request) -> None:
    _name_conversation(request)
