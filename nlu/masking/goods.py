"""Names that are a brand's, not a person's: those of the shop's own catalogue."""

import re
import unicodedata
from collections.abc import Iterable

Stretch = tuple[int, int]

_WORD = re.compile(r"\w+(?:['’]\w+)?")
_LONGEST = 5


class Brands:
    """Finds a shop's brands in a text, however they are capitalised."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names = frozenset(key for name in names if (key := _key(_WORD.findall(name))))

    def find(self, text: str) -> list[Stretch]:
        """Where a brand stands."""
        words = list(_WORD.finditer(text)) if self._names else []
        return [
            (words[first].start(), words[last - 1].end())
            for first in range(len(words))
            for last in range(first + 1, min(first + _LONGEST, len(words)) + 1)
            if _key([word[0] for word in words[first:last]]) in self._names
        ]


def fold(word: str) -> str:
    """In small letters without accents, as people type."""
    parts = unicodedata.normalize("NFKD", word.lower())
    return "".join(char for char in parts if not unicodedata.combining(char))


def _key(words: list[str]) -> str:
    return " ".join(fold(word).replace("’", "'").removesuffix("'s") for word in words)
