"""Locks that do not keep a shopper waiting."""

from typing import AsyncContextManager

from rasa.core.lock import TicketLock
from rasa.core.lock_store import LOCK_LIFETIME, InMemoryLockStore
from rasa.utils.endpoints import EndpointConfig

# Rasa looks once a second whether a conversation is free again; a turn takes a twentieth of that.
WAIT_SECONDS = 0.02


class PromptLockStore(InMemoryLockStore):
    """In memory, since a conversation lives on one worker; waits in short steps."""

    def __init__(self, *, endpoint_config: EndpointConfig) -> None:
        # Rasa hands its configuration to any store but its own.
        super().__init__()

    def lock(
        self,
        conversation_id: str,
        lock_lifetime: float = LOCK_LIFETIME,
        wait_time_in_seconds: float = WAIT_SECONDS,
    ) -> AsyncContextManager[TicketLock]:
        """Wait for this conversation's turn."""
        return super().lock(conversation_id, lock_lifetime, wait_time_in_seconds)
