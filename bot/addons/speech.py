"""Rasa's generator of words: the phrasebook, with the shopper's language and without repeats."""

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from addons.locales import name_language, open_phrasebook


class Speech(TemplatedNaturalLanguageGenerator):
    """Words of the shopper's language, others than those that were said last.

    Rasa makes its generator before it loads the model and later sets `responses` on those that
    descend from its own.
    """

    def __init__(self, *, endpoint_config: EndpointConfig, domain: Domain) -> None:
        super().__init__(domain.responses)

    async def generate(
        self,
        utter_action: str,
        tracker: DialogueStateTracker,
        output_channel: str,
        **facts: Any,
    ) -> dict[str, Any]:
        """Say a response with the facts of this turn.

        Raises:
            MissingWords: there is no such response, or a fact that it names is absent.
        """
        known = {**tracker.current_slot_values(), **facts}
        # A guest reads other words than a customer does about orders.
        known["signed_in"] = bool(_metadata(tracker).get("customer_id"))
        phrasebook = open_phrasebook(self.responses, find_locale(tracker))
        avoid = last_variation(tracker, utter_action)
        return phrasebook.compose(utter_action, known, avoid=avoid)


def _metadata(tracker: DialogueStateTracker) -> dict[str, Any]:
    message = tracker.latest_message
    return (message.metadata if message else None) or {}


def find_locale(tracker: DialogueStateTracker) -> str:
    """The language of the message being answered: `zh-CN` is `zh`."""
    return name_language(_metadata(tracker).get("locale"))


def last_variation(tracker: DialogueStateTracker, utter_action: str) -> int | None:
    """Which variation of this response was used last in this session."""
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action:
            return event.metadata.get("variation")
    return None
