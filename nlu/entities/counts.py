"""Small numbers with a meaning of their own: places in a list, how many, how many stars."""

import re

from nlu.entities.mentions import Mention
from nlu.entities.numbers import find_numbers

_PLACES = {
    word: place
    for place, words in {
        1: "first 1st top former",
        2: "second 2nd secnd",
        3: "third 3rd",
        4: "fourth 4th forth",
        5: "fifth 5th",
        6: "sixth 6th",
        7: "seventh 7th",
        8: "eighth 8th",
        9: "ninth 9th",
        10: "tenth 10th",
        -1: "last latter bottom final",
        -2: "penultimate",
    }.items()
    for word in words.split()
}
_BEFORE_LAST = re.compile(r"(?:second|2nd)[\s-]+(?:to|from)[\s-]+(?:the\s+)?last|last\s+but\s+one")
_PLACE = re.compile(rf"\b({'|'.join(_PLACES)})\b")
# Only where a thing is picked: "the second one", "#3", "number 2"; not "second hand".
_PICKED = re.compile(
    rf"\bthe\s+(?P<word>{'|'.join(_PLACES)})(?=\s+(?:one|ones|option|item|product|result|pic\w*)\b|"
    r"\s*(?:[?!.,]|$|and\b|or\b|please|pls))"
    rf"|\bmy\s+(?P<own>{'|'.join(_PLACES)})(?=\s+(?:order|purchase|delivery|parcel|package)\b)"
    r"|(?:\bnumber|\bno\.?|\bnr\.?|\boption|(?<!\w)#)\s?(?P<digit>\d{1,2})(?![\d.,-]*\d)",
    re.IGNORECASE,
)
# Days of a month: "ordered on the 4th".
_DATED = re.compile(
    r"\b(?:(?:by|until|till|til|since|before|after)|(?:order|bought|plac|return|sent|paid|pay|deliver|"
    r"due|came|arriv|ship|back)\w*\b[^.?!]{0,25}\bon)\s+the\s*$",
    re.IGNORECASE,
)
# What is counted in goods and no word for a number alone says.
_COUNTED = re.compile(
    r"\b(?:half\s+a\s+dozen|a\s+dozen)\b|\ba\s+(?:couple|pair)(?=\s+of\s+(?!days|weeks|months|years|"
    r"hours|minutes|times|questions|things))",
    re.IGNORECASE,
)
# What happens for the first time is nothing to pick.
_NO_PICK = re.compile(
    r"\s+(?:wash|time|times|day|days|week|month|year|night|use|try|wear|minute|hand|thoughts?)\b",
    re.IGNORECASE,
)
_AMOUNTS = {
    "a couple": 2, "couple": 2, "a pair": 1, "pair": 1, "both": 2, "single": 1, "a": 1, "an": 1,
    "a few": 3, "few": 3, "half a dozen": 6, "half dozen": 6, "a dozen": 12, "dozen": 12,
    "twice": 2, "double": 2, "once": 1, "another": 1,
}  # fmt: skip
_STARS = re.compile(
    r"(?P<number>\d(?:[.,]\d)?|one|two|three|four|five|four and a half|three and a half)\s*\+?\s*-?"
    r"(?:stars?\b|\*|★|⭐)",
    re.IGNORECASE,
)
_HALF = re.compile(r"\s+and\s+a\s+half")


def read_ordinal(surface: str) -> int | None:
    """`second` 2, `#3` 3, `last` -1, `second to last` -2; None for what picks no fixed place."""
    # In "the middle one" the one is no number.
    words = re.sub(r"\s+ones?$", "", surface.lower().strip())
    if _BEFORE_LAST.search(words):
        return -2
    if match := _PLACE.search(words):
        return _PLACES[match[1]]
    numbers = find_numbers(words)
    if numbers and numbers[0].value == int(numbers[0].value) and numbers[0].value >= 1:
        return int(numbers[0].value)
    return None


def picks_nothing(text: str, start: int, end: int) -> bool:
    """Whether an ordinal counts something else than goods: "the first wash", "on the 4th"."""
    dated = text[start:end][:1].isdigit() and _DATED.search(text[:start])
    return bool(dated or _NO_PICK.match(text, end))


def read_quantity(surface: str) -> int | None:
    """`two` 2, `a dozen` 12, `3x` 3, `a couple` 2."""
    words = re.sub(r"[^\w\s]", " ", surface.lower()).strip()
    if words in _AMOUNTS:
        return _AMOUNTS[words]
    if match := re.match(r"x?\s?(\d+)\s?x?$", words):
        return int(match[1])
    numbers = find_numbers(words)
    return int(numbers[0].value) if numbers else None


def read_rating(surface: str) -> float | None:
    """`4 stars` 4.0, `four and a half` 4.5, `4.5+` 4.5; capped at five."""
    words = surface.lower()
    numbers = find_numbers(_HALF.sub("", words))
    if not numbers:
        return None
    value = numbers[0].value + (0.5 if _HALF.search(words) else 0.0)
    return min(value, 5.0)


def find_counts(text: str) -> list[Mention]:
    """Ordinals, ratings and dozens that cannot be anything else."""
    found = [
        Mention("quantity", match.start(), match.end(), source="rule")
        for match in _COUNTED.finditer(text)
    ]
    for match in _PICKED.finditer(text):
        group = match.lastgroup or "digit"
        start, end = match.span(group)
        if picks_nothing(text, start, end):
            continue
        if place := read_ordinal(match[group]):
            found.append(Mention("ordinal", start, end, source="rule", value=place))
    found += [
        Mention("rating", match.start(), match.end(), source="rule", value=stars)
        for match in _STARS.finditer(text)
        if (stars := read_rating(match[0])) is not None
    ]
    return found
