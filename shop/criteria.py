"""What a comparison is asked for: "which is lighter?", "which is better for hiking?"."""

import functools
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.resources import files
from typing import Any

import yaml

from db.tables.catalog import Product
from shop.comparison import End, Row, end_of, known_rows
from shop.reading import Reading
from shop.stems import stems

# Entities that may name what the goods are to do, rather than which goods.
_PURPOSES = ("occasion", "recipient", "feature")


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a message asks about the products.

    Attributes:
        words: what the shopper called it.
        row: what the shop knows of it; None where it knows nothing.
        wants: which end of the row the shopper is after, if any.
        fitting: for a purpose, the places of the products that the shop says it of.
    """

    words: str
    row: Row | None = None
    wants: End | None = None
    fitting: tuple[int, ...] | None = None


def read_criteria(reading: Reading, products: Sequence[Product]) -> list[Asked]:
    """What the message asks, in no more than one row each; empty for "which is better?"."""
    text = reading.spoken.lower().replace("’", "'")
    rows = {row.name: row for row in known_rows(products)}
    asked = [_look_up(words, criterion, rows) for words, criterion in _named_criteria(text)]
    # Of several things asked at once, those that can be answered.
    asked = [one for one in asked if one.row is not None] or asked[:1]
    asked = asked or [Asked(name, rows[name]) for name in _named_attributes(text, rows)]
    return asked or list(_purposes(reading, products, rows.values()))


@functools.cache
def load_words() -> Mapping[str, Any]:
    """How shoppers speak of a comparison."""
    source = files("shop") / "lexicon" / "comparison" / "en.yml"
    words: Mapping[str, Any] = yaml.safe_load(source.read_text(encoding="utf-8"))
    return words


def _named_criteria(text: str) -> list[tuple[str, Mapping[str, Any]]]:
    found = [
        (*match.span(), str(words), criterion)
        for criterion in load_words()["criteria"]
        for words in criterion["words"]
        if (match := re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text))
    ]
    # "Better battery" is no better anything else; the longest says it best.
    found.sort(key=lambda hit: hit[0] - hit[1])
    kept: list[tuple[int, int, str, Mapping[str, Any]]] = []
    for hit in found:
        apart = all(hit[1] <= other[0] or other[1] <= hit[0] for other in kept)
        if apart and all(hit[3] is not other[3] for other in kept):
            kept.append(hit)
    return [(words, criterion) for _, _, words, criterion in sorted(kept, key=lambda hit: hit[0])]


def _look_up(words: str, criterion: Mapping[str, Any], rows: Mapping[str, Row]) -> Asked:
    known = [rows[name] for name in criterion["rows"] if name in rows]
    wants: End | None = criterion.get("wants")
    # Better one that is known of all of them and can be ranked than the first of the list.
    ranked = [row for row in known if wants and end_of(row, wants) is not None]
    row = next(iter([*ranked, *sorted(known, key=lambda row: -row.known)]), None)
    if row is not None and wants and row.best is None:
        row = replace(row, best=end_of(row, wants))
    return Asked(words, row, wants)


def _named_attributes(text: str, rows: Mapping[str, Row]) -> list[str]:
    said = stems(text)
    own = (row for row in rows.values() if row.code == "attribute")
    return [row.name for row in own if stems(row.name) and stems(row.name) <= said][:2]


def _purposes(
    reading: Reading, products: Sequence[Product], rows: Iterable[Row]
) -> Iterable[Asked]:
    counts = load_words()["counts"]
    for field in _PURPOSES:
        for mention in reading.named(field):
            if mention.word in counts:
                continue
            names = [name for name in (stems(mention.word), stems(str(mention.value))) if name]
            fitting = tuple(
                place
                for place, product in enumerate(products)
                if any(name <= _said_of(product, place, rows) for name in names)
            )
            yield Asked(mention.word, fitting=fitting)


def _said_of(product: Product, place: int, rows: Iterable[Row]) -> frozenset[str]:
    values = [row.values[place] for row in rows if row.code == "attribute"]
    texts = [text for value in values if value for text in value["value"]]
    return stems(" ".join([product.title, product.description, *texts]))
