"""What another ranking would have earned, told from places that chance filled."""

from datetime import timedelta

import numpy as np
import pytest
from sqlalchemy.orm import Session

from cli.judging_policy import Drawn, chances, compare_policies, read_drawn
from db.behaviour import Step
from db.tables.recommendations import Impression, Ranking
from recommender.lexical import Floats
from recommender.offpolicy import Place
from recommender.sequence.histories import Histories
from tests.builders import NOON, a_product, an_event

ROW_OF = {"a": 0, "b": 1, "c": 2}


def drawn_places(*, of: str, clicked: int, count: int) -> list[Drawn]:
    """So many places with one of the goods, the first of them clicked."""
    step = Step(1, "view_item", "c", NOON, None)
    return [Drawn(Place(f"{of}{n}", 4, of, 0.01, float(n < clicked)), [step]) for n in range(count)]


# What is clicked is "a".
PLACES = [*drawn_places(of="a", clicked=60, count=150), *drawn_places(of="b", clicked=5, count=150)]
LIKES_A = [0.8] * 150 + [0.1] * 150
LIKES_B = [0.1] * 150 + [0.8] * 150


def test_a_candidate_that_foresees_what_is_clicked_passes() -> None:
    check = compare_policies(PLACES, LIKES_B, LIKES_A)
    assert check.passed
    assert check.before is not None
    assert check.after is not None
    assert check.after > check.before


def test_one_that_foresees_what_nobody_clicks_does_not() -> None:
    check = compare_policies(PLACES, LIKES_A, LIKES_B)
    assert not check.passed
    assert "SNIPS" in check.detail


def test_equals_earn_the_same() -> None:
    check = compare_policies(PLACES, LIKES_A, LIKES_A)
    assert check.passed
    assert check.before == check.after


def test_too_few_clicks_are_said_and_not_passed_silently() -> None:
    few = drawn_places(of="a", clicked=3, count=300)
    for places in (few, []):
        check = compare_policies(places, [0.5] * len(places), [0.1] * len(places))
        assert check.passed
        assert check.after is None
        assert check.detail.startswith("Not judged")


def likes_the_last_row(histories: Histories) -> Floats:
    scores = np.zeros((len(histories), 3), dtype=np.float32)
    scores[:, 2] = np.log(2)
    return scores


def test_chances_are_shares_of_one_and_none_for_goods_that_are_gone() -> None:
    places = [
        *drawn_places(of="c", clicked=0, count=1),
        *drawn_places(of="a", clicked=0, count=1),
        *drawn_places(of="gone", clicked=0, count=1),
    ]
    assert chances(likes_the_last_row, places, ROW_OF, counted=False) == pytest.approx(
        [0.5, 0.25, 0]
    )
    assert chances(lambda h: np.tile([1.0, 1, 2], (len(h), 1)), places, ROW_OF, counted=True) == (
        pytest.approx([0.5, 0.25, 0])
    )


def test_only_what_chance_filled_is_read_with_what_came_before(session: Session) -> None:
    session.add_all([a_product(id="a"), a_product(id="b")])
    session.flush()
    session.add(
        Ranking(id="r1", customer_id="c1", model_version="m", created_at=NOON + timedelta(hours=1))
    )
    session.flush()
    session.add_all(
        Impression(
            ranking_id="r1", position=n, product_id=name, score=1, propensity=chance, reason={}
        )
        for n, (name, chance) in enumerate((("a", 1.0), ("b", 0.01)))
    )
    for name, hours, ranking in (("a", 0, None), ("a", 2, None), ("b", 2, "r1")):
        clicked = "select_item" if ranking else "view_item"
        session.add(
            an_event(
                name=clicked,
                customer_id="c1",
                product_id=name,
                occurred_at=NOON + timedelta(hours=hours),
                ranking_id=ranking,
            )
        )
    session.flush()
    (found,) = read_drawn(session, moment=NOON + timedelta(days=1))
    assert (found.place.product_id, found.place.propensity, found.place.reward) == ("b", 0.01, 1)
    assert [step.occurred_at for step in found.steps] == [NOON]
