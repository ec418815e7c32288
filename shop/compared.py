"""Which products a shopper wants held against each other."""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from db.tables.catalog import Product
from shop.criteria import load_words
from shop.reading import Reading
from shop.reference import find_meant, places

_SAME_WORD = 86
_NUMBER = re.compile(r"(?<![\w.$€£¥-])([1-9])(?![\w.%]|\.\d)")
_WORD = re.compile(r"\w{3,}")
_ATTRIBUTES = ("color", "material", "brand", "size")


def find_compared(
    reading: Reading,
    shown: Sequence[Product],
    *,
    focus: Product | None = None,
    before: Product | None = None,
    compared: Sequence[Product] = (),
) -> list[Product]:
    """The products to compare, in the order named; all that are meant, however many.

    Args:
        shown: the list that the shopper has before them, in order.
        focus: the product spoken of last.
        before: the product spoken of before that one.
        compared: the products of the last comparison, which "which is lighter?" goes on about.

    Returns:
        Fewer than two where there is nothing to compare.
    """
    pointed = _unique([*_pointed(reading, shown), *_spoken_of(reading, shown, focus, before)])
    if len(pointed) > 1:
        return pointed
    if count := _whole(reading):
        return list(shown[:count])
    still = [product for product in compared if product.id in {other.id for other in shown}]
    if len(still) > 1 and all(product in still for product in pointed):
        return still
    # "Is the second any good next to the others?": the list, beginning with the one spoken of.
    first = pointed or ([focus] if focus is not None else [])
    return _unique([*first, *shown])[: 2 if first else None]


def _pointed(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    ids = [str(mention.value) for mention in reading.named("product_id")]
    if by_id := [product for wanted in ids for product in shown if product.id == wanted]:
        return by_id
    at = _run(reading, len(shown)) or places(reading, shown) or _numbers(reading, len(shown))
    if at or reading.ordinals():
        turned = (n if n > 0 else len(shown) + 1 + n for n in at or reading.ordinals())
        return [shown[n - 1] for n in turned if 1 <= n <= len(shown)]
    return _named(reading, shown)


def _run(reading: Reading, length: int) -> list[int]:
    """ "The first three", "the last two"."""
    words = load_words()
    counts = {**words["counts"], **{str(n): n for n in range(2, 10)}}
    ends = "|".join([*words["leading"], *words["trailing"]])
    found = re.search(rf"\b({ends})\s+({'|'.join(counts)})\b", reading.spoken.lower())
    if found is None:
        return []
    count = min(counts[found[2]], length)
    if found[1] in words["leading"]:
        return list(range(1, count + 1))
    return list(range(length - count + 1, length + 1))


def _numbers(reading: Reading, length: int) -> list[int]:
    """ "1, 2 and 3": single figures beside a place that was understood are places too."""
    if not reading.ordinals():
        return []
    figures = [int(figure) for figure in _NUMBER.findall(reading.spoken)]
    figures = [figure for figure in figures if figure <= length]
    return figures if len(figures) > len(reading.ordinals()) else []


def _whole(reading: Reading) -> int | None:
    """How many of the list are meant by "all three" and "all of them"; None for neither."""
    words = load_words()
    counts: dict[str, int] = {**words["counts"], **{str(n): n for n in range(2, 10)}}
    # "Any different at all" is not about all of them.
    whole = rf"(?<!at )(?:{'|'.join(words['whole'])})"
    text = reading.spoken.lower()
    if found := re.search(rf"\b{whole}(?: of)?(?: the| these| those)? (\w+)\b", text):
        return counts.get(found[1], 99)
    return 99 if "all_of_them" in reading.signals or re.search(rf"\b{whole}\b", text) else None


def _named(reading: Reading, shown: Sequence[Product]) -> list[Product]:
    """Those that the message calls by a word of their title, colour, maker or material alone."""
    purposes = {m.word for field in ("occasion", "recipient") for m in reading.named(field)}
    own = {product.id: _words_of(product) for product in shown}
    found = []
    for said in reading.phrases.content_words(reading.spoken):
        hits = [
            product
            for product in shown
            if any(fuzz.ratio(said, word) >= _SAME_WORD for word in own[product.id])
        ]
        # A word that several share points at none of them.
        if len(hits) == 1 and said not in purposes:
            found.append(hits[0])
    return _unique(found)


def _words_of(product: Product) -> set[str]:
    told = " ".join(str(getattr(product, field) or "") for field in _ATTRIBUTES)
    return set(_WORD.findall(f"{product.title} {told}".lower()))


def _spoken_of(
    reading: Reading, shown: Sequence[Product], focus: Product | None, before: Product | None
) -> list[Product]:
    """ "It" and "the one before", where the message says so."""
    found = []
    text = reading.spoken.lower()
    former = "one_before" in reading.signals
    this = "|".join(re.escape(words) for words in load_words()["spoken_of"])
    if focus is not None and (former or re.search(rf"\b(?:{this})\b", text)):
        found.append(focus)
    if former:
        found += find_meant(reading, shown, focus=focus, before=before)
    return found


def _unique(products: Sequence[Product]) -> list[Product]:
    return list({product.id: product for product in products}.values())
