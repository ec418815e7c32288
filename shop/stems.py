"""Words by their stems. Rough, for comparing alone: washable and wash, pockets and pocket."""

import functools
import re

_WORD = re.compile(r"[^\W\d_]{3,}")
_ENDINGS = ("able", "ing", "ed", "es", "s")


def stems(text: str) -> frozenset[str]:
    """The stems of all words of three letters and more."""
    return frozenset(stem(word) for word in _WORD.findall(text.lower()))


@functools.lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A word without its ending; at least three letters stay."""
    lower = word.lower()
    for ending in _ENDINGS:
        if lower.endswith(ending) and len(lower) - len(ending) >= 3:
            return lower.removesuffix(ending)
    return lower
