import numpy as np

from recommender.goods import read_good
from recommender.shelf import Shelf
from tests.builders import a_product
from tests.recommender.conftest import a_shelf

NUMBERS = ("price", "list_price", "rating", "rating_count", "available", "active", "created")


def assert_alike(shelf: Shelf, anew: Shelf) -> None:
    """The shelf says the same as one that was laid out anew."""
    assert shelf.row == anew.row
    for name in NUMBERS:
        np.testing.assert_array_equal(getattr(shelf, name), getattr(anew, name), name)
    for name in ("kinds", "types", "brands"):
        groups = {key: sorted(rows) for key, rows in getattr(shelf, name).items()}
        assert groups == getattr(anew, name)
    for query in ("lamp", "kettle", "copper", "sneaker", "lampp", "nothing"):
        np.testing.assert_allclose(
            shelf.index.score({query: 1.0}), anew.index.score({query: 1.0}), atol=1e-6
        )
        np.testing.assert_array_equal(shelf.index.holding(query), anew.index.holding(query))


def test_a_shelf_that_follows_says_what_one_laid_out_anew_does() -> None:
    lamp = a_product(id="a", title="Desk Lamp", category="light")
    kettle = a_product(id="b", title="Kettle", brand="Northbay", price="20")
    shelf = a_shelf(lamp, kettle)
    copper = a_product(id="b", title="Copper Pot", brand="Other", category="kitchen", price="30")
    bag = a_product(id="c", title="Bag for a kettle", active=False, rating=4.5)
    anew = a_shelf(lamp, copper, bag)
    changed = [read_good(product, shelf.lexicon) for product in (copper, bag)]
    assert_alike(shelf.following(changed), anew)


def test_the_shelf_before_stays_as_it_was() -> None:
    kettle = a_product(id="b", title="Kettle", price="20")
    shelf, anew = a_shelf(kettle), a_shelf(kettle)
    shelf.following(a_shelf(a_product(id="b", title="Pot", price="30"), a_product()).goods)
    assert_alike(shelf, anew)


def test_a_change_of_price_leaves_the_index_shared() -> None:
    kettle = a_product(id="b", title="Kettle", price="20")
    shelf = a_shelf(kettle)
    kettle.price = 30  # type: ignore[assignment]
    after = shelf.following([read_good(kettle, shelf.lexicon)])
    assert (shelf.price[0], after.price[0]) == (20, 30)
    assert after.index.score({"kettle": 1.0})[0] == shelf.index.score({"kettle": 1.0})[0]
