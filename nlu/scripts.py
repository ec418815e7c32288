"""Which scripts a text is written in: an encoder reads only those that it learnt from."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

# Names and loan words of another script do not make a language.
_COMMON = 0.02


def count_scripts(text: str) -> Counter[str]:
    """How many letters of each script, by the first word of their Unicode names (LATIN, CJK)."""
    letters = (char for char in text if char.isalpha())
    return Counter(unicodedata.name(char, "UNKNOWN").split()[0] for char in letters)


def common_scripts(texts: Iterable[str]) -> tuple[str, ...]:
    """The scripts that a collection of texts is written in, by name."""
    counts = sum((count_scripts(text) for text in texts), Counter[str]())
    least = _COMMON * counts.total()
    return tuple(sorted(script for script, count in counts.items() if count >= least))


def is_readable(text: str, scripts: Iterable[str]) -> bool:
    """Whether at least half of the letters are of these scripts; true of a text without any."""
    counts = count_scripts(text)
    return 2 * sum(counts[script] for script in set(scripts)) >= counts.total()
