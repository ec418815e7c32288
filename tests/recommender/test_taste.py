import math
from datetime import timedelta

import pytest

from db.behaviour import Step
from db.tables.catalog import Product
from recommender.taste import Taste, read_taste
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import Counter, a_shelf


def taste_of(*steps: tuple[str, str, int], rating: int | None = None) -> Taste:
    """Taste from steps given as (name, product, days ago)."""
    shelf = a_shelf(
        a_product(id="shoe"),
        a_product(id="boot", brand="Fellside", product_type="boot"),
        a_product(id="mug", brand="Fellside", product_type="mug", category="kitchen"),
    )
    told = [
        Step(number, name, product, NOON - timedelta(days=days), rating)
        for number, (name, product, days) in enumerate(steps)
    ]
    return read_taste(shelf, told, now=NOON)


def test_a_purchase_says_more_than_a_look() -> None:
    taste = taste_of(("purchase", "shoe", 0), ("view_item", "boot", 0))
    assert taste.bought.weights[0] > taste.viewed.weights[0] > 0
    assert taste.owned == {0}


def test_yesterday_says_more_than_last_year_and_last_year_still_something() -> None:
    taste = taste_of(("view_item", "shoe", 1), ("view_item", "boot", 365))
    new, old = taste.viewed.weights
    assert new > 5 * old > 0


@pytest.mark.parametrize("name", ["refund", "remove_from_cart"])
def test_what_went_back_speaks_against(name: str) -> None:
    taste = taste_of((name, "shoe", 0))
    assert taste.disliked.rows == [0]
    assert taste.disliked.weights[0] > 0
    assert taste.brands == {}


def test_stars_decide_which_way_a_review_speaks() -> None:
    assert taste_of(("review", "shoe", 0), rating=5).bought.rows == [0]
    assert taste_of(("review", "shoe", 0), rating=1).disliked.rows == [0]


def test_two_steps_make_a_favourite_and_one_is_chance() -> None:
    taste = taste_of(("view_item", "boot", 0), ("view_item", "mug", 0), ("purchase", "shoe", 0))
    assert set(taste.brands) == {"fellside"}
    assert taste.kinds == {}


def test_unknown_products_and_unknown_steps_say_nothing() -> None:
    taste = taste_of(("purchase", "gone", 0), ("view_cart", "shoe", 0))
    assert taste.total == 0


def a_ladder() -> list[Product]:
    """Three kinds, each with a cheap, a usual and a dear product."""
    return [
        a_product(id=f"{kind}{price}", product_type=kind, category=kind, price=price * scale)
        for kind, scale in (("mug", 1), ("lamp", 10), ("desk", 100))
        for price in (5, 10, 20)
    ]


def test_what_somebody_spends_is_seen_beside_the_kind() -> None:
    shelf = a_shelf(*a_ladder())
    steps = [
        Step(number, "view_item", product, NOON, None)
        for number, product in enumerate(("mug20", "mug20", "lamp20", "lamp20"))
    ]
    dear = read_taste(shelf, steps, now=NOON).dearness
    assert dear == pytest.approx(math.log(2))
    assert read_taste(shelf, steps[:3], now=NOON).dearness is None


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_price_that_fits_adds_to_the_score(counter: Counter) -> None:
    counter.stock(
        *a_ladder(),
        *(an_event(product_id=product) for product in ("mug20", "lamp20", "mug20", "lamp20")),
    )
    found = {item.product_id: item.parts for item in counter.ask(customer_id="c1", k=9).items}
    assert found["desk20"]["price_fit"] > 0
    assert "price_fit" not in found["desk5"]
    assert all("price_fit" not in item.parts for item in counter.ask(k=9).items)


def test_goods_without_a_price_are_neither_dear_nor_cheap() -> None:
    shelf = a_shelf(*a_ladder(), a_product(id="odd", product_type="mug", price=math.nan))
    assert shelf.dearness[shelf.row["odd"]] == 0
    assert shelf.dearness[shelf.row["mug5"]] == pytest.approx(-math.log(2))
