"""Goods of the first day: foreseen as those that they are like."""

from datetime import timedelta

import numpy as np
import pytest

from recommender.newcomers import find_newcomers
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import Counter

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)

GOODS = {
    "grill": "Kettle Grill",
    "coal": "Charcoal Bag",
    "mug": "Blue Mug",
    "new-coal": "Charcoal Bag Large",
    "new-hat": "Straw Hat",
}


@pytest.fixture
def garden_shop(counter: Counter) -> Counter:
    """Four bought charcoal after a grill, others a mug; a larger bag and a hat came in today."""
    goods = [
        a_product(id=id_, title=title, description="", category=id_, product_type=None, brand=None)
        for id_, title in GOODS.items()
    ]
    steps = [(f"v{n}", product, n) for n in range(4) for product in ("grill", "coal")]
    steps += [(f"m{n}", "mug", 0) for n in range(8)]
    events = [
        an_event(
            name="purchase",
            product_id=product,
            customer_id=shopper,
            occurred_at=NOON + timedelta(minutes=minute),
        )
        for minute, (shopper, product, _) in enumerate(steps)
    ]
    counter.stock(*goods, *events)
    counter.foresight.refresh()
    return counter


def parts_of(counter: Counter, shopper: str) -> dict[str, float]:
    """What comes next adds to each product for a shopper."""
    answer = counter.ask(customer_id=shopper, k=5)
    return {item.product_id: item.parts.get("next", 0.0) for item in answer.items}


def buys(counter: Counter, shopper: str, product: str) -> None:
    """A purchase of today."""
    with counter.sessions.begin() as session:
        session.add(an_event(name="purchase", product_id=product, customer_id=shopper))


def test_what_leads_to_a_thing_leads_to_a_new_one_like_it(garden_shop: Counter) -> None:
    buys(garden_shop, "ann", "grill")
    added = parts_of(garden_shop, "ann")
    assert added["coal"] > 0
    assert added["new-coal"] > 0


def test_what_is_like_nothing_on_sale_is_not_foreseen(garden_shop: Counter) -> None:
    buys(garden_shop, "ann", "grill")
    assert parts_of(garden_shop, "ann")["new-hat"] == 0


def test_a_new_thing_is_not_foreseen_from_what_leads_elsewhere(garden_shop: Counter) -> None:
    buys(garden_shop, "bob", "mug")
    assert parts_of(garden_shop, "bob")["new-coal"] == 0


def test_once_somebody_had_it_a_thing_speaks_for_itself(garden_shop: Counter) -> None:
    shelf = garden_shop.catalogue.shelf
    had = np.ones(len(shelf), dtype=np.int64)
    assert find_newcomers(shelf, had) is None
    had[shelf.row["new-coal"]] = 0
    found = find_newcomers(shelf, had)
    assert found is not None
    assert found.rows.tolist() == [shelf.row["new-coal"]]
    assert shelf.goods[found.like[0][found.shares[0].argmax()]].id == "coal"
    assert found.shares.sum() == pytest.approx(1)


def test_without_anything_had_or_without_vectors_there_is_nothing_to_read_them_as(
    garden_shop: Counter,
) -> None:
    shelf = garden_shop.catalogue.shelf
    nothing = np.zeros(len(shelf), dtype=np.int64)
    assert find_newcomers(shelf, nothing) is None
    bare = shelf.following([])
    assert find_newcomers(bare, np.eye(1, len(shelf), dtype=np.int64)[0]) is None
