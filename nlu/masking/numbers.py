"""E-mail addresses, cards and accounts, orders, phones: what has a form or a check digit."""

import re
from collections.abc import Iterator

import phonenumbers
from phonenumbers import NumberParseException
from stdnum import iban, luhn

from nlu.masking.emails import find_emails
from nlu.masking.measured import is_code, is_measured
from nlu.masking.orders import find_orders
from nlu.masking.spans import Personal, keep_first

# Where a number without a country's code may be from.
REGIONS = ("US", "GB", "DE", "FR", "IN", "AU", "IT", "ES", "CN", "NL")

_CARD = re.compile(r"(?<![A-Za-z\d.,-])\d(?:[ \u00a0.–-]?\d){12,18}(?![A-Za-z\d-])")
_CARD_NEAR = re.compile(
    r"\b(?:card|visa|mastercard|amex|iban|debit|credit|cvv|cvc|charge[ds]?|maestro|"
    r"karte\w*|tarjeta|carte|carta|cart[aã]o|kaart)\b|[银行信用]卡|卡号",
    re.IGNORECASE,
)
_IBAN = re.compile(
    r"(?<![A-Za-z\d])[A-Z]{2}\d{2}(?:[ \u00a0.-]?[A-Z\d]){11,30}(?![A-Za-z\d])", re.IGNORECASE
)
_SAYS_IBAN = re.compile(r"\biban\b", re.IGNORECASE)
_PHONE = re.compile(
    r"(?<![A-Za-z0-9_#.,/-])(?:\+|\(\+?)?\d(?:[ ().\-/]{0,2}\d){5,15}(?![A-Za-z0-9_%]|[.,]\d|-\w)"
)
_PHONE_NEAR = re.compile(
    r"\b(?:phone|telephone|tel|mobile|cell|call|ring|dial|text|sms|whatsapp|landline|fax|number|"
    r"reach|contact|courier|driver|handy|dial)\b|电话|手机|号码",
    re.IGNORECASE,
)
_DIGIT = r"(?:oh|zero|one|two|three|four|five|six|seven|eight|nine|double|triple|\d+)"
_SPELLED = re.compile(rf"\b{_DIGIT}(?:[\s,-]+{_DIGIT}){{3,}}\b", re.IGNORECASE)
_FEWEST_SPELLED = 4
_DATE = re.compile(r"^(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./-]\d{1,2}[./-]\d{2,4})$")
_NEAR = 40
_BARCODE_DIGITS = 13
_BARE_PHONE_DIGITS = range(9, 13)
_FEWEST_PHONE_DIGITS = 7


def find_numbers(text: str) -> list[Personal]:
    """Everything of these kinds, left to right."""
    return keep_first(
        [*find_emails(text), *_accounts(text), *find_orders(text), *_phones(text), *_spelled(text)],
    )


def _accounts(text: str) -> Iterator[Personal]:
    for match in _IBAN.finditer(text):
        # What follows may be a word in capitals: the longest that checks is it.
        for end in range(match.end(), match.start() + 14, -1):
            if iban.is_valid(text[match.start() : end], check_country=False):
                yield Personal(match.start(), end, "card")
                break
        else:
            # One that is mistyped is personal all the same.
            if _SAYS_IBAN.search(text[max(0, match.start() - _NEAR) : match.start()]):
                yield Personal(*match.span(), "card")
    for match in _CARD.finditer(text):
        grouped = not match[0].isdigit()
        near = _CARD_NEAR.search(text[max(0, match.start() - _NEAR) : match.end() + _NEAR])
        if is_code(text, match.start()) and not near:
            continue
        digits = re.sub(r"\D", "", match[0])
        # One that is mistyped is personal all the same.
        meant = near is not None and not _is_phone(match[0])
        # Thirteen digits in one are a barcode's, unless somebody speaks of a card.
        telling = near is not None or grouped or len(digits) > _BARCODE_DIGITS
        if telling and (meant or luhn.is_valid(digits)):
            yield Personal(*match.span(), "card")


def _phones(text: str) -> Iterator[Personal]:
    for match in _PHONE.finditer(text):
        start, end = match.span()
        surface = match[0]
        if surface.count("(") > surface.count(")"):
            start += surface.index("(") + 1 if surface.startswith("(") else 0
            surface = text[start:end]
        if _DATE.match(surface.strip()) or is_measured(text, start, end):
            continue
        if is_code(text, start):
            continue
        digits = re.sub(r"\D", "", surface)
        near = _PHONE_NEAR.search(text[max(0, start - _NEAR) : start])
        telling = not surface.isdigit() or len(digits) in _BARE_PHONE_DIGITS
        if (near and len(digits) >= _FEWEST_PHONE_DIGITS) or (telling and _is_phone(surface)):
            yield Personal(start, end, "phone")


def _spelled(text: str) -> Iterator[Personal]:
    """ "Oh seven nine one one, 123 456"."""
    for match in _SPELLED.finditer(text):
        said = re.findall(r"[a-z]+", match[0].lower())
        digits = len(re.findall(r"\d", match[0])) + len(said)
        if len(said) >= _FEWEST_SPELLED and digits >= _FEWEST_PHONE_DIGITS:
            yield Personal(*match.span(), "phone")


def _is_phone(surface: str) -> bool:
    number = surface.replace("00", "+", 1) if surface.startswith("00") else surface
    for region in (None,) if number.startswith(("+", "(+")) else REGIONS:
        try:
            parsed = phonenumbers.parse(number.lstrip("("), region)
        except NumberParseException:
            continue
        if phonenumbers.is_possible_number(parsed) and (
            region is None or phonenumbers.is_valid_number(parsed)
        ):
            return True
    # Numbers kept for films and examples are valid nowhere.
    return bool(re.fullmatch(r"(?:1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}", surface))
