"""Products that a text names in full."""

import re

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product

# A title of one short word ("Rug") may stand in any sentence.
_LEAST = 8


def find_by_title(session: Session, text: str) -> Product | None:
    """The product for sale whose whole title stands in the text, the longest where several do."""
    said = text.lower()
    if len(said) < _LEAST:
        return None
    named = literal(said).contains(func.lower(Product.title))
    goods = session.scalars(select(Product).where(Product.active, named)).all()
    # In LIKE a title's own % and _ stand for anything; and "lamp" does not stand in "lampshade".
    titled = [
        product
        for product in goods
        if len(product.title) >= _LEAST
        and re.search(rf"(?<!\w){re.escape(product.title.lower())}(?!\w)", said)
    ]
    return max(titled, key=lambda product: len(product.title), default=None)
