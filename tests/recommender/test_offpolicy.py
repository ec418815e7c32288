"""Estimates from logs whose truth is known."""

import numpy as np
import pytest
from sqlalchemy import Engine

from db.engine import session_factory
from db.tables.recommendations import Impression, Ranking
from recommender.offpolicy import Place, estimate_ips, estimate_snips, read_places
from tests.builders import NOON, an_event

# What each product earns where it is shown, how the log was made, and the policy asked about.
EARNS = np.array([0.05, 0.2, 0.6])
SERVED = np.array([0.7, 0.2, 0.1])
OTHER = np.array([0.1, 0.1, 0.8])


def a_log(places: int, *, seed: int = 5) -> list[Place]:
    rng = np.random.default_rng(seed)
    shown = rng.choice(3, size=places, p=SERVED)
    taken = rng.random(places) < EARNS[shown]
    return [
        Place(str(number), 0, str(product), float(SERVED[product]), float(reward))
        for number, (product, reward) in enumerate(zip(shown, taken, strict=True))
    ]


def chances(log: list[Place]) -> list[float]:
    return [float(OTHER[int(place.product_id)]) for place in log]


@pytest.mark.parametrize("estimate", [estimate_ips, estimate_snips])
def test_the_truth_is_found_where_the_mean_of_the_log_is_far_off(estimate: object) -> None:
    truth, log = float(EARNS @ OTHER), a_log(20_000)
    found = estimate(log, chances(log))  # type: ignore[operator]
    assert found.value == pytest.approx(truth, abs=0.03)
    assert np.mean([place.reward for place in log]) < truth / 2
    assert 500 < found.effective < len(log)


@pytest.mark.parametrize("estimate", [estimate_ips, estimate_snips])
def test_the_truth_lies_within_the_bounds_nearly_always(estimate: object) -> None:
    truth, within = float(EARNS @ OTHER), 0
    for seed in range(100):
        log = a_log(2_000, seed=seed)
        found = estimate(log, chances(log))  # type: ignore[operator]
        within += found.low <= truth <= found.high
    assert within >= 88


def test_the_policy_that_served_is_estimated_by_its_own_mean() -> None:
    log = a_log(500)
    own = [place.propensity for place in log]
    mean = np.mean([place.reward for place in log])
    assert estimate_ips(log, own).value == pytest.approx(mean)
    assert estimate_snips(log, own).value == pytest.approx(mean)


def test_one_lucky_draw_does_not_decide() -> None:
    log = [Place("a", 0, "x", 1e-6, 1.0), *(Place("b", n, "y", 1.0, 0.0) for n in range(99))]
    assert estimate_ips(log, [1.0] * 100).value == pytest.approx(0.5)


def test_what_cannot_be_estimated_is_refused() -> None:
    place = Place("a", 0, "x", 0.5, 1.0)
    with pytest.raises(ValueError, match="one each"):
        estimate_ips([], [])
    with pytest.raises(ValueError, match="above 0"):
        estimate_ips([Place("a", 0, "x", 0.0, 1.0)], [1.0])
    with pytest.raises(ValueError, match="nothing of what was logged"):
        estimate_snips([place], [0.0])


def test_the_log_is_read_with_what_shoppers_did(database: Engine) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        session.add(Ranking(id="r1", model_version="m", created_at=NOON))
        session.flush()
        session.add_all(
            Impression(
                ranking_id="r1",
                position=position,
                product_id=product,
                score=1.0,
                propensity=0.5,
                reason={},
            )
            for position, product in enumerate(("lamp", "mug"))
        )
        session.add(an_event(name="purchase", product_id="mug", ranking_id="r1"))
        session.add(an_event(name="purchase", product_id="lamp", ranking_id=None))
    with sessions() as session:
        places = list(read_places(session, since=NOON))
    assert places == [Place("r1", 0, "lamp", 0.5, 0.0), Place("r1", 1, "mug", 0.5, 1.0)]
