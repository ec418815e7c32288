from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from shop.refinement import begin
from shop.window import find_low_price, popular_goods
from shop.wishes import Wishes
from tests.builders import a_product
from tests.shop.messages import a_reading


def wishing(annotated: str) -> Wishes:
    return begin(a_reading(annotated), Wishes())


@pytest.fixture
def shop(session: Session) -> Session:
    session.add_all(
        [
            a_product(id="red", color="red", price=Decimal(50), rating=4.0, rating_count=9),
            a_product(id="plain", color=None, price=Decimal(40), rating=4.0, rating_count=2),
            a_product(id="dear", color="blue", price=Decimal(90), rating=5.0, rating_count=1),
            a_product(id="gone", availability="out_of_stock", price=Decimal(10)),
            a_product(id="bag", category="bags", product_type="handbag", brand=None),
        ]
    )
    session.flush()
    return session


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ("[sneakers](category:sneaker)", ["red", "plain", "dear"]),
        ("[shoes](category) under [50](price_max)", ["red", "plain"]),
        ("[sneakers](category:sneaker) not [red](color!)", ["plain", "dear"]),
        ("[blue](color) [sneakers](category:sneaker)", ["dear"]),
        ("at least [4.5](rating) stars", ["dear"]),
        ("[goods](category:shoes) not [Northbay](brand!)", []),
        ("nothing [rubber](material!)", ["red", "plain", "dear", "bag"]),
    ],
)
def test_the_window_holds_only_what_fits(shop: Session, wish: str, expected: list[str]) -> None:
    assert [p.id for p in popular_goods(shop, wishing(wish), limit=9)] == expected


def test_what_was_turned_down_is_not_in_the_window(shop: Session) -> None:
    goods = popular_goods(shop, wishing("[sneakers](category:sneaker)"), skip=["red"], limit=9)
    assert [p.id for p in goods] == ["plain", "dear"]


def test_cheap_is_the_lower_part_of_the_prices(shop: Session) -> None:
    ceiling = find_low_price(shop, wishing("[sneakers](category:sneaker)"))
    assert ceiling == 40


def test_too_few_prices_have_no_lower_part(shop: Session) -> None:
    assert find_low_price(shop, wishing("[handbag](category)")) is None
