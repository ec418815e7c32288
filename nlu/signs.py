"""Emoji spelt out: the encoder knows words, and most emoji are unknown to it."""

import unicodedata
from functools import lru_cache

# In a name like HEAVY BLACK HEART these tell how it is drawn, not what it is.
_DRAWING = frozenset({"black", "white", "heavy", "sign", "symbol", "with", "and"})
# Latin signs such as © or ° are no pictures.
_FIRST_PICTURE = 0x2190


def spell_out(text: str) -> tuple[str, list[int]]:
    """The text with every picture as its name between spaces.

    Returns:
        The new text, and for each of its characters the place in the old text it stands for.
    """
    if text.isascii():
        return text, list(range(len(text)))
    parts: list[str] = []
    places: list[int] = []
    for place, char in enumerate(text):
        name = _name(char) if ord(char) >= _FIRST_PICTURE else ""
        part = f" {name} " if name else char
        parts.append(part)
        places += [place] * len(part)
    return "".join(parts), places


@lru_cache(maxsize=1024)
def _name(char: str) -> str:
    """`thumbs up` for a thumb; nothing for what is no picture."""
    if unicodedata.category(char) != "So":
        return ""
    words = unicodedata.name(char, "").lower().replace("-", " ").split()
    return " ".join(word for word in words if word not in _DRAWING)
