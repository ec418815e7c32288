"""Numbers in running text, in digits or in words, with the currency that stands by them."""

import re
from dataclasses import dataclass
from functools import cache

from text_to_num import text2num

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fourty fifty sixty seventy eighty ninety"
_SCALES = "hundred thousand grand"
_WORD = f"(?:{'|'.join(f'{_UNITS} {_TENS} {_SCALES}'.split())})"
_SPOKEN = rf"\b(?:an?\s+(?=hundred|thousand|grand))?{_WORD}(?:(?:[\s-]|\s+and\s+){_WORD})*\b"
_DIGITS = r"(?:\d{1,3}(?:[,.]\d{3})+(?:[,.]\d{1,2})?|\d+(?:[,.]\d{1,2})?)(?!\d)"
_SIGN = r"(?:US|CA|AU)?[$£€¥₹]"
_NAME = (
    r"(?:dollars?|bucks?|bux|usd|eur|euros?|gbp|pounds?|quid|yen|rupees?|chf|francs?|"
    r"cents?|pence|p|[$£€¥₹])"
)
_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN}\s?)?"
    rf"(?:(?<![\w.,])(?P<digits>{_DIGITS})(?P<kilo>\s?k\b)?|(?P<spoken>{_SPOKEN}))"
    rf"(?:\s?(?P<name>{_NAME})(?![\w]))?",
    re.IGNORECASE,
)
# "one" and "a" are mostly no numbers, and neither is a lone "second".
_SMALL_COINS = frozenset({"cent", "cents", "pence", "p"})


@dataclass(frozen=True, slots=True)
class Number:
    """A number at `text[start:end]`, sign and currency name included.

    Attributes:
        money: a currency sign or name stands by it.
    """

    start: int
    end: int
    value: float
    money: bool


def find_numbers(text: str) -> list[Number]:
    """Every number, left to right: `80`, `1.5k`, `$1,299.99`, `twenty five quid`, `3 cents`."""
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        value = _read(match)
        if value is None:
            continue
        name = (match["name"] or "").lower()
        if name in _SMALL_COINS:
            value /= 100
        money = bool(match["sign"] or match["name"])
        found.append(Number(match.start(), match.end(), round(value, 2), money))
    return found


def _read(match: re.Match[str]) -> float | None:
    if match["spoken"]:
        return _read_words(match["spoken"].lower())
    value = _read_digits(match["digits"])
    return value * 1000 if match["kilo"] else value


def _read_digits(digits: str) -> float:
    """`1,299.99`, `1.299,00`, `12,50` and `1,299`: the last mark is a decimal one if two or
    fewer digits follow."""
    mark = re.search(r"[.,](\d{1,2})$", digits)
    whole = digits[: mark.start()] if mark else digits
    return float(re.sub(r"[.,]", "", whole) + (f".{mark[1]}" if mark else ""))


@cache
def _read_words(words: str) -> float | None:
    plain = re.sub(r"[\s-]+", " ", words).replace("fourty", "forty").replace("grand", "thousand")
    plain = re.sub(r"^an? ", "one ", plain)
    if plain in ("hundred", "thousand"):
        plain = f"one {plain}"
    try:
        return float(text2num(plain, "en"))
    except ValueError:
        return None
