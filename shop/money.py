"""Amounts as people write them."""

from decimal import Decimal

CENT = Decimal("0.01")
_BEFORE = {"USD": "$", "GBP": "£", "EUR": "€", "CNY": "¥", "JPY": "¥", "AUD": "A$", "CAD": "C$"}


def format_money(amount: Decimal | float, currency: str) -> str:
    """`$60`, `$54.90`, `1,299 CHF`: cents only where there are any."""
    exact = Decimal(str(amount)).quantize(CENT)
    digits = f"{exact:,.0f}" if exact == exact.to_integral_value() else f"{exact:,.2f}"
    sign = _BEFORE.get(currency)
    return f"{sign}{digits}" if sign else f"{digits} {currency}"


def as_text(amount: Decimal) -> str:
    """`59.90`: an amount for JSON, whose numbers are not exact."""
    return str(amount.quantize(CENT))
