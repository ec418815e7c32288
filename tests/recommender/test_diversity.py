import numpy as np

from recommender.diversity import spread
from tests.builders import a_product
from tests.recommender.conftest import a_shelf


def test_a_variant_of_what_is_shown_already_makes_way() -> None:
    shelf = a_shelf(
        a_product(item_group_id="g"), a_product(item_group_id="g"), a_product(), a_product()
    )
    scores = np.array([1.0, 0.99, 0.9, 0.1], dtype=np.float32)
    picked = spread(shelf, scores, np.arange(4), k=3)
    assert [row for row, _ in picked] == [0, 2, 1]
    assert [alike < 0 for _, alike in picked] == [False, False, True]


def test_who_asks_for_two_kinds_gets_some_of_both() -> None:
    shelf = a_shelf(*[a_product() for _ in range(4)])
    scores = np.array([1.0, 0.99, 0.98, 0.95], dtype=np.float32)
    drills, hammers = shelf.mask([0, 1, 2]), shelf.mask([3])
    picked = spread(shelf, scores, np.arange(4), k=2, kinds=[drills, hammers])
    assert [row for row, _ in picked] == [0, 3]


def test_no_more_than_there_are() -> None:
    shelf = a_shelf(a_product())
    scores = np.zeros(1, dtype=np.float32)
    assert spread(shelf, scores, np.arange(1), k=5) == [(0, 0.0)]
    assert spread(shelf, scores, np.arange(0), k=5) == []
