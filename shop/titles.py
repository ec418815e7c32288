"""Products that a text names in full."""

import re

from sqlalchemy import ColumnElement, func, literal_column, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product

# A title of one short word ("Rug") may stand in any sentence.
_LEAST = 8
# No longer title is looked for; the index holds no more of one.
_LONGEST = 200
_AT_ONCE = 500
_EDGE = re.compile(r"\b|(?<=\S)(?=\s|$)|(?<!\S)(?=\S)")


def find_by_title(session: Session, text: str) -> Product | None:
    """The product for sale whose whole title stands in the text, the longest where several do."""
    # Spelt out: to a bound parameter no index answers.
    first: ColumnElement[int] = literal_column("1")
    longest: ColumnElement[int] = literal_column(str(_LONGEST))
    title = func.lower(func.substr(Product.title, first, longest))
    spans = _spans(text.lower())
    for start in range(0, len(spans), _AT_ONCE):
        some = spans[start : start + _AT_ONCE]
        goods = session.scalars(select(Product).where(title.in_(some), Product.active)).all()
        named = [product for product in goods if len(product.title) <= _LONGEST]
        if named:
            return max(named, key=lambda product: len(product.title))
    return None


def _spans(said: str) -> list[str]:
    """Every run of whole words that could be a title, the longest first."""
    edges = [match.start() for match in _EDGE.finditer(said)]
    spans = {
        said[start:end]
        for number, start in enumerate(edges)
        for end in edges[number + 1 :]
        if _LEAST <= end - start <= _LONGEST
    }
    return sorted(spans, key=len, reverse=True)
