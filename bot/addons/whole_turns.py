"""A turn stands in the tracker whole and once, or not at all.

Rasa logs it when an action fails, says nothing, and keeps the turn as if it had been held; and
where its tracker store fails it goes on with an empty tracker of its own. Here either is a failed
turn, of which nothing is kept, so that the gateway may ask for it again.
"""

from collections.abc import Iterable

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.core.tracker_store import FailSafeTrackerStore
from rasa.shared.core.events import BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# In a message's metadata: the gateway has asked for this turn before.
AGAIN = "again"


class SilentTurn(RuntimeError):
    """The turn came to no answer."""


def install() -> None:
    """Keep no turn without an answer, and run none again that has one."""
    run, keep = MessageProcessor.handle_message, MessageProcessor.save_tracker

    async def handle_message(self: MessageProcessor, message: UserMessage) -> None:
        # Under the conversation's lock: whoever asked before us has finished or been cut off.
        if not (message.metadata or {}).get(AGAIN) or not await replay(self, message):
            await run(self, message)

    async def save_tracker(self: MessageProcessor, tracker: DialogueStateTracker) -> None:
        if not answers_of(tracker.events):
            raise SilentTurn("An action failed, or no rule knew an answer: see above.")
        await keep(self, tracker)

    async def retrieve(self: FailSafeTrackerStore, sender_id: str) -> DialogueStateTracker | None:
        return await self._tracker_store.retrieve(sender_id)

    async def save(self: FailSafeTrackerStore, tracker: DialogueStateTracker) -> None:
        await self._tracker_store.save(tracker)

    MessageProcessor.handle_message = handle_message
    MessageProcessor.save_tracker = save_tracker
    FailSafeTrackerStore.retrieve = retrieve
    FailSafeTrackerStore.save = save


async def replay(processor: MessageProcessor, message: UserMessage) -> bool:
    """Say once more what was answered to this message.

    Returns:
        Whether it was answered; else it is to be run.
    """
    tracker = await processor.tracker_store.retrieve_full_tracker(message.sender_id)
    events = list(tracker.events) if tracker else []
    for number, event in enumerate(events):
        if isinstance(event, UserUttered) and event.message_id == message.message_id:
            answers = answers_of(events[: end_of_turn(events, number)])
            for answer in answers:
                await message.output_channel.send_response(message.sender_id, answer.message())
            return bool(answers)
    return False


def answers_of(events: Iterable[Event]) -> list[BotUttered]:
    """What was said since the shopper's last message."""
    said: list[BotUttered] = []
    for event in events:
        if isinstance(event, UserUttered):
            said = []
        elif isinstance(event, BotUttered):
            said.append(event)
    return said


def end_of_turn(events: list[Event], start: int) -> int:
    """Where the turn that begins there ends: at the next message."""
    later = range(start + 1, len(events))
    return next((n for n in later if isinstance(events[n], UserUttered)), len(events))
