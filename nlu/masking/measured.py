"""What a number counts or names, when it is nobody's: money, lengths, weights, models."""

import re

# Digits with these before or after them count something else.
_MONEY_BEFORE = re.compile(r"(?:[$€£¥]|\b(?:usd|eur|gbp|under|over|between|below|above))\s*$", re.I)
_MEASURE = re.compile(
    r"^\s*(?:[x×*]\s*\d|(?:mm|cm|m|kg|g|ml|l|gb|tb|w|v|mah|inch|eur|usd|euros)\b)", re.I
)
_CODE_BEFORE = re.compile(r"\b(?:ean|barcode|isbn|upc|gtin|sku|model|part|code|size)\b\W*$", re.I)


def is_measured(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` is an amount of something."""
    return bool(_MONEY_BEFORE.search(text[:start]) or _MEASURE.search(text[end:]))


def is_code(text: str, start: int) -> bool:
    """Whether what begins there is called a code of goods."""
    return bool(_CODE_BEFORE.search(text[:start]))
