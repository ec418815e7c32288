"""Shoppers who ask for a person in words, understood without a model."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files

import yaml

_FOLDER = "lexicon/person"


@dataclass(frozen=True, slots=True)
class _Language:
    asks: Sequence[re.Pattern[str]]
    refuses: Sequence[re.Pattern[str]]


def asks_for_person(text: str) -> bool:
    """Whether somebody wants to talk to one of the shop's people.

    For where no model has read the text: its server is down, or it is in a script that the model
    never learnt. Whoever says that they want none, or asks whether they talk to one, is not meant.
    """
    return any(
        _found(language.asks, text) and not _found(language.refuses, text)
        for language in _load_languages()
    )


def _found(patterns: Sequence[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


@functools.cache
def _load_languages() -> Sequence[_Language]:
    folder = files("shop").joinpath(_FOLDER)
    lexicons = [yaml.safe_load(file.read_text(encoding="utf-8")) for file in folder.iterdir()]
    return [
        _Language(*(_compile(lexicon[name]) for name in ("asks", "refuses")))
        for lexicon in lexicons
    ]


def _compile(patterns: Sequence[str]) -> Sequence[re.Pattern[str]]:
    return [re.compile(pattern, re.IGNORECASE) for pattern in patterns]
