"""Which words the bot has never met: neither learnt, nor in the shop's catalogue."""

import json
import re
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

import nlu
from common.settings import Settings
from db.tables.catalog import Product

# As the model's own word list was made: no parts of addresses and codes, no numbers. Two letters
# are too few to be told from a slip.
_WORD = re.compile(r"(?<![\w@#&./'’-])[a-z]{3,}(?![\w@#&/'’-]|\.\w)", re.IGNORECASE)
_SHIPPED = Path(nlu.__path__[0]) / "adapter"
_NAMING = (
    Product.title,
    Product.brand,
    Product.category,
    Product.product_type,
    Product.color,
    Product.material,
)
_AT_ONCE = 2000


def words_of(text: str) -> list[str]:
    """The words of a message in lower case, in their order."""
    return [match[0].lower() for match in _WORD.finditer(text)]


def learnt_words(settings: Settings) -> frozenset[str]:
    """Those that the model in use has learnt; none where its card tells none."""
    for folder in (settings.models / "nlu" / "current", _SHIPPED):
        try:
            card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        # A word and its count by turns.
        return frozenset(str(card.get("words", "")).split()[::2])
    return frozenset()


def is_known(word: str, known: frozenset[str]) -> bool:
    """Whether it is among the known ones, in the singular if need be."""
    return word in known or word.removesuffix("s") in known or word.removesuffix("es") in known


def catalogue_words(session: Session) -> frozenset[str]:
    """Those that goods are called and described by in a word."""
    found: set[str] = set()
    rows = session.execute(select(*_NAMING).where(Product.active)).yield_per(_AT_ONCE)
    for row in rows:
        for value in row:
            if value:
                found.update(words_of(value))
    return frozenset(found)
