"""What the shop knows about a product, and which of it answers a question."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from db.tables.catalog import Product
from shop.money import format_money
from shop.questions import Question, names_for, read_question
from shop.reading import Reading
from shop.stems import stem, stems

_SENTENCE = re.compile(r"(?<=[.!?])\s+")
_FIELDS = ("price", "availability", "size", "color", "material", "rating", "brand")
_LOW_STOCK = 5

# Each as the stems of its words.
Names = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is known: a field, an attribute by its name, or a sentence.

    Attributes:
        code: which field; `attribute` and `sentence` for what the shop wrote itself.
        values: what the words of that code name.
    """

    code: str
    values: dict[str, Any]


def find_facts(
    product: Product, reading: Reading, *, question: Question | None = None
) -> list[Fact] | None:
    """The facts that answer a question about a product.

    Args:
        question: what the reading asks, where that is known already.

    Returns:
        None when the question is about the product as a whole; empty when it asks for something
        that the shop does not know.
    """
    asked = question or read_question(
        reading.text, phrases=reading.phrases, naming=naming_words(product, reading)
    )
    fields = [field for field in _FIELDS if field in asked.fields]
    if not fields and not asked.words and not asked.aspects:
        return None
    names = names_for(asked)
    facts = [fact for field in fields if (fact := _field(product, field))]
    facts += _attributes(product, names | _each(asked.covered))
    # What was asked by field may still stand in the description ("is it 20 inches wide?").
    if not facts:
        facts += _sentences(product, names | _each(fields))
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
            rating = rating_facts(product)
            return Fact("rating", rating) if rating else None
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


def rating_facts(product: Product) -> dict[str, Any] | None:
    """Stars, as they are shown, and how many gave them; None without ratings."""
    if product.rating is None:
        return None
    return {"rating": f"{product.rating:.1f}", "count": product.rating_count}


def stock_state(product: Product) -> str:
    """`in_stock`, `low` (few left), or as the shop tells it."""
    if product.availability == "in_stock" and product.stock is not None:
        if product.stock <= 0:
            return "out_of_stock"
        if product.stock <= _LOW_STOCK:
            return "low"
    return product.availability


def naming_words(product: Product, reading: Reading) -> frozenset[str]:
    """Stems that only say which product is meant; they carry no question."""
    named = f"{product.title} {product.category} {product.product_type or ''}"
    pointing = (stem(m.word) for f in ("ordinal", "category") for m in reading.named(f))
    return stems(named) | frozenset(pointing)


def _attributes(product: Product, names: Names) -> list[Fact]:
    facts = []
    for name, value in product.attributes.items():
        values = [str(v) for v in (value if isinstance(value, list) else [value])]
        # Asked for by name all of it; else what the question names.
        if not _calls(name, names):
            values = [value for value in values if _calls(value, names)]
        if values:
            facts.append(Fact("attribute", {"name": name.replace("_", " "), "value": values}))
    return facts


def _sentences(product: Product, names: Names) -> list[Fact]:
    return [
        Fact("sentence", {"sentence": sentence})
        for sentence in _SENTENCE.split(product.description)
        if _calls(sentence, names)
    ][:2]


def _calls(text: str, names: Names) -> bool:
    """Whether the text has all words of one of the names."""
    words = stems(text)
    return any(name <= words for name in names if name)


def _each(words: Iterable[str]) -> frozenset[frozenset[str]]:
    return frozenset(frozenset({word}) for word in words)
