"""Price limits that a message sets, found by rule: ceilings, floors, ranges, rough budgets."""

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from nlu.entities.numbers import Number, find_numbers

Bound = Literal["price_min", "price_max"]

# "Around 100" is a wish, not a wall: goods a little above still answer it. Limits are never
# broken later, so the leeway is given here, once. Fifteen in a hundred keeps 109 and drops 130.
LEEWAY = 1.15

_ROUGHLY = r"(?:around|about|roughly|approx(?:imately|\.)?|circa|ca\.?|~|near|close to|like)"
_ROUGH_BEFORE = re.compile(rf"(?<![a-z]){_ROUGHLY}\s*$", re.IGNORECASE)
_ROUGH_AFTER = re.compile(r"^\s*(?:-?ish\b|or so\b|or thereabouts|give or take)", re.IGNORECASE)

_FILL = r"(?:\s+(?:of|is|at|to|a|the|my|only|maybe|be|just))*\s*:?\s*"
# Clear whatever number follows.
_MAX_BEFORE = re.compile(
    r"(?<![a-z])(?:under|below|beneath|less\s+th[ae]n|lower\s+than|cheaper\s+than|no(?:t|thing)?\s+"
    r"(?:more|higher|over|above|dearer|pricier)(?:\s+than)?|max(?:imum)?|at\s+most|up\s+to|"
    r"un(?:der)?til|within|budget|limit|spend(?:ing)?|afford|cap(?:ped)?|<=?|underneath)"
    rf"{_FILL}(?:{_ROUGHLY}\s*)?$"
    # "I can't go over 80", "without going above 80".
    r"|(?<![a-z])(?:ca(?:n['’]?t|nnot)|won['’]?t|don['’]?t|do\s+not|not|never|without)\s+"
    r"(?:\w+\s+){0,3}?(?:over|above|beyond|past|exceed(?:ing)?|more\s+than)\s*$",
    re.IGNORECASE,
)
_MAX_AFTER = re.compile(
    r"^\s*(?:or\s+(?:less|under|below|cheaper)|and\s+(?:under|below)|max(?:imum)?\b|tops?\b|"
    r"at\s+(?:the\s+)?most|limit|budget|is\s+(?:my|the|our|about\s+my)\s+"
    r"(?:limit|max(?:imum)?|budget|ceiling|most))",
    re.IGNORECASE,
)
_MIN_BEFORE = re.compile(
    r"(?<![a-z])(?:over|above|more\s+th[ae]n|higher\s+than|at\s+least|from|starting\s+(?:at|from)|"
    rf"min(?:imum)?|north\s+of|>=?){_FILL}$",
    re.IGNORECASE,
)
_NOTHING_BELOW = re.compile(
    rf"(?<![a-z])(?:no(?:t|thing)?|never)\s+(?:less|under|below|cheaper)(?:\s+than)?{_FILL}$",
    re.IGNORECASE,
)
# These say a lower bound whatever else is in the message; "over" may stand in "can't go over".
_FLOOR_WORD = re.compile(
    rf"(?<![a-z])(?:min(?:imum)?|at\s+least|starting\s+(?:at|from)){_FILL}$", re.IGNORECASE
)
_MIN_AFTER = re.compile(
    r"^\s*(?:or\s+(?:more|over|above|up)|and\s+(?:up|over|above)|upwards?|\+|plus\b|min\b)",
    re.IGNORECASE,
)
_RANGE = re.compile(r"^\s*(?:-|–|—|to|and|til|until)\s*$", re.IGNORECASE)
_RANGE_BEFORE = re.compile(
    r"(?<![a-z])(?:between|from|in\s+the\s+range(?:\s+of)?)\s*$", re.IGNORECASE
)
# A number of these is no price.
_UNIT = re.compile(
    r"^\s*-?(?:%|\"|''|°|x\b|(?:st|nd|rd|th|kgs?|g|grams?|mm|cm|m|km|metres?|meters?|inch(?:es)?|in|"
    r"ft|feet|foot|oz|lbs?|ml|cl|l|lit(?:er|re)s?|stars?|days?|weeks?|months?|years?|yrs?|yo|hours?|"
    r"hrs?|mins?|minutes?|people|persons?|players?|seats?|seater|pieces?|pcs?|packs?|pairs?|sets?|"
    r"watts?|w|v|volts?|mah|gb|tb|hz|thread|denier|items?|of|size|ones?|more|others?)\b)",
    re.IGNORECASE,
)
# With one of these it is a size.
_MEASURE = re.compile(
    r"\s?-?(?:kgs?|grams?|mm|cm|km|metres?|meters?|inch(?:es)?|ft|feet|oz|lbs?|ml|cl|"
    r"lit(?:er|re)s?|gb|tb)\b",
    re.IGNORECASE,
)
_SIZED = re.compile(
    r"(?:\b(?:size|number|no\.?|nr\.?|order|age[ds]?|eu|uk|us|w|l)|#)\s*(?:under|over|below|above)?\s*$",
    re.IGNORECASE,
)
# Money that changed hands, or is to come back, limits no search.
_PAID_BEFORE = re.compile(
    r"\b(?:charged|paid|took|taken|owe[ds]?|refund(?:ed)?|sen[dt]|transfer(?:red)?)(?:\s+(?:me|you|us|my|your|the|a|only|exactly|back))*\s*$",
    re.IGNORECASE,
)
_PAID_AFTER = re.compile(
    r"^\s*(?:back\b|refund|off\b|discount|voucher|coupon|gift\s?card|twice\b|(?:to|on|from)\s+my\b|"
    r"(?:be|been|was|were|is)\s+(?:back|refund|charged|taken|paid))",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Limit:
    """A price limit at `text[start:end]`.

    Attributes:
        sure: a currency or an unmistakable word says that it is a price; otherwise another
            sign is needed.
        settled: if it is a price at all, it is this bound: "around" was said, or it is the lower
            or the upper end of two.
    """

    bound: Bound
    value: float
    start: int
    end: int
    sure: bool
    settled: bool = False


def find_limits(text: str) -> list[Limit]:
    """Every price limit that the words around a number give away."""
    numbers = [n for n in find_numbers(text) if _could_be_price(text, n)]
    limits: list[Limit] = []
    used: set[Number] = set()
    for first, second in pairwise(numbers):
        if first not in used and (pair := _as_range(text, first, second)):
            limits += pair
            used |= {first, second}
    for number in numbers:
        if number not in used and (limit := _as_limit(text, number)):
            limits.append(limit)
    return sorted(limits, key=lambda limit: limit.start)


def find_paid(text: str) -> list[Number]:
    """Every amount that changed hands or is to come back: a limit of no search."""
    return [number for number in find_numbers(text) if _is_paid(text, number)]


def measured_until(text: str, start: int, end: int) -> int | None:
    """Where a stretch of weight, length or room ends whose number stands here: "two litres"."""
    numbers = [n for n in find_numbers(text) if n.start < end and start < n.end]
    if not numbers or numbers[-1].money:
        return None
    unit = _MEASURE.match(text, numbers[-1].end)
    return unit.end() if unit else None


def read_amount(text: str, *, start: int, end: int) -> float | None:
    """The amount that a span names, with leeway where the words before it make it rough."""
    inside = [n for n in find_numbers(text) if n.start < end and start < n.end]
    if not inside:
        return None
    number = max(inside, key=lambda n: n.value) if len(inside) > 1 else inside[0]
    return _amount(number, rough=_is_rough(text, number))


def _could_be_price(text: str, number: Number) -> bool:
    if _is_paid(text, number):
        return False
    if number.money:
        return True
    return not _UNIT.match(text[number.end :]) and not _SIZED.search(text[: number.start])


def _is_paid(text: str, number: Number) -> bool:
    before, after = text[: number.start], text[number.end :]
    return bool(_PAID_BEFORE.search(before) or _PAID_AFTER.match(after))


def _is_rough(text: str, number: Number) -> bool:
    before, after = text[: number.start], text[number.end :]
    if _MAX_AFTER.match(after):
        return False
    return bool(_ROUGH_BEFORE.search(before) or _ROUGH_AFTER.match(after))


def _amount(number: Number, *, rough: bool) -> float:
    if not rough:
        return number.value
    widened = number.value * LEEWAY
    return float(round(widened)) if widened >= 10 else round(widened, 2)


def _as_range(text: str, first: Number, second: Number) -> list[Limit] | None:
    between = text[first.end : second.start]
    if not _RANGE.match(between) or second.value <= first.value:
        return None
    introduced = bool(_RANGE_BEFORE.search(text[: first.start]))
    if between.strip().lower() == "and" and not introduced:
        return None
    sure = introduced or first.money or second.money
    return [
        Limit("price_min", first.value, first.start, first.end, sure, settled=True),
        Limit("price_max", second.value, second.start, second.end, sure, settled=True),
    ]


def _as_limit(text: str, number: Number) -> Limit | None:
    before, after = text[: number.start], text[number.end :]
    rough = _is_rough(text, number)
    value = _amount(number, rough=rough)
    floor = _NOTHING_BELOW.search(before)
    if not floor and (_MAX_BEFORE.search(before) or _MAX_AFTER.match(after)):
        return Limit("price_max", value, number.start, number.end, sure=True)
    if floor or _MIN_BEFORE.search(before) or _MIN_AFTER.match(after):
        settled = bool(floor or _FLOOR_WORD.search(before))
        return Limit(
            "price_min", number.value, number.start, number.end, sure=number.money, settled=settled
        )
    if rough or number.money:
        return Limit(
            "price_max", value, number.start, number.end, sure=rough and number.money, settled=rough
        )
    return None
