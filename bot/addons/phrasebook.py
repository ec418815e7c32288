"""From a code and its facts to words. Knows nothing of Rasa, so that tests read it anywhere.

The domain's responses hold all words, and locales.py those of other languages. An action hands
over facts, some of which need words themselves; those are written as structures that only this
module understands:

    {"say": "utter_x", ...facts}   the words of another response
    {"all": [a, b, c]}             "a, b and c"
    {"any": [a, b, c]}             "a, b or c"
    {"listed": [a, b, c]}          "a, b, c"
    {"lines": [a, b]}              one under the other

A template names facts as {name}; {^name} starts with a capital; {{ and }} are braces. Facts that
are None or empty leave no gap, so that one template serves with and without them. In a language
other than the shop's, {name|color} says "blue" as that language's words for colours have it, and
{name|color|material} as any of several kinds of words has it.
"""

import random
import re
from collections.abc import Mapping, Sequence
from typing import Any

Facts = Mapping[str, Any]
Variation = Mapping[str, Any]
# Words by kind: {"color": {"blue": "蓝色"}}.
Words = Mapping[str, Mapping[str, str]]

PLACE = re.compile(r"\{\{|\}\}|\{(\^?)(\w+)(?:\|([\w|]+))?\}")
_GAPS = re.compile(r"[^\S\n]+")
_SPACE_BEFORE_STOP = re.compile(r" +([,.;:!?…])")
# Chinese is written without gaps, but keeps them around Latin words and figures.
_SPACE_IN_CHINESE = re.compile(
    r"(?<=[\u3400-\u9fff]) +(?=[\u3400-\u9fff])"
    r"| +(?=[、。，！？：；（）])|(?<=[、。，！？：；（）]) +"
)
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
    """The responses of one language, by name, each in several variations."""

    def __init__(
        self, responses: Mapping[str, Sequence[Variation]], *, words: Words | None = None
    ) -> None:
        self._responses = responses
        self._words = words or {}

    def compose(self, name: str, facts: Facts, *, avoid: int | None = None) -> dict[str, Any]:
        """Say a response.

        Args:
            name: which response.
            facts: what its templates name, and what its conditions look at.
            avoid: the variation that was used last time; another one is taken if there is one.

        Returns:
            text, buttons and `variation`, the number of the variation taken; `comparison` where
            the facts bring a `table`.

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
            inner = {**facts, **choice, "choices": None, "table": None}
            words = self.compose(choice["say"], inner)
            said["buttons"].append({"title": words["text"], "payload": choice["payload"]})
        if table := facts.get("table"):
            said["comparison"] = self._word_table(table)
        return said

    def _word_table(self, table: Facts) -> dict[str, Any]:
        """A table's labels and values in words; what is not known stays None."""

        def word(fact: Any) -> str | None:
            return None if fact is None else self._word(fact, {}, within="table", depth=0)

        rows = [
            {**row, "label": word(row["label"]), "values": [word(v) for v in row["values"]]}
            for row in table["rows"]
        ]
        return {**table, "rows": rows}

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
            words = self._word(facts[match[2]], facts, within=within, depth=depth, kind=match[3])
            return words[:1].upper() + words[1:] if match[1] else words

        return PLACE.sub(place, template)

    def _word(
        self, fact: Any, facts: Facts, *, within: str, depth: int, kind: str | None = None
    ) -> str:
        if depth > _DEPTH:
            raise MissingWords(f"{within} refers to itself.")
        if fact is None:
            return ""
        if isinstance(fact, Mapping):
            return self._phrase(fact, facts, within=within, depth=depth, kind=kind)
        if isinstance(fact, (list, tuple)):
            return self._phrase({"all": fact}, facts, within=within, depth=depth, kind=kind)
        return self._translate(str(fact), kind)

    def _translate(self, text: str, kind: str | None) -> str:
        """The words for a value, as a whole or part by part; itself where any part has none."""
        kinds = [self._words.get(name, {}) for name in (kind or "").split("|")]

        def find(value: str) -> str:
            return next((words[value] for words in kinds if value in words), "")

        parts = [find(part) for part in text.lower().split(" ")]
        return find(text.lower()) or (" ".join(parts) if all(parts) else text)

    def _phrase(
        self, fact: Facts, facts: Facts, *, within: str, depth: int, kind: str | None
    ) -> str:
        if "say" in fact:
            inner = {**facts, **fact}
            _, variation = self._choose(fact["say"], inner)
            return _tidy(self._fill(variation["text"], inner, within=fact["say"], depth=depth + 1))
        for joint, last in _JOINTS.items():
            if joint in fact:
                words = [
                    word
                    for part in fact[joint]
                    if (word := self._word(part, facts, within=within, depth=depth + 1, kind=kind))
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

    return PLACE.sub(place, template)


def _tidy(text: str) -> str:
    """Close the gaps that absent facts leave."""
    text = _SPACE_BEFORE_STOP.sub(r"\1", _GAPS.sub(" ", text))
    text = _SPACE_IN_CHINESE.sub("", text)
    return _SPACE_AT_EDGE.sub("", text).strip("\n")
