"""Calls to the action server, lean in what they carry and quick to check."""

import functools
from typing import Any

import rasa
from jsonschema import Draft202012Validator
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity

# Actions look back over the turn they answer and the one before; all else they know from slots.
TURNS_SENT = 2


def install() -> None:
    """Make RemoteAction send the last turns alone and compile its answer's schema once.

    Rasa sends every event of the conversation with every call, so that a turn grows slower with
    each turn before it, and builds and checks the schema of a constant specification each time,
    which took two thirds of a turn.
    """
    RemoteAction._action_call_format = _call
    RemoteAction._validate_action_result = _validate


def _call(self: RemoteAction, tracker: DialogueStateTracker, _domain: Domain) -> dict[str, Any]:
    state = tracker.current_state(EventVerbosity.NONE)
    state["events"] = [event.as_dict() for event in last_turns(tracker)]
    return {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "version": rasa.__version__,
    }


def last_turns(tracker: DialogueStateTracker) -> list[Event]:
    """The events since the shopper's last message but one, oldest first."""
    kept: list[Event] = []
    turns = 0
    for event in reversed(tracker.events):
        kept.append(event)
        turns += isinstance(event, UserUttered)
        if turns == TURNS_SENT:
            break
    return kept[::-1]


@functools.cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(RemoteAction.action_response_format_spec())


def _validate(_self: RemoteAction, result: dict[str, Any]) -> bool:
    _validator().validate(result)
    return True
