"""The way to Rasa: one call a turn on our own channel, and every failure of it named as one."""

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

import httpx
from pydantic import BaseModel, Field, ValidationError

from common.client import CONVERSATION_HEADER
from common.errors import ServiceUnavailable
from gateway.understanding import Parse

CHANNEL = "/webhooks/gateway/webhook"


class Button(BaseModel):
    """A quick reply as Rasa gives it: the payload is `/intent{...}` or words."""

    title: str
    payload: str


class Reply(BaseModel):
    """One message of Rasa's turn."""

    text: str | None = None
    buttons: list[Button] | None = None
    custom: dict[str, Any] | None = None


class _Turn(BaseModel):
    messages: list[Reply] = Field(min_length=1)


class TurnFailed(ServiceUnavailable):
    """Rasa lives, but came to no answer: an action failed, or no rule knew one."""

    code = "turn_failed"


class Bot(Protocol):
    """Whatever leads the dialogue: Rasa, or a test's fake."""

    async def answer(
        self, conversation_id: str, *, text: str, parse: Parse, metadata: Mapping[str, Any]
    ) -> list[Reply]:
        """The messages of this turn, at least one.

        Raises:
            TurnFailed: it tried and came to none.
            ServiceUnavailable: there are none, or not in time.
        """
        ...


class RasaClient:
    """Talks to bot/addons/gateway_channel.py.

    Args:
        client: carries the base address and the internal secret.
        timeout: seconds that a whole turn may take, actions and all.
    """

    def __init__(self, client: httpx.AsyncClient, *, timeout: float) -> None:
        self._client = client
        self._timeout = timeout

    async def answer(
        self, conversation_id: str, *, text: str, parse: Parse, metadata: Mapping[str, Any]
    ) -> list[Reply]:
        """The messages of this turn, at least one.

        Raises:
            TurnFailed: Rasa failed, or said nothing.
            ServiceUnavailable: Rasa is down or slow.
        """
        body = {
            "conversation_id": conversation_id,
            "text": text,
            "parse": parse,
            "metadata": {"conversation_id": conversation_id, **metadata},
        }
        try:
            # httpx's own timeouts are for each read: this one is for all of it.
            async with asyncio.timeout(self._timeout):
                response = await self._client.post(
                    CHANNEL, json=body, headers={CONVERSATION_HEADER: conversation_id}
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise ServiceUnavailable(f"Rasa did not answer: {type(error).__name__}.") from error
        if response.status_code != httpx.codes.OK:
            raise TurnFailed(f"Rasa answered {response.status_code}.")
        try:
            return _Turn.model_validate_json(response.content).messages
        except ValidationError as error:
            # An empty turn is a turn that crashed, or rules that know no answer.
            raise TurnFailed("Rasa answered nothing, or nonsense.") from error
