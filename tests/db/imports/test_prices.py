from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.imports.prices import parse_currency, parse_price
from db.imports.report import BadField

HIGHEST = Decimal("9999999.99")


def price(text: str, *, currency: str = "USD") -> tuple[Decimal, str]:
    return parse_price(text, currency=currency, highest=HIGHEST)


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("59.90", "59.90", "USD"),
        ("15", "15", "USD"),
        ("0", "0", "USD"),
        (".99", "0.99", "USD"),
        ("15.00 EUR", "15.00", "EUR"),
        ("15,00 eur", "15.00", "EUR"),
        ("EUR 15", "15", "EUR"),
        ("$15", "15", "USD"),
        ("15,00 €", "15.00", "EUR"),
        ("£ 1,299.50", "1299.50", "GBP"),
        ("1.299,00", "1299.00", "USD"),
        ("1,299", "1299", "USD"),
        ("1.299.000", "1299000", "USD"),
        ("1,5", "1.5", "USD"),
        ("1 299,00 zł", "1299.00", "PLN"),
        ("1\u202f299,00 €", "1299.00", "EUR"),
        ("CHF 1’299.50", "1299.50", "CHF"),
        ("15,- €", "15", "EUR"),
        ("0.001", "0.001", "USD"),
    ],
)
def test_prices_are_read_as_shops_write_them(text: str, amount: str, currency: str) -> None:
    assert price(text) == (Decimal(amount), currency)


def test_a_sign_of_several_currencies_means_the_shops_own() -> None:
    assert price("$15", currency="CAD") == (Decimal(15), "CAD")
    assert price("$15", currency="EUR") == (Decimal(15), "USD")
    assert price("$15 CAD", currency="EUR") == (Decimal(15), "CAD")


@pytest.mark.parametrize(
    "text", ["NaN", "inf", "free", "-5", "-5.00 EUR", "$-5", "1.2.3", "5 XYZW", "€15 USD", "9" * 60]
)
def test_what_is_no_price_is_named(text: str) -> None:
    with pytest.raises(BadField, match="expected a price such as"):
        price(text)


def test_a_price_above_the_highest_is_a_mistake() -> None:
    with pytest.raises(BadField, match="is above 9999999"):
        price("10000000")


@given(st.text(max_size=20))
def test_any_text_is_either_a_price_or_named(text: str) -> None:
    try:
        amount, currency = price(text)
    except BadField:
        return
    assert 0 <= amount <= HIGHEST
    assert len(currency) == 3


@given(st.decimals(min_value=0, max_value=HIGHEST, places=2))
def test_every_amount_survives_being_written_the_german_way(amount: Decimal) -> None:
    german = f"{amount:,.2f}".replace(",", "_").replace(".", ",").replace("_", ".")
    assert price(f"{german} €") == (amount, "EUR")


def test_a_currency_is_three_letters() -> None:
    assert parse_currency(" eur ") == "EUR"
    with pytest.raises(BadField, match="three letters"):
        parse_currency("euro")
