from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from recommender.selection import Selection, select
from recommender.shelf import Shelf
from recommender.wire import Constraints, Relaxed
from tests.builders import a_product
from tests.recommender.conftest import a_shelf, titles


def chosen(shelf: Shelf, **wishes: Any) -> tuple[set[str], list[Relaxed]]:
    selection = select(shelf, Constraints(**wishes))
    return titles(shelf, selection.mask), selection.relaxed


@pytest.fixture
def shelf() -> Shelf:
    return a_shelf(
        a_product(title="A", color="red", brand="Northbay", price=50, rating=4.5),
        a_product(title="B", color="blue", brand="Fellside", price=90, rating=3.0),
        a_product(title="C", color="blue", brand="Northbay", price=150, product_type="boot"),
        a_product(title="D", color="red", price=20, category="home", product_type="lamp", stock=0),
    )


def test_all_wishes_hold_together(shelf: Shelf) -> None:
    assert chosen(shelf, category="sneaker", color="red", price_max=60) == ({"A"}, [])


def test_any_of_several_values_will_do(shelf: Shelf) -> None:
    assert chosen(shelf, category=["boots", "lamps"])[0] == {"C", "D"}


def test_the_cheaper_wish_gives_way_and_is_named(shelf: Shelf) -> None:
    found, relaxed = chosen(shelf, category="boot", color="red", brand="Northbay")
    assert found == {"C"}
    assert relaxed == [Relaxed(constraint="color", asked="red")]


def test_wishes_that_were_not_in_the_way_are_kept(shelf: Shelf) -> None:
    found, relaxed = chosen(shelf, category="shoes", features=["waterproof"], color="blue")
    assert found == {"B", "C"}
    assert [each.constraint for each in relaxed] == ["features"]


def test_a_shade_nobody_has_gives_way_to_its_plain_color(shelf: Shelf) -> None:
    found, relaxed = chosen(shelf, category="sneaker", color="crimson")
    assert found == {"A"}
    assert relaxed == [Relaxed(constraint="color", asked="crimson", given="red")]


def test_a_price_out_of_reach_leaves_all_else_and_the_distances(shelf: Shelf) -> None:
    selection = select(shelf, Constraints(category="shoes", price_max=10))
    assert titles(shelf, selection.mask) == {"A", "B", "C"}
    assert selection.far is not None
    assert list(selection.far[:3]) == [40, 80, 140]


def test_what_is_excluded_never_comes_back(shelf: Shelf) -> None:
    excluded = {"brand": ["northbay"], "color": ["blue"], "category": ["lamp"]}
    assert chosen(shelf, category="sneaker", exclude=excluded)[0] == set()


def test_a_kind_that_is_excluded_goes_with_all_whose_name_ends_with_it() -> None:
    shelf = a_shelf(
        a_product(title="A", product_type="cookbook"),
        a_product(title="B", product_type="picture book"),
        a_product(title="C", product_type="bookcase"),
        a_product(title="D", product_type="earring"),
        a_product(title="E", product_type="ring"),
    )
    assert chosen(shelf, exclude={"category": ["book"]})[0] == {"C", "D", "E"}
    # Who looks for earrings and wants no rings still looks for earrings.
    wanted = chosen(shelf, category="earring", exclude={"category": ["rings"]})[0]
    assert wanted == {"D"}


def test_where_a_size_gives_way_what_comes_in_no_sizes_stays_away() -> None:
    shelf = a_shelf(
        a_product(title="Shirt", product_type="shirt", size="L", color="navy"),
        a_product(title="Knife", product_type="knife", color="navy"),
    )
    found, relaxed = chosen(shelf, size="M", color="navy")
    assert found == {"Shirt"}
    assert relaxed == [Relaxed(constraint="size", asked="M")]
    # Where all that is asked for comes in no sizes, it is shown.
    assert chosen(shelf, category="knife", size="M")[0] == {"Knife"}


@pytest.mark.parametrize(
    ("asked", "found"), [("dark", {"A", "B"}), ("light", {"C"}), ("pastel", {"D"})]
)
def test_a_kind_of_colour_takes_in_its_colours(asked: str, found: set[str]) -> None:
    shelf = a_shelf(
        a_product(title="A", color="Navy"),
        a_product(title="B", color="Dark Green"),
        a_product(title="C", color="Ivory"),
        a_product(title="D", color="Lilac"),
    )
    assert chosen(shelf, color=asked) == (found, [])


def test_what_is_not_in_stock_never_comes_back(shelf: Shelf) -> None:
    found, relaxed = chosen(shelf, category="lamp", in_stock=True)
    assert "D" not in found
    assert [each.constraint for each in relaxed] == ["category"]


def test_when_all_of_a_kind_were_shown_there_is_no_more(shelf: Shelf) -> None:
    boot = next(good.id for good in shelf.goods if good.title == "C")
    assert chosen(shelf, category="boot", exclude_ids=[boot]) == (set(), [])


def test_an_unknown_category_moves_into_the_words(shelf: Shelf) -> None:
    selection = select(shelf, Constraints(category="zeppelin", color="red"))
    assert selection.relaxed == [Relaxed(constraint="category", asked="zeppelin")]
    assert selection.words == ["red", "zeppelin"]


def test_of_two_features_the_one_that_some_have_is_kept() -> None:
    shelf = a_shelf(
        a_product(title="A", description="Waterproof."), a_product(title="B", description="Light.")
    )
    found, relaxed = chosen(shelf, features=["edible", "waterproof"])
    assert found == {"A"}
    assert relaxed == [Relaxed(constraint="features", asked="edible")]


def test_an_unrated_product_does_not_satisfy_a_rating(shelf: Shelf) -> None:
    assert chosen(shelf, rating_min=4)[0] == {"A"}


def test_a_product_without_a_price_satisfies_no_price() -> None:
    shelf = a_shelf(a_product(title="A", price=float("nan")), a_product(title="B", price=5))
    assert chosen(shelf, price_max=100)[0] == {"B"}
    assert chosen(shelf, price_min=1)[0] == {"B"}


@pytest.mark.parametrize("products", [[], [a_product(active=False)]])
def test_an_empty_shop_satisfies_nothing_and_blames_no_wish(products: Sequence[Any]) -> None:
    selection: Selection = select(a_shelf(*products), Constraints(category="x", color="red"))
    assert not np.any(selection.mask)
    assert selection.relaxed == []
