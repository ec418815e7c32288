"""What the bot remembers of a conversation, for staff to see."""

import logging
from typing import Any, Protocol

import httpx

from common.circuit import Circuit
from common.client import certificates
from common.service import internal_headers
from common.settings import Settings

logger = logging.getLogger(__name__)

ROUTE = "/webhooks/gateway/conversations/{}"


class Memory(Protocol):
    """Whoever knows the bot's slots: Rasa, or a test's fake."""

    def recall(self, conversation_id: str) -> dict[str, Any]:
        """What is remembered, by name; nothing where the bot is down."""
        ...


class RasaMemory:
    """Asks bot/addons/gateway_channel.py."""

    def __init__(self, settings: Settings, *, timeout: float = 1.0) -> None:
        self._http = httpx.Client(
            base_url=settings.rasa_url,
            headers=internal_headers(settings),
            timeout=timeout,
            verify=certificates(),
        )
        self._circuit = Circuit(pause=2.0)

    def recall(self, conversation_id: str) -> dict[str, Any]:
        """What is remembered, by name; nothing where the bot is down."""
        if not self._circuit.admit():
            return {}
        try:
            answer = self._http.get(ROUTE.format(conversation_id))
            answer.raise_for_status()
            slots = answer.json()["slots"]
        except (httpx.HTTPError, ValueError, KeyError) as error:
            self._circuit.failed()
            logger.warning("the bot's memory cannot be read", extra={"error": str(error)})
            return {}
        self._circuit.succeeded()
        return dict(slots)

    def close(self) -> None:
        """Close the connections."""
        self._http.close()
