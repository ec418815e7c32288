from decimal import Decimal

import pytest

from db.tables.catalog import Product
from shop.reference import find_meant, places
from tests.builders import a_product
from tests.shop.messages import a_reading

SHOWN = [
    a_product(id="a", title="Harbour Canvas Sneaker", color="blue", price=Decimal(50)),
    a_product(id="b", title="Trail Runner Sneaker", color="red", price=Decimal(80), rating=4.8),
    a_product(id="c", title="Court Leather Sneaker", color="white", price=Decimal(30), rating=4.1),
]


def meant(annotated: str, *, focus: Product | None = None, **values: str) -> list[str]:
    return [p.id for p in find_meant(a_reading(annotated, **values), SHOWN, focus=focus)]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("the [second](ordinal:2) one", ["b"]),
        ("the [last](ordinal:-1)", ["c"]),
        ("compare the [first](ordinal:1) and the [third](ordinal:3)", ["a", "c"]),
        ("the trail runner please", ["b"]),
        ("the [blue](color) one", ["a"]),
        ("the cheapest", ["c"]),
        ("whichever is most expensive", ["b"]),
        ("the best rated one", ["b"]),
        ("i dont like any of these", ["a", "b", "c"]),
    ],
)
def test_a_product_is_found_by_how_people_point(message: str, expected: list[str]) -> None:
    assert meant(message) == expected


def test_a_place_beyond_the_list_points_at_nothing() -> None:
    assert meant("the [ninth](ordinal:9) one") == []
    assert meant("the [ninth](ordinal:9) one", focus=SHOWN[1]) == []


def test_it_means_the_one_spoken_of_last() -> None:
    assert meant("is it waterproof?", focus=SHOWN[1]) == ["b"]


def test_pointing_beats_the_one_spoken_of_last() -> None:
    assert meant("and the [first](ordinal:1)?", focus=SHOWN[1]) == ["a"]


def test_a_word_in_every_title_points_at_none() -> None:
    assert meant("sneaker") == []


def test_a_button_points_by_id() -> None:
    assert meant("Trail Runner Sneaker", product_id="c") == ["c"]


def test_the_only_one_shown_is_meant() -> None:
    assert [p.id for p in find_meant(a_reading("is it warm"), SHOWN[:1])] == ["a"]


def test_the_one_before_is_the_one_spoken_of_before() -> None:
    asked = a_reading("how much was the one before?", intent="ask_product_detail")
    assert find_meant(asked, SHOWN, focus=SHOWN[2], before=SHOWN[0]) == [SHOWN[0]]


def test_the_one_before_is_the_one_before_it_in_the_list_where_no_other_was_spoken_of() -> None:
    asked = a_reading("and the one before?", intent="ask_product_detail")
    assert find_meant(asked, SHOWN, focus=SHOWN[2]) == [SHOWN[1]]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("between [1](price_min) and [3](price_max)", [1, 3]),
        ("between [1](price_min) and [3 dollars](price_max:3)", []),
        ("between [20](price_min) and [60](price_max)", []),
        ("between [1](price_min) and [7](price_max)", []),
        ("under [3](price_max)", []),
    ],
)
def test_small_numbers_after_a_list_are_places_in_it(message: str, expected: list[int]) -> None:
    assert places(a_reading(message), SHOWN) == expected
