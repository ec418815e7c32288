"""Products held against each other: a table of what the shop knows of them, never invented."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from db.tables.catalog import Product
from shop.facts import price_facts, rating_facts, stock_state
from shop.measures import read_measure

# As many columns as a phone shows.
MOST_PRODUCTS = 3
_MOST_ROWS = 10
_FIELDS = ("brand", "material", "size", "color")
# Whom goods are for tells less apart than what they are.
_LAST = ("occasion", "recipient", "gender", "care")
_LONGEST_VALUE = 120
_CAN_BE_HAD = frozenset({"in_stock", "low"})

End = Literal["most", "least"]
Value = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that is known of some of the products.

    Attributes:
        code: a field of the product, or `attribute` for what the shop named itself.
        name: the attribute's own name, or the field again.
        values: for each product what the words of this code name; None where it is not known.
        best: the place of the one product that is ahead, where that can be told.
    """

    code: str
    name: str
    values: tuple[Value | None, ...]
    best: int | None = None

    @property
    def differs(self) -> bool:
        """Whether two products are known to differ here."""
        return len({json.dumps(value, sort_keys=True) for value in self.values if value}) > 1

    @property
    def known(self) -> int:
        """Of how many products it is known."""
        return sum(value is not None for value in self.values)


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two or three products and what can be said of each."""

    product_ids: tuple[str, ...]
    rows: tuple[Row, ...]


def compare(products: Sequence[Product], *, asked: Sequence[Row] = ()) -> Comparison:
    """The table of these products.

    Args:
        products: two or three.
        asked: rows that were asked for, which come first.
    """
    named = {row.name for row in asked}
    rows = [row for row in known_rows(products) if row.name not in named and _tells(row)]
    # Sorting is stable: what differs comes first, each in its own order.
    rows.sort(key=lambda row: not row.differs)
    return Comparison(
        product_ids=tuple(product.id for product in products),
        rows=(*asked, *rows)[:_MOST_ROWS],
    )


def known_rows(products: Sequence[Product]) -> list[Row]:
    """All that is known of at least one of the products."""
    rows = [_price_row(products), _rating_row(products), _stock_row(products)]
    rows += [
        Row(field, field, tuple(_text(getattr(product, field)) for product in products))
        for field in _FIELDS
    ]
    rows += [
        Row("attribute", name, tuple(_attribute(product, name) for product in products))
        for name in sorted(_attribute_names(products), key=_LAST.__contains__)
    ]
    return [row for row in rows if row.known]


def end_of(row: Row, end: End) -> int | None:
    """The place of the product at this end of a row of amounts; None where it cannot be told."""
    if row.best is not None and row.code in ("price", "rating"):
        return row.best
    measures = [read_measure(_as_text(value)) if value else None for value in row.values]
    known = [measure for measure in measures if measure is not None]
    if len(known) < len(measures) or len({quantity for quantity, _ in known}) > 1:
        return None
    return _only([amount for _, amount in known], end=end)


def _tells(row: Row) -> bool:
    """Whether a row belongs into a table that nobody asked it for."""
    if row.known < 2:
        return False
    # The shop's own attributes are many; what is the same in all of them helps nobody choose.
    return row.differs or row.code != "attribute"


def _price_row(products: Sequence[Product]) -> Row:
    best = None
    if len({product.currency for product in products}) == 1:
        best = _only([float(product.price) for product in products], end="least")
    return Row("price", "price", tuple(price_facts(product) for product in products), best)


def _rating_row(products: Sequence[Product]) -> Row:
    values = tuple(rating_facts(product) for product in products)
    # As they are shown: nobody is ahead by a hundredth of a star.
    best = None
    if sum(value is not None for value in values) > 1:
        best = _only([float(value["rating"]) if value else 0.0 for value in values], end="most")
    return Row("rating", "rating", values, best)


def _stock_row(products: Sequence[Product]) -> Row:
    states = [stock_state(product) for product in products]
    values = tuple(
        {"state": state, "count": product.stock if state == "low" else None}
        for state, product in zip(states, products, strict=True)
    )
    best = _only([float(state in _CAN_BE_HAD) for state in states], end="most")
    return Row("availability", "availability", values, best)


def _attribute_names(products: Sequence[Product]) -> Iterator[str]:
    yield from dict.fromkeys(name for product in products for name in product.attributes)


def _attribute(product: Product, name: str) -> Value | None:
    value = product.attributes.get(name)
    texts = [str(part).strip() for part in (value if isinstance(value, list) else [value]) if part]
    shown = ", ".join(texts)
    # Sizes are told already; addresses and whole paragraphs are for no table.
    if not shown or "://" in shown or len(shown) > _LONGEST_VALUE or shown == product.size:
        return None
    return {"value": texts}


def _text(value: str | None) -> Value | None:
    return {"value": [value]} if value else None


def _as_text(value: Value) -> str:
    texts = value.get("value") or []
    return str(texts[0]) if len(texts) == 1 else ""


def _only(amounts: Sequence[float], *, end: End) -> int | None:
    """The place of the one amount at this end; None where several share it."""
    best = (max if end == "most" else min)(amounts)
    places = [place for place, amount in enumerate(amounts) if amount == best]
    return places[0] if len(places) == 1 else None
