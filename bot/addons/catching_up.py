"""The bot hears, before it answers again, what a person and the shopper said without it.

The gateway brings it with the next message (gateway/missed.py). What a person said stands in the
tracker as the bot's own words, so that the goods they showed can be spoken of: "the second one".
"""

import logging
from collections.abc import Iterable
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    BotUttered,
    Event,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

logger = logging.getLogger(__name__)

# In a message's metadata.
MISSED = "missed"
# What was asked or offered before a person came is over.
PASSING = ("pending", "awaited", "misunderstood")


def install() -> None:
    """Let each turn begin with what was missed, under the conversation's lock."""
    run = MessageProcessor.handle_message

    async def handle_message(self: MessageProcessor, message: UserMessage) -> Any:
        missed = (message.metadata or {}).pop(MISSED, None)
        if missed:
            await catch_up(self, message.sender_id, missed)
        return await run(self, message)

    MessageProcessor.handle_message = handle_message


async def catch_up(
    processor: MessageProcessor, sender_id: str, missed: Iterable[dict[str, Any]]
) -> None:
    """Append what the tracker has not; the same again appends nothing."""
    tracker = await processor.fetch_tracker_and_update_session(sender_id)
    known = await _known_ids(processor, sender_id)
    new = [turn for turn in missed if turn["message_id"] not in known]
    if not new:
        return
    for event in events_of(tracker, new):
        tracker.update(event, processor.domain)
    # Not through the processor: no answer is to come of it.
    await processor.tracker_store.save(tracker)
    logger.info("caught up with %d messages", len(new))


def events_of(tracker: DialogueStateTracker, missed: Iterable[dict[str, Any]]) -> list[Event]:
    """What was said as events, with forms and questions that are over closed."""
    events: list[Event] = []
    shown: list[str] = []
    for turn in missed:
        about = {"metadata": {"message_id": turn["message_id"]}, "timestamp": turn["at"]}
        if turn["role"] == "shopper":
            parse = turn.get("parse") or {}
            events.append(
                UserUttered(
                    turn["text"],
                    intent=parse.get("intent"),
                    entities=parse.get("entities") or [],
                    parse_data={**parse, "text": turn["text"]},
                    message_id=turn["message_id"],
                    input_channel="gateway",
                    **about,
                )
            )
        else:
            events.append(BotUttered(turn["text"], data={"by": "person"}, **about))
            shown = turn.get("shown") or shown
    if tracker.active_loop:
        events.append(ActiveLoop(None))
    passing = [slot for slot in PASSING if tracker.get_slot(slot) is not None]
    events.extend(SlotSet(slot, None) for slot in passing)
    if shown:
        events += [SlotSet("shown", shown), SlotSet("focus", shown[0] if len(shown) == 1 else None)]
    events.append(ActionExecuted("action_listen"))
    return events


async def _known_ids(processor: MessageProcessor, sender_id: str) -> set[str]:
    """The ids of all messages that the tracker has, of earlier sessions too."""
    tracker = await processor.tracker_store.retrieve_full_tracker(sender_id)
    said = (
        [e for e in tracker.events if isinstance(e, (UserUttered, BotUttered))] if tracker else []
    )
    ids = {str(event.metadata.get("message_id")) for event in said}
    return ids | {str(event.message_id) for event in said if isinstance(event, UserUttered)}
