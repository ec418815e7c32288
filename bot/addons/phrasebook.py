"""From a code and its facts to words. Knows nothing of Rasa, so that tests read it anywhere.

The domain's responses hold all words. An action hands over facts, some of which need words
themselves; those are written as structures that only this module understands:

    {"say": "utter_x", ...facts}   the words of another response
    {"all": [a, b, c]}             "a, b and c"
    {"any": [a, b, c]}             "a, b or c"
    {"listed": [a, b, c]}          "a, b, c"
    {"lines": [a, b]}              one under the other

A template names facts as {name}; {^name} starts with a capital; {{ and }} are braces. Facts that
are None or empty leave no gap, so that one template serves with and without them.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]
Variation = Mapping[str, Any]

_PLACE = re.compile(r"\{\{|\}\}|\{(\^?)(\w+)\}")
_GAPS = re.compile(r"[^\S\n]+")
_SPACE_BEFORE_STOP = re.compile(r" +([,.;:!?…])")
_SPACE_AT_EDGE = re.compile(r"^ +| +$", re.MULTILINE)
_DEPTH = 6
# What stands before the last part of each structure; lines have nothing between them.
_JOINTS = {
    "all": "utter_list_and",
    "any": "utter_list_or",
    "listed": "utter_list_comma",
    "lines": None,
}


class MissingWords(LookupError):
    """A response or a fact that a template needs does not exist."""


class Phrasebook:
    """The domain's responses, by name, each in several variations."""

    def __init__(self, responses: Mapping[str, Sequence[Variation]]) -> None:
        self._responses = responses

    def compose(self, name: str, facts: Facts, *, avoid: int | None = None) -> dict[str, Any]:
        """Say a response.

        Args:
            name: which response.
            facts: what its templates name, and what its conditions look at.
            avoid: the variation that was used last time; another one is taken if there is one.

        Returns:
            text, buttons and `variation`, the number of the variation taken.

        Raises:
            MissingWords: no such response, none that fits the facts, or a fact is absent.
        """
        number, variation = self._choose(name, facts, avoid=avoid)
        said = {
            "text": _tidy(self._fill(variation.get("text", ""), facts, within=name)),
            "buttons": [
                {
                    "title": _tidy(self._fill(button["title"], facts, within=name)),
                    "payload": _fill_payload(button["payload"], facts),
                }
                for button in variation.get("buttons", ())
            ],
            "variation": number,
        }
        for choice in facts.get("choices") or ():
            words = self.compose(choice["say"], {**facts, **choice, "choices": None})
            said["buttons"].append({"title": words["text"], "payload": choice["payload"]})
        return said

    def _choose(
        self, name: str, facts: Facts, *, avoid: int | None = None
    ) -> tuple[int, Variation]:
        variations = list(enumerate(self._responses.get(name, ())))
        fitting = [(n, v) for n, v in variations if v.get("condition") and _fits(v, facts)]
        # A variation for this very case beats those for any.
        fitting = fitting or [(n, v) for n, v in variations if not v.get("condition")]
        if not fitting:
            raise MissingWords(f"No response {name} for these facts.")
        fresh = [(n, v) for n, v in fitting if n != avoid]
        return random.choice(fresh or fitting)  # noqa: S311 - words, not secrets

    def _fill(self, template: str, facts: Facts, *, within: str, depth: int = 0) -> str:
        def place(match: re.Match[str]) -> str:
            if match[0] in ("{{", "}}"):
                return match[0][0]
            if match[2] not in facts:
                raise MissingWords(f"{within} needs {match[2]}.")
            words = self._word(facts[match[2]], facts, within=within, depth=depth)
            return words[:1].upper() + words[1:] if match[1] else words

        return _PLACE.sub(place, template)

    def _word(self, fact: Any, facts: Facts, *, within: str, depth: int) -> str:
        if depth > _DEPTH:
            raise MissingWords(f"{within} refers to itself.")
        if fact is None:
            return ""
        if isinstance(fact, Mapping):
            return self._phrase(fact, facts, within=within, depth=depth)
        if isinstance(fact, (list, tuple)):
            return self._phrase({"all": fact}, facts, within=within, depth=depth)
        return str(fact)

    def _phrase(self, fact: Facts, facts: Facts, *, within: str, depth: int) -> str:
        if "say" in fact:
            inner = {**facts, **fact}
            _, variation = self._choose(fact["say"], inner)
            return _tidy(self._fill(variation["text"], inner, within=fact["say"], depth=depth + 1))
        for kind, last in _JOINTS.items():
            if kind in fact:
                words = [
                    word
                    for part in fact[kind]
                    if (word := self._word(part, facts, within=within, depth=depth + 1))
                ]
                return self._join(words, facts, last=last)
        raise MissingWords(f"{within} got a structure it cannot read: {sorted(fact)}.")

    def _join(self, words: list[str], facts: Facts, *, last: str | None) -> str:
        if last is None:
            return "\n".join(words)
        if len(words) < 2:
            return "".join(words)
        comma = self._choose("utter_list_comma", facts)[1]["text"]
        final = self._choose(last, facts)[1]["text"]
        return comma.join(words[:-1]) + final + words[-1]


def _fits(variation: Variation, facts: Facts) -> bool:
    return all(facts.get(c["name"]) == c["value"] for c in variation["condition"])


def _fill_payload(template: str, facts: Facts) -> str:
    """Payloads are JSON: what goes in must not break out of its string."""

    def place(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        return str(facts[match[2]]).replace("\\", "\\\\").replace('"', '\\"')

    return _PLACE.sub(place, template)


def _tidy(text: str) -> str:
    """Close the gaps that absent facts leave."""
    text = _SPACE_BEFORE_STOP.sub(r"\1", _GAPS.sub(" ", text))
    return _SPACE_AT_EDGE.sub("", text).strip("\n")
