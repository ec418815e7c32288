from decimal import Decimal

from sqlalchemy.orm import Session

from shop.bands import Band, price_bands
from tests.builders import a_product


def test_a_third_of_the_goods_is_in_each_band_and_the_borders_are_round(session: Session) -> None:
    for price in range(10, 100, 3):
        session.add(a_product(price=Decimal(price)))
    session.flush()
    assert price_bands(session) == [Band(None, 40), Band(40, 75), Band(75, None)]


def test_too_few_goods_have_no_bands(session: Session) -> None:
    session.add(a_product())
    session.flush()
    assert price_bands(session) == []


def test_goods_of_one_price_have_no_bands(session: Session) -> None:
    session.add_all([a_product(price=Decimal(20)) for _ in range(9)])
    session.flush()
    assert price_bands(session) == []
