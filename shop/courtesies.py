"""The matter of what was said, without how one greets and who one is."""

import functools
import re
from collections.abc import Mapping, Sequence
from importlib.resources import files

import yaml


def without_courtesies(text: str, *, name: str | None = None) -> str:
    """What is left without a greeting, the speaker's own name and offers of help before it.

    Args:
        name: who says it.

    Returns:
        The rest, with a capital letter; empty where that was all.
    """
    rest = text.strip()
    spoken = re.escape(name) if name else r"[^\s.,!?]+"
    while rest:
        found = next(filter(None, (one.match(rest) for one in _patterns(spoken))), None)
        if found is None or not found[0]:
            break
        rest = rest[found.end() :].lstrip()
    return rest[:1].upper() + rest[1:] if rest != text.strip() else rest


@functools.lru_cache(maxsize=200)
def _patterns(name: str) -> Sequence[re.Pattern[str]]:
    return [
        re.compile(pattern.replace("{name}", name), re.IGNORECASE)
        for patterns in _load().values()
        for pattern in patterns
    ]


@functools.cache
def _load() -> Mapping[str, Sequence[str]]:
    text = files("shop").joinpath("lexicon/courtesies.yml").read_text(encoding="utf-8")
    loaded: Mapping[str, Sequence[str]] = yaml.safe_load(text)
    return loaded
