"""The shop's own brands in a message, which are names and need no guessing."""

import re
from collections.abc import Iterator

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from nlu.wire import Entity
from shop.reading import Reading

_WORD = re.compile(r"[^\W_]+(?:[.'’-][^\W_]+)*|&")
_MOST_WORDS = 4


def name_brands(session: Session, reading: Reading) -> Reading:
    """The message with every brand that the shop has read as one, whole.

    A model that has never seen "Lomond & Wray" may find three brands in it, or none, and "not
    Lomond & Wray" is a wish that must hold.
    """
    spans = dict(_spans(reading))
    if not spans:
        return reading
    names = {name.lower() for name in spans.values()}
    rows = session.scalars(
        select(Product.brand).where(func.lower(Product.brand).in_(names)).distinct()
    )
    brands = {brand.lower(): brand for brand in rows if brand}
    found = [
        (start, end, brands[name.lower()])
        for (start, end), name in spans.items()
        if name.lower() in brands
    ]
    for start, end, brand in sorted(found, key=lambda span: span[0] - span[1]):
        reading = _with_brand(reading, start, end, brand)
    return reading


def _spans(reading: Reading) -> Iterator[tuple[tuple[int, int], str]]:
    """Stretches of the text that may be a brand: nothing else stands there."""
    if not reading.spoken:
        return
    words = list(_WORD.finditer(reading.spoken))
    for n, first in enumerate(words):
        for last in words[n : n + _MOST_WORDS]:
            start, end = first.start(), last.end()
            name = reading.spoken[start:end]
            plain = first is last and name.lower() in reading.phrases.carriers
            if not plain and all(e.entity == "brand" for e in _within(reading, start, end)):
                yield (start, end), name


def _within(reading: Reading, start: int, end: int) -> list[Entity]:
    return [e for e in reading.parse.entities if e.start < end and start < e.end]


def _with_brand(reading: Reading, start: int, end: int, brand: str) -> Reading:
    """The message with this brand here. Longer names come first, and parts of them no more."""
    here = _within(reading, start, end)
    if any(
        e.value == brand or (e.start <= start and end <= e.end and e.end - e.start > end - start)
        for e in here
    ):
        return reading
    refused = any(e.role == "exclude" for e in here) or reading.phrases.refuses(
        reading.spoken[:start]
    )
    entity = Entity(
        entity="brand",
        value=brand,
        start=start,
        end=end,
        role="exclude" if refused else "include",
    )
    kept = [e for e in reading.parse.entities if e not in here]
    parse = reading.parse.model_copy(update={"entities": [*kept, entity]})
    return Reading(parse, phrases=reading.phrases)
