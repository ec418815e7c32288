"""Rasa's generator of words: the phrasebook, with the shopper's language and without repeats."""

from typing import Any

from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from addons.phrasebook import Phrasebook


class Speech(TemplatedNaturalLanguageGenerator):
    """Words from the domain, chosen by locale and by what was said last.

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
        """Say a response of the domain with the facts of this turn.

        Raises:
            MissingWords: the domain lacks the response or a fact it names.
        """
        known = {**tracker.current_slot_values(), **facts}
        known["locale"] = find_locale(tracker)
        # A guest reads other words than a customer does about orders.
        known["signed_in"] = bool(_metadata(tracker).get("customer_id"))
        return Phrasebook(self.responses).compose(
            utter_action, known, avoid=last_variation(tracker, utter_action)
        )


def _metadata(tracker: DialogueStateTracker) -> dict[str, Any]:
    message = tracker.latest_message
    return (message.metadata if message else None) or {}


def find_locale(tracker: DialogueStateTracker) -> str:
    """The language of the message being answered: `zh-CN` is `zh`."""
    return str(_metadata(tracker).get("locale") or "en").split("-")[0].lower()


def last_variation(tracker: DialogueStateTracker, utter_action: str) -> int | None:
    """Which variation of this response was used last in this session."""
    for event in reversed(tracker.events):
        if isinstance(event, BotUttered) and event.metadata.get("utter_action") == utter_action:
            return event.metadata.get("variation")
    return None
