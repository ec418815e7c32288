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
# Words for a sum of money that say a number and a currency at once.
_SUMS = {"fiver": 5.0, "tenner": 10.0}
_SPOKEN = rf"\b(?:an?\s+(?=hundred|thousand|grand))?{_WORD}(?:(?:[\s-]|\s+and\s+){_WORD})*\b"
_DIGITS = r"(?:\d{1,3}(?:[,.]\d{3})+(?:[,.]\d{1,2})?|\d+(?:[,.]\d{1,2})?)(?!\d)"
_SIGN = r"(?:US|CA|AU)?[$£€¥₹]"
_NAME = (
    r"(?:dollars?|bucks?|bux|usd|eur|euros?|gbp|pounds?|quid|yen|rupees?|chf|francs?|"
    r"cents?|pence|p|[$£€¥₹])"
)
_NUMBER = re.compile(
    rf"(?P<sign>{_SIGN}\s?)?"
    rf"(?:(?<![\w.,])(?P<digits>{_DIGITS})(?P<scale>\s?k\b|\s+(?:hundred|thousand|grand)\b)?|"
    rf"(?P<spoken>{_SPOKEN})|"
    rf"\b(?:an?\s+)?(?P<sum>{'|'.join(_SUMS)})\b)"
    rf"(?:\s?(?P<name>{_NAME})(?![\w]))?",
    re.IGNORECASE,
)
_BETWEEN = re.compile(r"\bbetween\s*$", re.IGNORECASE)
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
# What is said shorter than it is meant: the "one" of "one and two hundred".
_BARE = 10
# "Two fifty" and "one twenty five": hundreds without the word.
_HUNDREDS = re.compile(
    rf"(?P<hundreds>{'|'.join(_UNITS.split()[1:10])}) "
    rf"(?P<rest>(?:{'|'.join(_TENS.split())})(?: \w+)?)"
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
    """Every number, left to right: `80`, `1.5k`, `12 thousand`, `twenty five quid`, `3 cents`.

    Two that a range has between them stay two: `between a hundred and two hundred`.
    """
    found: list[Number] = []
    for match in _NUMBER.finditer(text):
        if match["spoken"] and (two := _as_two(text, match)):
            found += two
            continue
        value = _read(match)
        if value is None:
            continue
        name = (match["name"] or "").lower()
        if name in _SMALL_COINS:
            value /= 100
        money = bool(match["sign"] or match["name"] or match["sum"])
        found.append(Number(match.start(), match.end(), round(value, 2), money))
    return found


def _as_two(text: str, match: re.Match[str]) -> list[Number]:
    """The two ends of a spoken range that "and" joins; nothing where it is one number.

    "One and two hundred" after "between" are one hundred and two hundred.
    """
    start, end = match.span("spoken")
    introduced = bool(_BETWEEN.search(text[:start]))
    if not introduced and _read_words(match["spoken"].lower()) is not None:
        return []
    for joint in reversed(list(_AND.finditer(text, start, end))):
        low = _read_words(text[start : joint.start()].lower())
        high = _read_words(text[joint.end() : end].lower())
        if low is None or high is None or low >= high:
            continue
        if introduced and low < _BARE:
            low *= next((scale for scale in (1000, 100) if high >= scale and not high % scale), 1)
        money = bool(match["name"])
        return [
            Number(match.start(), joint.start(), low, bool(match["sign"])),
            Number(joint.end(), match.end(), high, money),
        ]
    return []


def _read(match: re.Match[str]) -> float | None:
    if match["sum"]:
        return _SUMS[match["sum"].lower()]
    if match["spoken"]:
        return _read_words(match["spoken"].lower())
    value = _read_digits(match["digits"])
    if not match["scale"]:
        return value
    return value * (100 if match["scale"].strip().lower() == "hundred" else 1000)


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
    if match := _HUNDREDS.fullmatch(plain):
        plain = f"{match['hundreds']} hundred {match['rest']}"
    try:
        return float(text2num(plain, "en"))
    except ValueError:
        return None
