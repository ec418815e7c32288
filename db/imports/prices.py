"""Prices as shops write them: 15.00 USD, $15, 15,00 EUR, 1.299,00."""

import re
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from db.imports.report import BadField

EXPECTED = "expected a price such as 59.90, 59.90 EUR or $59.90"
# What each sign may stand for; the shop's own currency is meant where it is among them.
SIGNS = {
    "$": ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN"),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₽": ("RUB",),
    "₺": ("TRY",),
    "₫": ("VND",),
    "zł": ("PLN",),
    "kr": ("SEK", "NOK", "DKK"),
    "Kč": ("CZK",),
    "Fr.": ("CHF",),
    "R$": ("BRL",),
    "US$": ("USD",),
    "C$": ("CAD",),
    "A$": ("AUD",),
}
TEN_THOUSANDTH = Decimal("0.0001")

_PLAIN = re.compile(r"\d{1,12}(\.\d{1,4})?")
_CODE = re.compile(r"[A-Za-z]{3}")
_PARTS = re.compile(r"(?P<before>[^\d.,+-]*)(?P<sign>[+-]?)(?P<number>[\d.,' ]*\d)(?P<after>\D*)")
# "15,-": no cents.
_NO_CENTS = re.compile(r"(?<=\d)[.,][-–—]+")
_THOUSANDS = re.compile(r"\d{1,3}(?P<mark>[.,])\d{3}((?P=mark)\d{3})*")


def parse_price(text: str, *, currency: str, highest: Decimal) -> tuple[Decimal, str]:
    """The amount and the currency, which is the given one where the text names none.

    One dot is a decimal point, one comma before three digits marks thousands (1,299 is
    1299), and where both stand the last is the decimal sign.

    Raises:
        BadField: it is no price, or outside the range.
    """
    text = text.strip()
    if _PLAIN.fullmatch(text):
        amount = Decimal(text)
    else:
        amount, currency = _parse_written(text, currency=currency)
    if amount > highest:
        raise BadField(f"{text!r} is above {highest}; {EXPECTED}")
    return amount, currency


def parse_currency(text: str) -> str:
    """An ISO 4217 code in capitals.

    Raises:
        BadField: it is not of three letters.
    """
    if not _CODE.fullmatch(text.strip()):
        raise BadField(f"{text!r} is no currency; expected three letters such as EUR")
    return text.strip().upper()


def _parse_written(text: str, *, currency: str) -> tuple[Decimal, str]:
    # Thin, narrow and no-break spaces part thousands in several languages.
    spaced = re.sub(r"[\s\u2009\u202f\u00a0]+", " ", text).replace("’", "'")
    match = _PARTS.fullmatch(_NO_CENTS.sub("", spaced).strip())
    if match is None:
        raise BadField(f"{text!r} is no price; {EXPECTED}")
    if match["sign"] == "-":
        raise BadField(f"{text!r} is below 0; {EXPECTED}")
    named = [name for name in (match["before"].strip(), match["after"].strip()) if name]
    meant = [_currencies_named(name, default=currency) for name in named]
    common = set(meant[0]).intersection(*meant[1:]) if meant else {currency}
    if not common:
        raise BadField(f"{text!r} names no currency that is known; {EXPECTED}")
    number = _without_thousands(match["number"].replace(" ", "").replace("'", ""))
    try:
        amount = Decimal(number).quantize(TEN_THOUSANDTH, ROUND_HALF_UP)
    except InvalidOperation as error:
        raise BadField(f"{text!r} is no price; {EXPECTED}") from error
    return amount, next((c for c in meant[0] if c in common), currency) if meant else currency


def _without_thousands(number: str) -> str:
    dots, commas = number.count("."), number.count(",")
    if dots and commas:
        decimal = max(".,", key=number.rfind)
        thousands = "," if decimal == "." else "."
        return number.replace(thousands, "").replace(decimal, ".")
    if _THOUSANDS.fullmatch(number) and (commas or dots > 1):
        return number.replace(",", "").replace(".", "")
    return number.replace(",", ".")


def _currencies_named(name: str, *, default: str) -> tuple[str, ...]:
    """What a sign or a code may mean, the likeliest first; nothing where it is unknown."""
    if meant := SIGNS.get(name):
        return (default, *meant) if default in meant else meant
    return (name.upper(),) if _CODE.fullmatch(name) else ()
