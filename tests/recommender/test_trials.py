"""Who is answered by the model on trial, and what came of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from common.model_shelf import UnknownModel, current_trial, end_trial, start_trial
from common.trials import is_on_trial
from db.engine import session_factory
from db.tables.recommendations import Ranking
from recommender.foresight import Foresight
from recommender.trials import read_outcomes
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import Counter

SHOPPERS = [f"c{number}" for number in range(4_000)]


def test_a_share_of_the_shoppers_is_tried_on_and_always_the_same() -> None:
    tried = [who for who in SHOPPERS if is_on_trial(who, trial="one", share=0.2)]
    assert len(tried) / len(SHOPPERS) == pytest.approx(0.2, abs=0.02)
    assert tried == [who for who in SHOPPERS if is_on_trial(who, trial="one", share=0.2)]


def test_a_greater_share_keeps_those_who_were_in_the_smaller() -> None:
    for who in SHOPPERS[:500]:
        if is_on_trial(who, trial="one", share=0.1):
            assert is_on_trial(who, trial="one", share=0.5)


def test_each_trial_draws_anew() -> None:
    both = [
        who
        for who in SHOPPERS
        if is_on_trial(who, trial="one", share=0.2) and is_on_trial(who, trial="two", share=0.2)
    ]
    assert len(both) / len(SHOPPERS) == pytest.approx(0.04, abs=0.015)


def test_nobody_and_everybody() -> None:
    assert not any(is_on_trial(who, trial="one", share=0.0) for who in SHOPPERS)
    assert all(is_on_trial(who, trial="one", share=1.0) for who in SHOPPERS)


def test_a_trial_is_kept_on_the_shelf_until_it_ends(tmp_path: Path) -> None:
    assert current_trial(tmp_path) is None
    begun = start_trial(tmp_path / "new", share=0.3)
    assert current_trial(tmp_path) == begun
    end_trial(tmp_path)
    assert current_trial(tmp_path) is None
    with pytest.raises(UnknownModel, match="No trial"):
        end_trial(tmp_path)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_answers_of_the_trial_carry_its_name_and_stay_with_the_shopper(counter: Counter) -> None:
    counter.stock(*(a_product() for _ in range(3)))
    watch = counter.foresight
    watch.now = Foresight(counter.catalogue.shelf, name="old")
    watch.tried = Foresight(counter.catalogue.shelf, name="new")
    watch._trial = start_trial_in(counter, share=0.5)
    versions = {
        who: {counter.ask(customer_id=who, k=1).model_version for _ in range(2)}
        for who in SHOPPERS[:40]
    }
    assert all(len(seen) == 1 for seen in versions.values())
    assert {version.split("+")[-1] for seen in versions.values() for version in seen} == {
        "old",
        "new",
    }
    # Whoever cannot be told again is not tried on.
    assert counter.ask(k=1).model_version.endswith("+old")


def start_trial_in(counter: Counter, *, share: float) -> object:
    counter.models.mkdir(parents=True)
    return start_trial(counter.models / "new", share=share)


def test_buyers_count_for_the_version_that_answered_them_first(database: Engine) -> None:
    hour = timedelta(hours=1)
    answers = [("a", "old"), ("b", "old"), ("c", "new"), ("d", "new"), ("both", "old")]
    with session_factory(database).begin() as session:
        session.add_all(
            Ranking(id=f"r{n}", customer_id=who, model_version=version, created_at=NOON)
            for n, (who, version) in enumerate(answers)
        )
        session.add(Ranking(id="again", customer_id="both", model_version="new", created_at=NOON))
        for who, when in (("a", hour), ("b", -hour), ("c", hour), ("both", hour), ("e", hour)):
            session.add(an_event(name="purchase", customer_id=who, occurred_at=NOON + when))
        session.add(an_event(name="view_item", customer_id="d", occurred_at=NOON + hour))
    with session_factory(database)() as session:
        found = read_outcomes(session, since=NOON - 2 * hour)
    assert {version: (each.shoppers, each.buyers) for version, each in found.items()} == {
        "old": (2, 1),
        "new": (2, 1),
    }
    assert 0 < found["old"].low < found["old"].share == 0.5 < found["old"].high < 1
