"""Sessions that end by turns as well as by time, so that turn 60 is as fast as turn 1."""

from rasa.core.actions.action import ActionSessionStart
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

# Rasa replays every event of a session on each turn. A new session carries all slots over.
MAX_TURNS = 8


def install() -> None:
    """Start a new session after MAX_TURNS messages as Rasa does after an hour's silence."""
    by_time = MessageProcessor._has_session_expired

    def expired(self: MessageProcessor, tracker: DialogueStateTracker) -> bool:
        return is_long(tracker) or by_time(self, tracker)

    MessageProcessor._has_session_expired = expired
    ActionSessionStart._slot_set_events_from_tracker = staticmethod(carry_over)


def carry_over(tracker: DialogueStateTracker) -> list[SlotSet]:
    """What is remembered, each slot once.

    Rasa carries over every change that a slot ever went through, so that each session begins with
    all of those before it and turns grow slower for as long as the conversation lasts.
    """
    return [
        SlotSet(name, slot.value) for name, slot in tracker.slots.items() if slot.value is not None
    ]


def is_long(tracker: DialogueStateTracker) -> bool:
    """Whether the session has had its turns. A form under way is never cut in two."""
    if tracker.active_loop:
        return False
    turns = sum(isinstance(event, UserUttered) for event in tracker.events)
    return turns >= MAX_TURNS
