"""Word lists by entity: for swapping values in training and for colour families."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml

from nlu.dataset import DATA
from nlu.errors import DatasetError
from nlu.phrases import fold


@dataclass(frozen=True)
class Lexicon:
    """What can stand for each entity.

    Attributes:
        values: entity to words a shopper may use for it.
        color_families: colour word to its family, "burgundy" to "red".
        before, after: words around a request that mean nothing.
        unpadded: intents that such words could change.
        spelling: further words that are no slips.
    """

    values: Mapping[str, tuple[str, ...]]
    color_families: Mapping[str, str]
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    unpadded: frozenset[str] = frozenset()
    spelling: tuple[str, ...] = ()

    @cached_property
    def entity_of(self) -> Mapping[str, str]:
        """The entity of each folded phrase that stands in one list only."""
        lists: dict[str, set[str]] = {}
        for entity, phrases in self.values.items():
            for phrase in phrases:
                lists.setdefault(fold(phrase), set()).add(entity)
        return {phrase: min(found) for phrase, found in lists.items() if len(found) == 1}

    @cached_property
    def listed(self) -> frozenset[str]:
        """Every phrase of any entity, folded."""
        return frozenset(fold(phrase) for phrases in self.values.values() for phrase in phrases)

    @cached_property
    def by_first_letter(self) -> Mapping[tuple[str, str], tuple[str, ...]]:
        """Entity and letter, a small one, to the phrases that begin so."""
        found: dict[tuple[str, str], list[str]] = {}
        for entity, phrases in self.values.items():
            for phrase in phrases:
                found.setdefault((entity, phrase[0].lower()), []).append(phrase)
        return {place: tuple(phrases) for place, phrases in found.items()}

    @property
    def phrases(self) -> list[str]:
        """Every value, filler and further word."""
        values = [phrase for phrases in self.values.values() for phrase in phrases]
        return [*values, *self.before, *self.after, *self.spelling]


def read_lexicon(file: Path = DATA / "lexicon.yml") -> Lexicon:
    """Read the word lists.

    Raises:
        DatasetError: the file is missing or no lists of words.
    """
    try:
        lists = yaml.safe_load(file.read_text(encoding="utf-8"))
        families = {
            str(w).lower(): str(f) for f, words in lists.pop("color").items() for w in words
        }
        filler, spelling = lists.pop("filler"), lists.pop("spelling")
        values = {entity: tuple(str(word) for word in words) for entity, words in lists.items()}
    except (OSError, yaml.YAMLError, AttributeError, KeyError, TypeError) as error:
        raise DatasetError(f"{file} must hold lists of words, colours by family.") from error
    return Lexicon(
        values={**values, "color": tuple(families)},
        color_families=families,
        before=tuple(filler["before"]),
        after=tuple(filler["after"]),
        unpadded=frozenset(filler["not_with"]),
        spelling=tuple(str(word) for word in spelling),
    )
