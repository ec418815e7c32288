"""What each part of a score counts, learnt from what shoppers took."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy.orm import Session

from recommender.popularity import Popularity
from recommender.sequence.errors import SequenceModelError
from recommender.weighing import Known, Moment, Weighed, read_moments, weigh
from recommender.weights import FILE, HAND, Weights, load_weights, save_weights
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import a_shelf

# A third is on sale, a third is well rated.
SHELF = a_shelf(
    *(
        a_product(
            id=f"p{number}",
            title=f"Thing {number}",
            list_price="99.90" if number % 3 == 0 else None,
            rating=4.9 if number % 3 == 1 else 3.5,
            rating_count=90,
        )
        for number in range(30)
    )
)
KNOWN = Known(SHELF, Popularity(), foresight=None, encoder=None)


def takers(choose: Callable[[int], int], *, number: int = 300) -> list[Moment]:
    """Strangers, each of whom takes the product that is chosen by their number."""
    return [
        Moment(shopper, [], None, NOON, (), SHELF.row[f"p{choose(shopper)}"])
        for shopper in range(number)
    ]


def test_what_shoppers_go_by_comes_to_count_more() -> None:
    rng = np.random.default_rng(5)
    weighed = weigh(KNOWN, takers(lambda _: 3 * int(rng.integers(10))))
    judged, by_hand, learnt = weighed.found["without_query"]
    assert 50 < judged < 150
    assert learnt > 1.2 * by_hand
    weights = weighed.weights.without_query
    assert weights["sale"] > 2 * weights["rating"]
    assert HAND.without_query["sale"] < HAND.without_query["rating"]
    # Nobody searched, so answers to words stay as they were.
    assert weighed.weights.with_query == HAND.with_query


def test_no_part_comes_to_count_the_other_way_round() -> None:
    rng = np.random.default_rng(5)
    # Only what is neither on sale nor well rated is taken.
    weighed = weigh(KNOWN, takers(lambda _: 3 * int(rng.integers(10)) + 2))
    weights = weighed.weights.without_query
    assert weights["sale"] >= 0
    assert weights["rating"] >= 0
    assert weights["out_of_stock"] < 0


def test_weights_by_hand_stay_where_learnt_ones_find_no_more() -> None:
    # They are right as they are: what leads by hand is taken.
    best = 3 * 1 + 1
    assert weigh(KNOWN, takers(lambda _: best)).weights == HAND
    assert weigh(KNOWN, takers(lambda _: 0, number=50)) == Weighed(HAND, {})


def test_a_moment_is_the_first_step_towards_what_was_taken(session: Session) -> None:
    def did(minutes: int, name: str, product: str | None, **more: object) -> None:
        at = NOON + timedelta(minutes=minutes)
        session.add(
            an_event(name=name, customer_id="maya", product_id=product, occurred_at=at, **more)
        )

    did(-90_000, "purchase", "p1")
    did(1, "view_item", "p2")
    did(2, "search", None, search_term="thing with a lid")
    did(3, "view_item", "p1")
    did(4, "view_item", "p3", country="US", region="Texas")
    did(5, "add_to_cart", "p3")
    # They only look.
    session.add(an_event(customer_id="looker", product_id="p4", occurred_at=NOON))
    session.flush()
    [moment] = read_moments(session, SHELF, since=NOON)
    assert moment.row == SHELF.row["p3"]
    assert moment.query == "thing with a lid"
    assert moment.place == ("US", "Texas")
    assert [step.product_id for step in moment.steps] == ["p1", "p2", "p1"]
    assert list(read_moments(session, SHELF, since=NOON + timedelta(days=1))) == []


def test_a_search_of_another_hour_is_not_of_the_step(session: Session) -> None:
    session.add(an_event(name="search", product_id=None, search_term="lamp", occurred_at=NOON))
    later = NOON + timedelta(hours=2)
    session.add(an_event(name="purchase", product_id="p3", occurred_at=later))
    session.flush()
    [moment] = read_moments(session, SHELF, since=NOON)
    assert moment.query is None


def test_weights_come_back_as_they_were_kept(tmp_path: Path) -> None:
    assert load_weights(tmp_path) == HAND
    louder = Weights(HAND.with_query, {**HAND.without_query, "sale": 0.5})
    save_weights(tmp_path, louder)
    assert load_weights(tmp_path) == louder


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda told: told["with_query"].pop("sale"), "other parts"),
        (lambda told: told["with_query"].update(sale=-0.1), "the other way round"),
        (lambda told: told["without_query"].update(owned=float("nan")), "the other way round"),
        (lambda told: told["without_query"].update(owned="much"), "damaged"),
        (lambda told: told.pop("with_query"), "damaged"),
        (lambda told: told.update(with_query=[]), "damaged"),
    ],
)
def test_weights_that_cannot_be_true_say_what_to_do(
    tmp_path: Path, change: Callable[[dict[str, dict[str, object]]], object], problem: str
) -> None:
    save_weights(tmp_path, HAND)
    told = json.loads((tmp_path / FILE).read_text())
    change(told)
    (tmp_path / FILE).write_text(json.dumps(told))
    with pytest.raises(SequenceModelError, match=problem) as refused:
        load_weights(tmp_path)
    assert "shopkeeper train recommender" in refused.value.detail
