"""Events as histories, and what rankings of them are worth."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy.orm import Session

from db.behaviour import Step, each_shoppers_events
from recommender.sequence.evaluation import coverage, figures, ranks
from recommender.sequence.histories import LONGEST, Histories, from_items, from_steps
from recommender.sequence.mixture import choose_share, mix
from recommender.sequence.neighbours import Nearness, Neighbours
from tests.builders import NOON, an_event

ROWS = {"a": 0, "b": 1, "c": 2}


def a_step(name: str, product: str, *, seconds: int = 0, rating: int | None = None) -> Step:
    """A step so many seconds after noon."""
    return Step(1, name, product, NOON + timedelta(seconds=seconds), rating)


def test_steps_with_one_product_in_a_row_are_one_the_strongest() -> None:
    steps = [
        a_step("view_item", "a"),
        a_step("add_to_cart", "a", seconds=20),
        a_step("view_item", "a", seconds=30),
        a_step("view_item", "b", seconds=60),
        a_step("purchase", "a", seconds=90),
    ]
    histories = from_steps([steps], ROWS)
    assert histories.items.tolist() == [0, 1, 0]
    assert histories.actions.tolist() == [3, 1, 4]


def test_what_is_not_in_the_catalogue_or_says_nothing_is_left_out() -> None:
    steps = [a_step("view_item", "gone"), a_step("search", "a"), a_step("view_item", "c")]
    histories = from_steps([steps, [], steps[:1]], ROWS)
    assert histories.items.tolist() == [2]
    assert histories.lengths.tolist() == [1, 0, 0]


def test_a_bad_review_turns_down_and_a_good_one_does_not() -> None:
    steps = [a_step("review", "a", rating=1), a_step("review", "b", rating=5)]
    assert from_steps([steps], ROWS).actions.tolist() == [5, 4]


def test_gaps_hours_and_weekdays_are_those_of_the_shopper() -> None:
    first = [a_step("view_item", "a"), a_step("view_item", "b", seconds=61)]
    second = [a_step("view_item", "c"), a_step("view_item", "a", seconds=86_400 * 400)]
    _, _, gaps, hours, weekdays = from_steps([first, second], ROWS).columns
    # The first of each has nothing before it; over a minute; over a year.
    assert gaps.tolist() == [0, 2, 0, 11]
    assert hours[:2].tolist() == [NOON.hour + 1] * 2
    assert weekdays[0] == NOON.isoweekday()


def test_a_flood_counts_as_a_long_history() -> None:
    flood = [a_step("view_item", "ab"[n % 2], seconds=n) for n in range(10_000)]
    assert from_steps([flood], ROWS).lengths.tolist() == [LONGEST]


def test_a_shops_events_come_by_shopper_in_order_of_time(session: Session) -> None:
    def at(minutes: int, product: str, **who: str | None) -> None:
        moment = NOON + timedelta(minutes=minutes)
        session.add(an_event(product_id=product, occurred_at=moment, **who))

    at(3, "c", customer_id="ann", session_id="s1")
    at(1, "a", customer_id="ann", session_id=None)
    at(2, "b", customer_id=None, session_id="s2")
    at(2, "b", customer_id="ann", session_id="s3")
    session.add(an_event(customer_id="ann", product_id=None, name="search"))
    session.add(an_event(customer_id=None, session_id=None, product_id="a"))
    session.commit()
    found = [[step.product_id for step in steps] for steps in each_shoppers_events(session)]
    assert sorted(found) == [["a", "b", "c"], ["b"]]


def test_the_last_step_is_split_off_and_shoppers_are_chosen() -> None:
    before, last = from_items([[1, 2, 3], [4], [5, 6]]).split_last()
    assert last.tolist() == [3, 4, 6]
    assert [before.items_of(shopper).tolist() for shopper in range(3)] == [[1, 2], [], [5]]
    chosen = before.choose(np.array([2, 0]))
    assert [chosen.items_of(shopper).tolist() for shopper in range(2)] == [[5], [1, 2]]


def test_a_target_is_placed_among_what_the_shopper_has_not_had() -> None:
    scores = np.array([[9, 8, 7, 6], [9, 8, 7, 6], [1, 1, 1, 1]], dtype=np.float32)
    asked = from_items([[0, 1], [3], [0]])
    places = ranks(lambda some: scores[: len(some)], asked, np.array([3, 1, 2]))
    # Of three equal ones that remain, one is taken to be before the target.
    assert places.tolist() == [1, 1, 1]


def test_figures_are_recall_and_discounted_gain() -> None:
    found = figures(np.array([0, 2, 30]), cuts=(1, 10))
    assert found["recall@1"] == pytest.approx(1 / 3)
    assert found["recall@10"] == pytest.approx(2 / 3)
    assert found["ndcg@10"] == pytest.approx((1 + 0.5) / 3)


def test_coverage_is_what_is_shown_to_anybody() -> None:
    scores = np.array([[9, 8, 7, 6], [9, 8, 7, 6]], dtype=np.float32)
    assert coverage(lambda some: scores, from_items([[0], [1]]), k=1) == 0.5


def test_neighbours_are_what_the_same_shoppers_had() -> None:
    learn = from_items([[0, 1], [0, 1], [2, 3], [0, 3]])
    scores = Neighbours.count(learn, items=4, nearness=Nearness())(from_items([[0]]))[0]
    # Together twice: 2 / sqrt(3 * 2); once: 1 / sqrt(3 * 2).
    assert scores == pytest.approx([0, 2 / 6**0.5, 0, 1 / 6**0.5])


def test_neighbours_know_the_order_where_it_is_asked_for() -> None:
    learn = from_items([[0, 1, 2]] * 3)
    near = Nearness(fading=0.5, backward=0.1)
    scores = Neighbours.count(learn, items=3, nearness=near)(from_items([[1]]))[0]
    assert scores == pytest.approx([0.1, 0, 1])


def test_what_went_back_is_nobodys_neighbour() -> None:
    learn = from_items([[0, 1], [0, 2]])
    learn.columns[1, 1] = 5
    scores = Neighbours.count(learn, items=3, nearness=Nearness())(from_items([[0]]))[0]
    assert scores[1] == 0
    assert scores[2] > 0


def test_a_mixture_is_a_distribution_and_needs_no_neighbours() -> None:
    logits = np.array([[0, 1, 2], [0, 1, 2]], dtype=np.float32)
    counted = np.array([[3, 1, 0], [0, 0, 0]], dtype=np.float32)
    mixed = np.exp(mix(logits, counted, share=0.4))
    likely = np.exp(logits[0]) / np.exp(logits[0]).sum()
    assert mixed[0] == pytest.approx(0.6 * likely + 0.4 * np.array([0.75, 0.25, 0]), abs=1e-5)
    assert mixed[1] == pytest.approx(likely, abs=1e-5)


def test_the_share_is_chosen_by_who_is_right() -> None:
    asked, targets = from_items([[0], [0]]), np.array([2, 2])

    def says(item: int) -> "Fixed":
        return Fixed(item)

    assert choose_share(says(2), says(1), asked, targets).share == 0.0
    assert choose_share(says(1), says(2), asked, targets, shares=(0.0, 0.9)).share == 0.9


class Fixed:
    """Scores that name one item, whoever asks."""

    def __init__(self, item: int) -> None:
        self._item = item

    def __call__(self, histories: Histories) -> np.ndarray:
        scores = np.zeros((len(histories), 12), dtype=np.float32)
        scores[:, self._item] = 5.0
        return scores
