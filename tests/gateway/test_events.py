"""Event intake: who may speak for whom, and each event judged by itself."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from common.cells import cell_of
from db.tables.behaviour import EVENT_NAMES, Event
from db.tables.catalog import Product, Review
from shop.identity import sign
from tests.builders import a_customer, a_product, an_event
from tests.gateway.conftest import Chat, Gateway, on_sqlite

NOON = "2026-01-01T12:00:00Z"


def a_view(**values: Any) -> dict[str, Any]:
    return {"name": "view_item", "timestamp": NOON, "items": [{"item_id": "p1"}], **values}


def post(gateway: Gateway, headers: Mapping[str, str], *events: Any) -> Any:
    return gateway.client.post("/api/events", json={"events": list(events)}, headers=headers)


def by_key(gateway: Gateway) -> dict[str, str]:
    return {"X-Events-Key": gateway.settings.events_key}


def kept(gateway: Gateway) -> list[Event]:
    with gateway.sessions() as session:
        return list(session.scalars(select(Event).order_by(Event.id)))


def signed_in(gateway: Gateway, customer_id: str) -> Chat:
    signature = sign(customer_id, key=gateway.settings.identity_key)
    return gateway.chat(customer={"id": customer_id, "signature": signature})


def test_the_shops_server_speaks_for_any_customer(gateway: Gateway) -> None:
    response = post(
        gateway,
        by_key(gateway),
        a_view(customer_id="c1", country="DE", region="Berlin", ranking_id="r1"),
        a_view(
            name="purchase",
            customer_id="c2",
            items=[
                {"item_id": "p1", "price": 19.5, "quantity": 2},
                {"item_id": "p2", "price": "0.10"},
            ],
        ),
    )

    assert response.status_code == 202
    assert response.json() == {"accepted": 2, "rejected": []}
    view, one, two = kept(gateway)
    assert (view.name, view.customer_id, view.product_id) == ("view_item", "c1", "p1")
    assert (view.country, view.region, view.ranking_id) == ("DE", "Berlin", "r1")
    assert view.occurred_at == datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert (one.price, one.quantity, two.price) == (Decimal("19.50"), 2, Decimal("0.10"))


def test_a_guests_events_belong_to_their_conversation(gateway: Gateway) -> None:
    chat = gateway.chat()

    post(gateway, chat.headers, a_view())

    (event,) = kept(gateway)
    assert (event.customer_id, event.session_id) == (None, chat.id)


def test_a_customers_events_carry_customer_conversation_and_country(gateway: Gateway) -> None:
    gateway.add(a_customer(id="c1", country="FR"))
    chat = signed_in(gateway, "c1")

    post(gateway, chat.headers, a_view(), a_view(customer_id="c1"))

    for event in kept(gateway):
        assert (event.customer_id, event.session_id, event.country) == ("c1", chat.id, "FR")


def test_a_session_token_speaks_for_nobody_else(gateway: Gateway) -> None:
    guest, customer = gateway.chat(), signed_in(gateway, "c1")

    for chat in (guest, customer):
        answer = post(gateway, chat.headers, a_view(customer_id="victim"), a_view()).json()
        assert answer["accepted"] == 1
        assert [rejected["index"] for rejected in answer["rejected"]] == [0]
        assert "own shopper" in answer["rejected"][0]["reason"]
    assert {event.customer_id for event in kept(gateway)} == {None, "c1"}


@on_sqlite
@pytest.mark.parametrize("key", ["wrong", "", "wrong" * 1000])
def test_a_wrong_key_is_401_even_beside_a_good_token(gateway: Gateway, key: str) -> None:
    headers = {**gateway.chat().headers, "X-Events-Key": key}

    assert post(gateway, headers, a_view()).status_code == 401


def test_of_coordinates_the_cell_alone_is_kept(gateway: Gateway) -> None:
    point = {"latitude": 51.5, "longitude": -0.12}
    named = a_view(customer_id="c2", region="Kent", **point)
    post(gateway, by_key(gateway), a_view(customer_id="c1", **point), named)
    assert [event.region for event in kept(gateway)] == [cell_of(51.5, -0.12), "Kent"]


def test_bad_events_are_named_by_place_and_reason_and_the_good_are_kept(
    gateway: Gateway,
) -> None:
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    bad = {
        "name": a_view(name="nonsense"),
        "timestamp": a_view(timestamp="yesterday"),
        "timezone": a_view(timestamp="2026-01-01T12:00:00"),
        "future": a_view(timestamp=tomorrow),
        "items": a_view(items=[]),
        "item_id": a_view(items=[{"item_id": ""}]),
        "items.0.item_id": a_view(items=[{"item_id": "nul\x00"}]),
        "price": a_view(items=[{"item_id": "p1", "price": -1}]),
        "quantity": a_view(items=[{"item_id": "p1", "quantity": 0}]),
        "latitude": a_view(latitude=91, longitude=0),
        "both or neither": a_view(latitude=51.5),
        "search_term": {"name": "search", "timestamp": NOON, "items": []},
        "valid dictionary": "no object",
    }

    answer = post(gateway, by_key(gateway), a_view(), *bad.values(), a_view()).json()

    assert answer["accepted"] == 2
    assert [rejected["index"] for rejected in answer["rejected"]] == list(range(1, len(bad) + 1))
    for word, rejected in zip(bad, answer["rejected"], strict=True):
        assert word in rejected["reason"], rejected
    assert len(kept(gateway)) == 2


@on_sqlite
def test_every_name_of_the_contract_is_taken(gateway: Gateway) -> None:
    gateway.add(a_product(id="p1"))
    extra = {"search": {"search_term": "boots"}, "review": {"rating": 4}}
    events = [a_view(name=name, customer_id="c1", **extra.get(name, {})) for name in EVENT_NAMES]

    assert post(gateway, by_key(gateway), *events).json() == {
        "accepted": len(EVENT_NAMES),
        "rejected": [],
    }


def test_a_search_names_no_product(gateway: Gateway) -> None:
    post(gateway, by_key(gateway), {"name": "search", "timestamp": NOON, "search_term": "boots"})

    (event,) = kept(gateway)
    assert (event.search_term, event.product_id) == ("boots", None)


def test_a_review_is_kept_and_counts_in_the_products_rating(gateway: Gateway) -> None:
    gateway.add(a_product(id="p1", rating=4.0, rating_count=1), a_customer(id="c1", name="Maya"))
    review = a_view(name="review", customer_id="c1", rating=5, text="Fits <b>well</b>.")

    first = post(gateway, by_key(gateway), review).json()
    again = post(gateway, by_key(gateway), review).json()

    assert first["accepted"] == 1
    assert "before" in again["rejected"][0]["reason"]
    with gateway.sessions() as session:
        written = session.scalars(select(Review)).one()
        product = session.get_one(Product, "p1")
    assert (written.rating, written.text, written.author) == (5, "Fits <b>well</b>.", "Maya")
    assert (product.rating, product.rating_count) == (4.5, 2)


def test_a_review_needs_a_known_product_and_a_signed_in_customer(gateway: Gateway) -> None:
    gateway.add(a_product(id="p1"))
    review = a_view(name="review", rating=1)

    by_guest = post(gateway, gateway.chat().headers, review).json()
    of_nothing = post(
        gateway,
        signed_in(gateway, "c1").headers,
        {**review, "items": [{"item_id": "gone"}]},
    ).json()

    assert "signed-in" in by_guest["rejected"][0]["reason"]
    assert "no such product" in of_nothing["rejected"][0]["reason"]


def a_purchase(**values: Any) -> dict[str, Any]:
    return a_view(name="purchase", **values)


def an_ordered(**values: Any) -> Event:
    """What the import of order A1 told of c1's purchase of p1."""
    moment = datetime(2026, 1, 1, 12, 0, 7, tzinfo=UTC)
    told = {"name": "purchase", "product_id": "p1", "customer_id": "c1", "order_id": "A1"}
    return an_event(**{**told, "occurred_at": moment, **values})


@pytest.mark.parametrize("named", [{"transaction_id": "A1"}, {}])
def test_a_purchase_that_an_order_told_of_counts_once(
    gateway: Gateway, named: dict[str, str]
) -> None:
    gateway.add(an_ordered())
    event = a_purchase(customer_id="c1", ranking_id="r1", region="Berlin", **named)

    answer = post(gateway, by_key(gateway), event).json()

    assert answer == {"accepted": 1, "rejected": []}
    (kept_event,) = kept(gateway)
    assert (kept_event.order_id, kept_event.ranking_id, kept_event.region) == ("A1", "r1", "Berlin")


def test_a_thank_you_page_that_is_loaded_again_sells_nothing_twice(gateway: Gateway) -> None:
    items = [{"item_id": "p1"}, {"item_id": "p1"}, {"item_id": "p2"}]
    event = a_purchase(customer_id="c1", transaction_id="A1", items=items)

    post(gateway, by_key(gateway), event)
    post(gateway, by_key(gateway), event, event)

    assert [event.product_id for event in kept(gateway)] == ["p1", "p1", "p2"]
    assert {event.order_id for event in kept(gateway)} == {"A1"}


def test_other_orders_customers_and_days_are_other_purchases(gateway: Gateway) -> None:
    gateway.add(an_ordered())

    post(
        gateway,
        by_key(gateway),
        a_purchase(customer_id="c1", transaction_id="A2"),
        a_purchase(customer_id="c2"),
        a_purchase(customer_id="c1", timestamp="2026-01-03T12:00:00Z"),
        a_purchase(),
        a_view(name="refund", customer_id="c1"),
    )

    assert len(kept(gateway)) == 6


def test_naming_anothers_order_ties_nothing_of_it_to_the_session(gateway: Gateway) -> None:
    gateway.add(an_ordered())

    for headers in (gateway.chat().headers, signed_in(gateway, "c2").headers):
        post(gateway, headers, a_purchase(transaction_id="A1"))
    assert [(event.customer_id, event.session_id) for event in kept(gateway)] == [("c1", None)]

    chat = signed_in(gateway, "c1")
    post(gateway, chat.headers, a_purchase(transaction_id="A1"))
    assert [event.session_id for event in kept(gateway)] == [chat.id]


def test_only_purchases_and_refunds_belong_to_an_order(gateway: Gateway) -> None:
    post(gateway, by_key(gateway), a_view(transaction_id="A1"), a_purchase(transaction_id="A1"))

    assert [event.order_id for event in kept(gateway)] == [None, "A1"]


@on_sqlite
@pytest.mark.parametrize("body", [{}, [], {"events": 7}, {"events": [{}] * 2001}])
def test_a_body_without_events_is_422(gateway: Gateway, body: Any) -> None:
    response = gateway.client.post("/api/events", json=body, headers=by_key(gateway))

    assert response.status_code == 422
