from decimal import Decimal

import pytest

from shop.money import format_money


@pytest.mark.parametrize(
    ("amount", "currency", "expected"),
    [
        (Decimal("60.00"), "USD", "$60"),
        (Decimal("54.9"), "EUR", "€54.90"),
        (Decimal(1299), "CHF", "1,299 CHF"),
        (0.03, "USD", "$0.03"),
    ],
)
def test_amounts_read_as_people_write_them(amount: Decimal, currency: str, expected: str) -> None:
    assert format_money(amount, currency) == expected
