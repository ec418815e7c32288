"""One form for a phrase, its plural, its case and its punctuation."""

import re
import unicodedata
from functools import lru_cache

_WORD = re.compile(r"[^\W_]+(?:[.,][0-9]+)?")
_APOSTROPHES = str.maketrans("", "", "'’`´")
_IRREGULAR = {
    "scarves": "scarf", "knives": "knife", "shelves": "shelf", "leaves": "leaf",
    "loaves": "loaf", "halves": "half", "wolves": "wolf", "mice": "mouse", "geese": "goose",
    "feet": "foot", "teeth": "tooth", "men": "man", "women": "woman", "children": "child",
    "mens": "man", "womens": "woman", "axes": "axe", "shoes": "shoe", "toes": "toe",
    "movies": "movie", "cookies": "cookie", "wellies": "welly", "brownies": "brownie",
    "hoodies": "hoodie", "beanies": "beanie", "ties": "tie", "pies": "pie",
}  # fmt: skip
_SAME = frozenset({"glasses", "sunglasses", "jeans", "pants", "shorts", "trousers", "clothes"})
# What follows these in a title says more about the thing, not what it is.
_TITLE_END = re.compile(r"\s+(?:with|for|in|from|by|of|and|-|–)\s+|[,(:|/]", re.IGNORECASE)
_PARTS = re.compile(r"\s*(?:[/>&,|]|\band\b)\s*")


@lru_cache(maxsize=65536)
def fold(phrase: str) -> str:
    """Lower case, no accents, no punctuation, singular words: "Levi's" and "levis" are one."""
    plain = unicodedata.normalize("NFKD", phrase.translate(_APOSTROPHES)).lower()
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    return " ".join(singular(word) for word in _WORD.findall(plain))


def singular(word: str) -> str:
    """`boots` boot, `dresses` dress, `batteries` battery; names that end in s stay as they are."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if word in _SAME or len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def head_of(title: str) -> tuple[str, ...]:
    """The noun that a title calls its thing, folded: its last one and its last two words."""
    words = fold(_TITLE_END.split(title.strip(), maxsplit=1)[0]).split()
    words = [word for word in words if not word[0].isdigit()]
    if not words:
        return ()
    return (words[-1], " ".join(words[-2:])) if len(words) > 1 else (words[-1],)


def parts_of(name: str) -> tuple[str, ...]:
    """The names within a name: `sandwiches/wraps` holds both."""
    parts = tuple(part for part in _PARTS.split(name) if part)
    return parts if len(parts) > 1 else ()
