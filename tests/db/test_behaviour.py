from datetime import timedelta

from sqlalchemy.orm import Session

from db.behaviour import (
    demand_by_day,
    demand_by_month,
    each_shoppers_doings,
    first_orders_by_day,
    latest_event_at,
    recent_events,
)
from tests.builders import NOON, an_event

LATER = NOON + timedelta(hours=12)


def test_the_newest_steps_of_a_customer_come_first_and_no_more_than_asked(session: Session) -> None:
    for day in range(5):
        session.add(an_event(product_id=f"p{day}", occurred_at=NOON + timedelta(days=day)))
    session.add(an_event(customer_id="c2", product_id="theirs"))
    session.flush()
    steps = recent_events(session, customer_id="c1", limit=3)
    assert [step.product_id for step in steps] == ["p4", "p3", "p2"]


def test_what_a_guest_did_before_signing_in_is_merged_and_counted_once(session: Session) -> None:
    session.add(an_event(customer_id=None, session_id="s1", product_id="before"))
    session.add(an_event(customer_id="c1", session_id="s1", product_id="after"))
    session.flush()
    steps = recent_events(session, customer_id="c1", session_id="s1")
    assert [step.product_id for step in steps] == ["after", "before"]


def test_searches_and_strangers_leave_no_steps(session: Session) -> None:
    session.add(an_event(name="search", product_id=None, search_term="lamp"))
    session.flush()
    assert recent_events(session, customer_id="c1") == []
    assert recent_events(session, customer_id="nobody") == []
    assert recent_events(session) == []


def test_demand_counts_people_and_not_clicks(session: Session) -> None:
    for _ in range(50):
        session.add(an_event(customer_id="c1", product_id="p1", country="DE"))
    session.add(an_event(customer_id="c2", product_id="p1", country="DE"))
    session.flush()
    [by_day] = demand_by_day(session, since=NOON - timedelta(days=1), until=LATER)
    assert (by_day.product_id, by_day.country, by_day.shoppers) == ("p1", "DE", 2)
    assert by_day.period == "2026-05-04"
    [by_month] = demand_by_month(session, since=NOON - timedelta(days=1), until=LATER)
    assert int(float(by_month.period)) == 5


def test_demand_leaves_out_what_is_older_and_what_is_no_wish(session: Session) -> None:
    session.add(an_event(occurred_at=NOON - timedelta(days=9)))
    session.add(an_event(name="refund"))
    session.add(an_event(occurred_at=NOON + timedelta(days=9)))
    session.flush()
    assert list(demand_by_day(session, since=NOON - timedelta(days=1), until=LATER)) == []


def test_demand_of_a_day_is_told_by_region(session: Session) -> None:
    for customer, region in (("c1", "Texas"), ("c2", "Texas"), ("c3", None)):
        session.add(an_event(customer_id=customer, country="US", region=region))
    session.flush()
    found = demand_by_day(session, since=NOON - timedelta(days=1), until=LATER)
    assert {(each.region, each.shoppers) for each in found} == {("Texas", 2), (None, 1)}


def test_first_orders_are_what_a_shopper_bought_on_their_first_day(session: Session) -> None:
    week = timedelta(days=7)

    def bought(customer: str, product: str, **when: object) -> None:
        session.add(an_event(name="purchase", customer_id=customer, product_id=product, **when))

    bought("new", "cup", occurred_at=NOON)
    bought("new", "tea", occurred_at=NOON + timedelta(hours=3))
    bought("new", "pot", occurred_at=NOON + timedelta(days=2))
    bought("regular", "pot", occurred_at=NOON - 5 * week)
    bought("regular", "pot", occurred_at=NOON)
    session.add(an_event(customer_id="looker", product_id="pot", occurred_at=NOON))
    session.add(
        an_event(
            name="purchase",
            customer_id=None,
            session_id="guest",
            product_id="cup",
            occurred_at=NOON,
        )
    )
    session.flush()
    found = first_orders_by_day(session, since=NOON - week, until=LATER)
    assert {(each.product_id, each.period, each.shoppers) for each in found} == {
        ("cup", "2026-05-04", 2),
        ("tea", "2026-05-04", 1),
    }


def test_doings_are_steps_and_searches_of_those_who_came_lately(session: Session) -> None:
    session.add(an_event(customer_id="gone", occurred_at=NOON - timedelta(days=9)))
    session.add(an_event(customer_id="here", occurred_at=NOON - timedelta(days=9)))
    session.add(
        an_event(
            name="search",
            customer_id="here",
            product_id=None,
            search_term="lamp",
            country="US",
            region="Texas",
        )
    )
    session.flush()
    [[first, second]] = each_shoppers_doings(session, since=NOON - timedelta(days=1))
    assert first.step is not None
    assert (first.step.product_id, first.search_term) == ("p1", None)
    assert (second.step, second.search_term) == (None, "lamp")
    assert (second.country, second.region) == ("US", "Texas")


def test_the_latest_event_is_the_newest_by_time(session: Session) -> None:
    assert latest_event_at(session) is None
    session.add(an_event(occurred_at=NOON))
    session.add(an_event(occurred_at=NOON - timedelta(days=400)))
    session.flush()
    assert latest_event_at(session) == NOON
