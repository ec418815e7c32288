"""One product as the recommender holds it in memory."""

import hashlib
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from db.tables.catalog import Product
from recommender.lexicon import Lexicon

# How much a word in each part of the text counts; the title says best what a thing is.
TITLE, KIND, CATEGORY, BRAND, TRAIT, BODY = 3.0, 3.0, 2.0, 2.0, 1.5, 1.0
# The encoder reads no further than this many characters of a description.
_READ = 280


@dataclass(frozen=True, slots=True)
class Good:
    """A product with its text prepared: every `*_key` is in the lexicon's common form."""

    id: str
    title: str
    brand: str | None
    category: str
    product_type: str | None
    price: float
    list_price: float
    currency: str
    rating: float
    rating_count: int
    available: bool
    active: bool
    item_group_id: str | None
    image_url: str | None
    created_at: datetime
    updated_at: datetime
    category_key: str
    type_key: str
    brand_key: str
    color_key: str
    size_key: str
    material_key: str
    attribute_keys: Mapping[str, str]
    title_key: str
    # Everything that the shop says of the product, the title included.
    text_key: str
    # How much each word counts, and their sum.
    terms: Mapping[str, float]
    length: float
    # What the encoder reads, and its fingerprint.
    text: str
    text_hash: str


def read_good(product: Product, lexicon: Lexicon) -> Good:
    """Prepare a product for matching. Absent and non-finite prices become NaN."""
    attributes = {
        lexicon.key(name): _attribute_text(name, value, lexicon)
        for name, value in (product.attributes or {}).items()
    }
    attribute_keys = {name: lexicon.key(text) for name, text in attributes.items() if text}
    title, body = lexicon.key(product.title), lexicon.key(product.description or "")
    kind, category = lexicon.key(product.product_type or ""), lexicon.key(product.category or "")
    brand = lexicon.key(product.brand or "")
    traits = [lexicon.key(t or "") for t in (product.color, product.size, product.material)]
    terms: Counter[str] = Counter()
    for weight, key in (
        (TITLE, title),
        (KIND, kind),
        (CATEGORY, category),
        (BRAND, brand),
        *((TRAIT, trait) for trait in (*traits, *attribute_keys.values())),
        (BODY, body),
    ):
        for word in key.split():
            if word not in lexicon.stop:
                terms[word] += weight  # type: ignore[assignment]  # a Counter may hold floats
    text = _text_to_encode(product, attributes)
    return Good(
        id=product.id,
        title=product.title,
        brand=product.brand,
        category=product.category or "",
        product_type=product.product_type,
        price=_amount(product.price),
        list_price=_amount(product.list_price),
        currency=product.currency,
        rating=_amount(product.rating),
        rating_count=product.rating_count or 0,
        available=product.availability == "in_stock"
        and (product.stock is None or product.stock > 0),
        active=product.active,
        item_group_id=product.item_group_id,
        image_url=product.image_url,
        created_at=product.created_at,
        updated_at=product.updated_at,
        category_key=category,
        type_key=kind,
        brand_key=brand,
        color_key=traits[0],
        size_key=traits[1],
        material_key=traits[2],
        attribute_keys=attribute_keys,
        title_key=title,
        text_key=" | ".join(filter(None, (title, *traits, *attribute_keys.values(), body))),
        terms=dict(terms),
        length=sum(terms.values()),
        text=text,
        text_hash=hashlib.sha256(text.encode()).hexdigest(),
    )


def _amount(value: Any) -> float:
    number = math.nan if value is None else float(value)
    return number if math.isfinite(number) else math.nan


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, list | tuple):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool | dict):
        yield str(value)


def _attribute_text(name: str, value: Any, lexicon: Lexicon) -> str:
    """The attribute's values as one text; the shop's marks for an audience become words."""
    texts = list(_texts(value))
    if "gender" in name.lower():
        texts = [lexicon.audience.get(text.lower(), text) for text in texts]
    # Addresses and file names describe nothing.
    return ", ".join(text for text in texts if "/" not in text and ".jpg" not in text)


def _text_to_encode(product: Product, attributes: Mapping[str, str]) -> str:
    parts = (
        product.title,
        product.product_type,
        product.category,
        product.brand,
        product.color,
        product.material,
        ", ".join(filter(None, attributes.values())),
        (product.description or "")[:_READ],
    )
    return ". ".join(part.strip(" .") for part in parts if part)
