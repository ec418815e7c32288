"""What the shop's own system reports about orders and requests."""

from typing import Any

import pytest

from db.tables.conversations import Conversation
from db.tables.orders import Cart, Order
from db.tables.shop_requests import ShopRequest
from shop.shop_requests import file_request
from tests.builders import a_customer, an_order
from tests.gateway.conftest import Chat, Gateway, on_sqlite


@pytest.fixture
def chat(gateway: Gateway) -> Chat:
    gateway.add(a_customer(id="maya"))
    gateway.add(an_order(id="M1", customer_id="maya", status="paid"))
    return gateway.chat()


def report(gateway: Gateway, order_id: str, **body: Any) -> Any:
    headers = {"X-Events-Key": gateway.settings.events_key}
    return gateway.client.post(f"/api/shop/orders/{order_id}", json=body, headers=headers)


def ask(gateway: Gateway, chat: Chat, kind: str = "order.cancel", **values: Any) -> str:
    with gateway.sessions.begin() as session:
        request: dict[str, Any] = {
            "kind": kind,
            "data": {"order_id": "M1"},
            "conversation_id": chat.id,
            "customer_id": "maya",
            "webhook": False,
            **values,
        }
        return file_request(session, **request).id


def state(gateway: Gateway, request_id: str) -> str:
    with gateway.sessions() as session:
        return session.get_one(ShopRequest, request_id).state


def status(gateway: Gateway) -> str:
    with gateway.sessions() as session:
        return session.get_one(Order, "M1").status


def test_a_new_status_is_the_orders(gateway: Gateway, chat: Chat) -> None:
    answer = report(gateway, "M1", status="shipped", tracking="XY1")
    assert answer.status_code == 200
    assert answer.json() == {"order_id": "M1", "status": "shipped", "settled": []}
    assert status(gateway) == "shipped"
    assert len(chat.history()) == 1


def test_a_status_settles_the_request_that_it_answers(gateway: Gateway, chat: Chat) -> None:
    cancel, change = ask(gateway, chat), ask(gateway, chat, "order.return")
    assert report(gateway, "M1", status="cancelled").json()["settled"] == [cancel]
    assert (state(gateway, cancel), state(gateway, change)) == ("confirmed", "staff")
    assert "Order M1 is cancelled" in chat.history()[-1]["text"]


def test_an_order_that_ships_can_no_longer_be_cancelled(gateway: Gateway, chat: Chat) -> None:
    request_id = ask(gateway, chat)
    report(gateway, "M1", status="shipped", message="It is on its way.")
    assert state(gateway, request_id) == "refused"
    assert "It is on its way." in chat.history()[-1]["text"]


def test_a_decision_settles_one_request_by_its_id(gateway: Gateway, chat: Chat) -> None:
    first = ask(gateway, chat, "order.change", data={"order_id": "M1", "change": "size L"})
    second = ask(gateway, chat, "order.change", data={"order_id": "M1", "change": "blue"})
    answer = report(gateway, "M1", status="confirmed", request_id=second).json()
    assert answer == {"order_id": "M1", "status": "paid", "settled": [second]}
    assert (state(gateway, first), state(gateway, second)) == ("staff", "confirmed")
    assert "confirmed the change" in chat.history()[-1]["text"]


def test_a_confirmed_cancellation_cancels_the_order(gateway: Gateway, chat: Chat) -> None:
    request_id = ask(gateway, chat)
    assert report(gateway, "M1", status="confirmed").json()["settled"] == [request_id]
    assert status(gateway) == "cancelled"


def test_the_same_report_again_tells_nobody_twice(gateway: Gateway, chat: Chat) -> None:
    request_id = ask(gateway, chat)
    for settled in ([request_id], []):
        answer = report(gateway, "M1", status="cancelled", request_id=request_id)
        assert answer.json()["settled"] == settled
    assert len(chat.history()) == 2


def test_a_decision_cannot_be_turned_around(gateway: Gateway, chat: Chat) -> None:
    request_id = ask(gateway, chat)
    report(gateway, "M1", status="refused", request_id=request_id)
    assert report(gateway, "M1", status="confirmed", request_id=request_id).status_code == 409
    assert (state(gateway, request_id), status(gateway)) == ("refused", "paid")


def test_a_checkout_is_settled_under_the_number_of_its_new_order(
    gateway: Gateway, chat: Chat
) -> None:
    gateway.add(Cart(id="c", conversation_id=chat.id, state="requested"))
    request_id = ask(gateway, chat, "cart.checkout", data={"cart_id": "c"})
    answer = report(gateway, "NEW-1", status="paid", request_id=request_id)
    assert answer.json()["settled"] == [request_id]
    with gateway.sessions() as session:
        assert session.get_one(Cart, "c").state == "confirmed"
        assert session.get(Conversation, chat.id) is not None


@on_sqlite
@pytest.mark.parametrize(
    ("order_id", "body"),
    [
        ("X9", {"status": "shipped"}),
        ("X9", {"status": "confirmed"}),
        ("M1", {"status": "shipped", "request_id": "unknown"}),
    ],
)
def test_an_unknown_order_or_request_is_404_and_changes_nothing(
    gateway: Gateway, chat: Chat, order_id: str, body: dict[str, Any]
) -> None:
    answer = report(gateway, order_id, **body)
    assert answer.status_code == 404
    assert answer.json()["error"] == "not_found"
    assert status(gateway) == "paid"


@on_sqlite
def test_a_request_about_another_order_is_404(gateway: Gateway, chat: Chat) -> None:
    other = ask(gateway, chat, data={"order_id": "M2"})
    assert report(gateway, "M1", status="cancelled", request_id=other).status_code == 404
    assert (state(gateway, other), status(gateway)) == ("staff", "paid")


@on_sqlite
@pytest.mark.parametrize(
    "body", [{}, {"status": "eaten"}, {"status": 7}, {"status": "paid", "message": "x" * 2001}]
)
def test_a_report_of_another_form_is_422(
    gateway: Gateway, chat: Chat, body: dict[str, Any]
) -> None:
    answer = report(gateway, "M1", **body)
    assert answer.status_code == 422
    assert answer.json()["detail"]


@on_sqlite
@pytest.mark.parametrize("headers", [{}, {"X-Events-Key": "wrong"}, {"X-Events-Key": ""}])
def test_without_the_key_it_is_401(gateway: Gateway, chat: Chat, headers: dict[str, str]) -> None:
    answer = gateway.client.post(
        "/api/shop/orders/M1", json={"status": "shipped"}, headers={**chat.headers, **headers}
    )
    assert answer.status_code == 401
    assert status(gateway) == "paid"
