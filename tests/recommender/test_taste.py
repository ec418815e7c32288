from datetime import timedelta

import pytest

from db.behaviour import Step
from recommender.taste import Taste, read_taste
from tests.builders import NOON, a_product
from tests.recommender.conftest import a_shelf


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
