from datetime import timedelta

import pytest

from tests.builders import NOON, a_product
from tests.recommender.conftest import Counter

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


@pytest.fixture
def lamps(counter: Counter) -> Counter:
    """Lamps from $20 to $60, a dearer one that is sold out, and a cheap rug."""
    counter.stock(
        a_product(id="mid", title="Oak Lamp", price=40, rating=5.0, rating_count=1),
        a_product(id="low", title="Tin Lamp", price=20, rating=3.0, rating_count=80),
        a_product(id="top", title="Brass Lamp", price=60, rating=4.8, rating_count=90),
        a_product(id="gone", title="Gold Lamp", price=90, stock=0, availability="out_of_stock"),
        a_product(id="rug", title="Rug", price=5),
    )
    return counter


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("cheapest", ["low", "mid", "top", "gone"]),
        ("dearest", ["top", "mid", "low", "gone"]),
        ("best_rated", ["top", "mid", "low", "gone"]),
    ],
)
def test_what_was_asked_for_comes_in_the_order_named(
    lamps: Counter, order: str, ids: list[str]
) -> None:
    answer = lamps.ask("lamp", order=order, k=10)
    assert [item.product_id for item in answer.items] == ids


def test_the_newest_come_first(counter: Counter) -> None:
    counter.stock(*(a_product(id=f"d{n}", created_at=NOON - timedelta(days=n)) for n in (3, 1, 2)))
    answer = counter.ask(order="newest")
    assert [item.product_id for item in answer.items] == ["d1", "d2", "d3"]


def test_only_what_is_reduced_where_that_is_asked(counter: Counter) -> None:
    counter.stock(
        a_product(id="reduced", price=30, list_price=50),
        a_product(id="usual", price=30, list_price=30),
        a_product(id="plain", price=10),
    )
    answer = counter.ask(constraints={"on_sale": True})
    assert [item.product_id for item in answer.items] == ["reduced"]
    assert answer.relaxed == []


def test_that_nothing_is_reduced_is_said(counter: Counter) -> None:
    counter.stock(a_product(id="plain", price=10))
    answer = counter.ask(constraints={"on_sale": True})
    assert [relaxed.constraint for relaxed in answer.relaxed] == ["on_sale"]
    assert len(answer.items) == 1
