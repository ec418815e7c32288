"""Which product a shopper means: "the second one", "the blue one", a title, "it"."""

import functools
import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from db.tables.catalog import Product
from shop.reading import Reading

# Typing errors apart.
_SAME_WORD = 86
_WORDS = re.compile(r"\w{3,}")
_MONEY = re.compile(r"[$€£¥]|\b(?:dollars?|bucks|euros?|pounds?|quid|usd|eur|gbp)\b", re.IGNORECASE)
# Signals that point at one end of a list.
EXTREMES = ("cheapest", "dearest", "best_rated")
_ATTRIBUTES = ("color", "material", "brand", "size")


def find_meant(
    reading: Reading,
    shown: Sequence[Product],
    *,
    focus: Product | None = None,
    before: Product | None = None,
) -> list[Product]:
    """The products that a message points at, in the order it names them.

    Args:
        shown: the list that the shopper has before them, in order.
        focus: the product spoken of last, or on the page they have open.
        before: the product spoken of before that one.

    Returns:
        Empty when the message points at none and nothing stands out.
    """
    if by_id := [p for p in _pool(shown, focus) if p.id in _ids(reading)]:
        return by_id
    if "one_before" in reading.signals and (former := before or _left_of(focus, shown)):
        return [former]
    if reading.ordinals():
        # A place beyond the list points at none, and not at whatever was spoken of last.
        return _by_place(reading, shown)
    # While one product is being talked about, a single word is more likely about that one.
    by_title = functools.partial(_by_title, enough=1 if focus is None else 2)
    for find in (_by_rank, by_title, _by_attribute):
        if meant := find(reading, shown):
            return meant
    if "all_of_them" in reading.signals and len(shown) > 1:
        return list(shown)
    if focus is not None:
        return [focus]
    return list(shown) if len(shown) == 1 else []


def places(reading: Reading, shown: Sequence[Product]) -> list[int]:
    """Places in the list that read like a range of prices: "1 to 3", "between 2 and 5".

    Returns:
        Counted from 1; empty where they are meant as prices.
    """
    low, high = reading.number("price_min"), reading.number("price_max")
    if low is None or high is None or not (low.is_integer() and high.is_integer()):
        return []
    within = 1 <= low < high <= len(shown)
    # Goods may cost a dollar or two: then it is a price after all.
    dearer = all(float(product.price) > high for product in shown)
    return [int(low), int(high)] if within and dearer and not _MONEY.search(reading.text) else []


def _left_of(focus: Product | None, shown: Sequence[Product]) -> Product | None:
    """The one before the product spoken of, in the order of the list."""
    places = [n for n, product in enumerate(shown) if focus is not None and product.id == focus.id]
    return shown[places[0] - 1] if places and places[0] > 0 else None


def _pool(shown: Sequence[Product], focus: Product | None) -> list[Product]:
    apart = focus is not None and focus.id not in {product.id for product in shown}
    return [*shown, *([focus] if focus is not None and apart else [])]


def _ids(reading: Reading) -> set[str]:
    return {str(mention.value) for mention in reading.named("product_id")}


def find_titled(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    """The one of those shown that the message calls by its title."""
    return _by_title(reading, shown, enough=1)


def _by_place(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    places = (n - 1 if n > 0 else len(shown) + n for n in reading.ordinals())
    return [shown[place] for place in dict.fromkeys(places) if 0 <= place < len(shown)]


def _by_rank(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    if not shown:
        return []
    if "cheapest" in reading.signals:
        return [min(shown, key=lambda product: product.price)]
    if "dearest" in reading.signals:
        return [max(shown, key=lambda product: product.price)]
    if "best_rated" in reading.signals:
        return [max(shown, key=lambda product: (product.rating or 0.0, product.rating_count))]
    return []


def _by_title(reading: Reading, shown: Sequence[Product], *, enough: int) -> list[Product]:
    """The one whose title shares most words with the message, if it is one alone.

    Words that stand in every title ("necklace") tell none apart.
    """
    words = reading.phrases.content_words(reading.text)
    hits = {product.id: {w for w in words if _in_title(w, product)} for product in shown}
    if len(shown) > 1:
        everywhere = set.intersection(*hits.values())
        hits = {product_id: found - everywhere for product_id, found in hits.items()}
    best = max((len(found) for found in hits.values()), default=0)
    fitting = [product for product in shown if len(hits[product.id]) == best]
    return fitting if best >= enough and len(fitting) == 1 else []


def _in_title(word: str, product: Product) -> bool:
    return any(
        fuzz.ratio(word, other) >= _SAME_WORD for other in _WORDS.findall(product.title.lower())
    )


def _by_attribute(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    """The only one of those shown that is blue, of leather, from this maker."""
    for field in _ATTRIBUTES:
        for mention in reading.named(field):
            fitting = [p for p in shown if _has(p, field, str(mention.value), mention.word)]
            if len(fitting) == 1:
                return fitting
    return []


def _has(product: Product, field: str, *values: str) -> bool:
    text = f"{getattr(product, field) or ''} {product.title}"
    return any(re.search(rf"\b{re.escape(v)}\b", text, re.IGNORECASE) for v in values if v)
