"""What the shop knows about a product, and which of it answers a question."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from db.tables.catalog import Product
from shop.money import format_money
from shop.reading import Reading

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_FIELDS = ("price", "availability", "size", "color", "material", "rating", "brand")
_LOW_STOCK = 5


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: a field, an attribute by its name, or a sentence.

    Attributes:
        code: which field; `attribute` and `sentence` for what the shop wrote itself.
        values: what the words of that code name.
    """

    code: str
    values: dict[str, Any]


def find_facts(product: Product, reading: Reading) -> list[Fact] | None:
    """The facts that answer a question about a product.

    Returns:
        None when the question is about the product as a whole; empty when it asks for something
        that the shop does not know.
    """
    asked = [f for f in _FIELDS if f in reading.phrases.asked_facts(reading.text)]
    facts = [fact for field in asked if (fact := _field(product, field))]
    words = _question_words(product, reading)
    if not asked and not words:
        return None
    facts += _attributes(product, words)
    # What was asked by field may still stand in the description ("is it 20 inches wide?").
    if not facts:
        facts += _sentences(product, words | set(asked))
    return facts


def summary(product: Product, *, sentences: int = 2) -> str:
    """The first sentences of the description."""
    return " ".join(_SENTENCE.split(product.description.strip())[:sentences])


def _field(product: Product, field: str) -> Fact | None:
    match field:
        case "price":
            return Fact("price", price_facts(product))
        case "availability":
            return Fact("availability", {"state": stock_state(product), "count": product.stock})
        case "rating":
            if product.rating is None:
                return None
            return Fact(
                "rating", {"rating": f"{product.rating:.1f}", "count": product.rating_count}
            )
    value = getattr(product, field)
    return Fact(field, {"value": value}) if value else None


def price_facts(product: Product) -> dict[str, Any]:
    """The price, and what it was before where it is on sale."""
    was = product.list_price
    return {
        "price": format_money(product.price, product.currency),
        "on_sale": was is not None,
        "was": format_money(was, product.currency) if was is not None else None,
    }


def stock_state(product: Product) -> str:
    """`in_stock`, `low` (few left), or as the shop tells it."""
    if product.availability == "in_stock" and product.stock is not None:
        if product.stock <= 0:
            return "out_of_stock"
        if product.stock <= _LOW_STOCK:
            return "low"
    return product.availability


def _question_words(product: Product, reading: Reading) -> set[str]:
    """The words that carry the question; the product's own name carries none."""
    title = {_stem(word) for word in _words(product.title)}
    kind = {_stem(word) for word in _words(f"{product.category} {product.product_type or ''}")}
    words = {_stem(word) for word in reading.phrases.content_words(reading.text)}
    pointing = {_stem(m.word) for f in ("ordinal", "category") for m in reading.named(f)}
    return words - title - kind - pointing


def _attributes(product: Product, words: set[str]) -> list[Fact]:
    facts = []
    for name, value in product.attributes.items():
        values = [str(v) for v in (value if isinstance(value, list) else [value])]
        if words & {_stem(word) for word in _words(" ".join([name, *values]))}:
            shown = {"name": name.replace("_", " "), "value": values}
            facts.append(Fact("attribute", shown))
    return facts


def _sentences(product: Product, words: set[str]) -> list[Fact]:
    return [
        Fact("sentence", {"sentence": sentence})
        for sentence in _SENTENCE.split(product.description)
        if words & {_stem(word) for word in _words(sentence)}
    ][:2]


def _words(text: str) -> Iterable[str]:
    return _WORD.findall(text.lower())


def _stem(word: str) -> str:
    """Rough, for comparing alone: washable and wash, pockets and pocket."""
    lower = word.lower()
    for ending in ("able", "ing", "ed", "es", "s"):
        if lower.endswith(ending) and len(lower) - len(ending) >= 3:
            return lower.removesuffix(ending)
    return lower
