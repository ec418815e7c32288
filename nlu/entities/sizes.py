"""Sizes that cannot be anything else: "size 42", "UK 8", "XL", "32x34"."""

import re

from nlu.entities.mentions import Mention

_LETTERS = r"(?:x{0,3}s|m|x{0,3}l|[2-6]xl)"
_COUNTS = "two|three|four|five|six|seven|eight|nine|ten|twelve|twenty"
_SIZE = re.compile(
    rf"\bsize\s+(?P<quote>[\"'‘“])?(?:\d{{1,2}}(?:[.,]5)?|{_LETTERS})(?![\w.,]*\d|\w)(?(quote)[\"'’”])"
    # "Show us 5 more" names no size.
    r"|\b(?:uk|eu|(?-i:US)|(?<=\ba\s)us|(?<=\bin\s)us)\s?\d{1,2}(?:[.,]5)?(?![\w.,]*\d|\w)"
    r"|\bw\d{2}\s?[x/ ]?\s?l\d{2}\b"
    r"|\b[2-4]\d\s?x\s?[2-4]\d\b"
    r"|\b(?:x{2,3}[sl]|x[sl]|[2-6]xl)\b"
    rf"|\b(?:set|pack|box)\s+of\s+(?:\d{{1,3}}|{_COUNTS})\b"
    r"|\b[2-5]\d(?:\s?(?:\"|in(?:ch)?))?\s+(?:leg|waist)\b",
    re.IGNORECASE,
)


def find_sizes(text: str) -> list[Mention]:
    """Every size that its writing alone gives away, left to right."""
    return [
        Mention("size", match.start(), match.end(), source="rule") for match in _SIZE.finditer(text)
    ]
