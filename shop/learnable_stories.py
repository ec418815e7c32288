"""Dialogues turn by turn: what the shopper meant and what the bot then did, as Rasa tells stories.

What was meant comes from our messages, with staff's corrections and masked like every export; what
was done comes from Rasa's tracker. Words are in neither.
"""

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from shop.learnable import Learnable
from shop.privacy.dialogues import Dialogues
from shop.privacy.pseudonyms import pseudonym

# Done in every dialogue, whatever is said: no story has them.
_ALWAYS = frozenset({"action_listen", "action_session_start", "action_extract_slots"})
_CONVERSATIONS_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Story:
    """One session of a dialogue, each step as Rasa's YAML has it."""

    name: str
    steps: tuple[dict[str, Any], ...]


def read_stories(
    dialogues: Dialogues,
    conversations: Collection[str],
    turns: Mapping[int, Learnable],
    *,
    discarded: Collection[int] = (),
    key: str,
) -> list[Story]:
    """The stories of these conversations; those in which nothing was meant or done are left out.

    Args:
        turns: how each message is to be read, by its id.
        discarded: messages that nothing is to be learnt from; a story ends before one.
    """
    stories: list[Story] = []
    ordered = sorted(conversations)
    for at in range(0, len(ordered), _CONVERSATIONS_AT_ONCE):
        events: dict[str, list[dict[str, Any]]] = {}
        for event in dialogues.read(ordered[at : at + _CONVERSATIONS_AT_ONCE]):
            events.setdefault(event["sender_id"], []).append(event)
        for conversation, said in events.items():
            name = pseudonym("conversation", conversation, key=key)
            parts = [_steps(part, turns, discarded) for part in _sessions(said)]
            told = [part for part in parts if _is_whole(part)]
            stories += [
                Story(name if number == 1 else f"{name} {number}", tuple(part))
                for number, part in enumerate(told, start=1)
            ]
    return stories


def write_stories(stories: Sequence[Story]) -> str:
    """The stories as Rasa 3 reads them; nothing where there are none."""
    if not stories:
        return ""
    told = {"stories": [{"story": each.name, "steps": list(each.steps)} for each in stories]}
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False)


def _sessions(events: Sequence[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Cut where Rasa begins anew: what was said before is not heard after."""
    parts: list[list[dict[str, Any]]] = [[]]
    for event in events:
        if event["type_name"] == "session_started":
            parts.append([])
        parts[-1].append(event)
    return parts


def _steps(
    events: Sequence[dict[str, Any]], turns: Mapping[int, Learnable], discarded: Collection[int]
) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = []
    for event in events:
        match event["type_name"]:
            case "user":
                message = _message_of(event)
                if message in discarded:
                    break
                steps += _meant(turns.get(message), event)
            case "action" if event["action_name"] not in _ALWAYS:
                steps.append({"action": event["action_name"]})
            case "active_loop":
                steps.append({"active_loop": json.loads(event["data"] or "{}").get("name")})
    return steps


def _message_of(event: Mapping[str, Any]) -> int:
    """Our message that this is Rasa's memory of; -1 where it is of none."""
    data = json.loads(event["data"] or "{}")
    known = str((data.get("metadata") or {}).get("message_id") or data.get("message_id") or "")
    return int(known) if known.isascii() and known.isdigit() else -1


def _meant(turn: Learnable | None, event: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    # A tapped quick reply is our own wording and no row to learn from, but a step of its story.
    intent = turn.intent if turn else event["intent_name"]
    if not intent:
        return
    entities = [
        {each.entity: each.value} | ({} if each.role == "include" else {"role": each.role})
        for each in (turn.entities if turn else ())
    ]
    yield {"intent": intent, **({"entities": entities} if entities else {})}


def _is_whole(steps: Sequence[dict[str, Any]]) -> bool:
    return any("intent" in step for step in steps) and any("action" in step for step in steps)
