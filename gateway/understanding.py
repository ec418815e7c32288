"""Reading a shopper's message: by the NLU server, and a quick reply's payload even without it."""

import json
import re
from dataclasses import dataclass
from typing import Any, Protocol

from common.logs import conversation_id
from common.service import internal_headers
from common.settings import Settings
from gateway.text import as_words
from nlu import wire
from nlu.client import AsyncNluClient
from nlu.wire import Entity, Intent
from shop.privacy.pseudonyms import pseudonym

Parse = dict[str, Any]

_PAYLOAD = re.compile(r"^/(?P<intent>\w+)\s*(?P<entities>\{.*\})?\s*$", re.DOTALL)


# Not a command of the dialogue: the gateway itself looks up what was said.
_AGAIN = re.compile(r"^/again (?P<message>\d{1,18})$")


def again_payload(message_id: int) -> str:
    """What stands behind the button that says a message once more."""
    return f"/again {message_id}"


class Parser(Protocol):
    """Whatever reads text: the NLU server's client, or a test's fake."""

    async def parse(self, text: str, *, shopper: str) -> Parse:
        """The parse of contracts.md.

        Args:
            text: what is to be read.
            shopper: the customer, or the guest's conversation.

        Raises:
            ServiceUnavailable: the server is down or answered nonsense.
        """
        ...


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the models are given of a message.

    Attributes:
        words: never begin with a slash, whatever the shopper typed.
        command: what a quick reply stands for, `/intent{...}`: only we issue those.
        again: the earlier message that is meant, where the shopper asks for another try.
    """

    words: str
    command: str | None = None
    again: int | None = None


def read_meaning(text: str, *, payload: str | None) -> Meaning:
    """What the shopper meant who wrote this, or tapped the quick reply of this title."""
    return Meaning(as_words(text)) if payload is None else meaning_of(payload, title=text)


def meaning_of(payload: str, *, title: str) -> Meaning:
    """What a tapped quick reply means: a command of ours, or words said for the shopper."""
    if earlier := _AGAIN.match(payload):
        return Meaning(as_words(title), again=int(earlier["message"]))
    if payload.startswith("/"):
        return Meaning(as_words(title), payload)
    return Meaning(as_words(payload))


class NluParser:
    """The NLU server's client as the router needs it: a parse as plain JSON."""

    def __init__(self, settings: Settings, *, timeout: float) -> None:
        self._settings = settings
        self._client = AsyncNluClient(settings.nlu_url, timeout=timeout)

    async def parse(self, text: str, *, shopper: str) -> Parse:
        """The parse of contracts.md; the server learns a pseudonym of the shopper.

        Raises:
            ServiceUnavailable: the server is down or answered nonsense.
        """
        headers = internal_headers(self._settings, conversation=conversation_id.get())
        told = pseudonym("shopper", shopper, key=self._settings.secret_key)
        found = await self._client.parse(text, shopper=told, headers=headers)
        return found.model_dump(mode="json")

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.aclose()


def read_command(payload: str) -> Parse:
    """The parse of our own `/intent{"entity": "value"}`: buttons work while the NLU is down.

    Raises:
        ValueError: it is none of that form.
    """
    match = _PAYLOAD.match(payload)
    if match is None:
        raise ValueError("not of the form /intent{...}")
    values = json.loads(match["entities"] or "{}")
    if not isinstance(values, dict):
        raise ValueError("the entities are no object")
    intent = Intent(name=match["intent"], confidence=1.0)
    entities = [
        Entity(entity=entity, value=value, start=0, end=0, source="payload")
        for entity, given in values.items()
        for value in (given if isinstance(given, list) else [given])
    ]
    parse = wire.Parse(
        text=payload, intent=intent, intent_ranking=[intent], entities=entities, tapped=True
    )
    return parse.model_dump(mode="json")


def call_for_person(text: str, *, model_version: str = "") -> Parse:
    """The parse of words that ask for a person, whatever this model made of them."""
    intent = Intent(name="human_handoff", confidence=1.0)
    parse = wire.Parse(
        text=text, intent=intent, intent_ranking=[intent], model_version=model_version
    )
    return parse.model_dump(mode="json")
