"""E-mail addresses, phone and order numbers: what a pattern finds more surely than a model."""

import re

from nlu.entities.mentions import Mention

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = re.compile(
    r"(?<![\w#-])(?:\+\d[\d ().-]{7,17}\d|0\d[\d ().-]{7,13}\d|\(0?\d{2,5}\)\s?\d[\d .-]{4,11}\d|"
    r"(?:1[ .-])?\d{3}[ .-]\d{3}[ .-]\d{4}|\d{3}-\d{4})(?![\w-])"
)
# A letter prefix with a number, or a number sign with enough digits to be no place in a list.
_ORDER = re.compile(
    r"(?<![\w#])(?:#\s?[A-Z]{0,4}-?\d{4,12}|[A-Z]{2,4}-\d{3,12})(?![\w-])", re.IGNORECASE
)
# Bare digits only next to the word that says what they are.
_NAMED_ORDER = re.compile(
    r"\border(?:\s*(?:number|no\.?|nr\.?|id|is|:|#))*\s*(?P<id>\d{4,12})(?![\w-])", re.IGNORECASE
)


def find_contacts(text: str) -> list[Mention]:
    """Every e-mail address, phone number and order number, left to right."""
    found = [
        Mention(entity, match.start(), match.end(), source="rule")
        for entity, pattern in (("email", _EMAIL), ("order_id", _ORDER), ("phone", _PHONE))
        for match in pattern.finditer(text)
    ]
    found += [
        Mention("order_id", *match.span("id"), source="rule")
        for match in _NAMED_ORDER.finditer(text)
    ]
    kept: list[Mention] = []
    for mention in found:
        if not any(mention.overlaps(other) for other in kept):
            kept.append(mention)
    return sorted(kept, key=lambda mention: mention.start)


def read_contact(entity: str, surface: str) -> str:
    """One way of writing: e-mail in lower case, phone as digits, order numbers in capitals."""
    match entity:
        case "email":
            return surface.strip().lower()
        case "phone":
            digits = re.sub(r"\D", "", surface)
            return f"+{digits}" if surface.strip().startswith("+") else digits
        case "order_id":
            return surface.strip().lstrip("#").strip().upper()
        case _:
            return surface.strip()
