"""What the benchmarks of search measure: the grades, the signs, the labelled searches."""

import numpy as np
import pytest

from benchmarks.personal_search import category_paths, path_matches
from benchmarks.search import Search, grade, ndcg, read_searches
from tests.builders import a_product
from tests.recommender.conftest import a_shelf


def a_wardrobe() -> list[object]:
    common = {"category": "apparel", "brand": None, "color": None}
    return [
        a_product(id="hers", product_type="jacket", attributes={"gender_affinity": "F"}, **common),
        a_product(id="his", product_type="jacket", attributes={"gender_affinity": "M"}, **common),
        a_product(id="anyones", product_type="jacket", price=500, **common),
        a_product(id="shirt", product_type="shirt", **common),
        a_product(id="pan", product_type="pan", category="kitchen"),
    ]


@pytest.mark.parametrize(
    ("recipient", "grades"),
    [(None, [3, 3, 3, 1, 0]), ("F", [3, 0, 2, 0, 0]), ("M", [0, 3, 2, 0, 0])],
)
def test_a_product_is_worth_what_the_search_says(recipient: str | None, grades: list[int]) -> None:
    shelf = a_shelf(*a_wardrobe())  # type: ignore[arg-type]
    search = Search("a warm layer", frozenset({"jacket"}), recipient=recipient)
    assert [grade(good, search, {"apparel"}) for good in shelf.goods] == grades


def test_the_best_order_gains_everything_and_a_worse_one_less() -> None:
    shelf = a_shelf(*a_wardrobe())  # type: ignore[arg-type]
    search = Search("a warm layer", frozenset({"jacket"}), price_max=100)
    # The dearest is no candidate for anybody.
    assert ndcg([0, 1, 3, 4], search, shelf) == pytest.approx(1)
    assert 0 < ndcg([3, 4, 0, 1], search, shelf) < ndcg([0, 3, 1, 4], search, shelf) < 1
    assert ndcg([4], search, shelf) == 0


def test_there_are_a_hundred_searches_and_each_can_be_answered() -> None:
    searches = read_searches()
    assert len({search.query for search in searches}) == 100
    assert all(search.styles for search in searches)


def test_words_of_a_path_count_by_rarity() -> None:
    paths = ["Makeup Nails", "Makeup Lips", "Hair Care"]
    shares, complete = path_matches(["Makeup Nails", "Hair"], paths)
    assert complete.tolist() == [[1, 0, 0], [0, 0, 1]]
    assert shares[0, 0] == pytest.approx(1)
    assert 0 < shares[0, 1] < 0.5
    assert shares[0, 2] == 0


@pytest.mark.usefixtures("real_data")
def test_paths_are_told_without_their_brand() -> None:
    paths = category_paths()
    assert paths[0] == "Makeup Nails Nail Polish"
    assert len(paths) == 12_101
    assert np.mean([not path for path in paths]) < 0.01
