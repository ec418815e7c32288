from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db.engine import session_factory
from db.tables.conversations import Conversation
from db.tables.orders import Cart, Order
from db.tables.shop_requests import ShopRequest
from shop.shop_requests import file_request, open_requests, settle_request
from tests.builders import a_customer, an_order


def a_request(session: Session, **values: Any) -> ShopRequest:
    """Maya asks to cancel M1, unless told otherwise."""
    return file_request(
        session,
        **{
            "kind": "order.cancel",
            "data": {"order_id": "M1"},
            "conversation_id": "talk",
            "customer_id": "maya",
            "webhook": True,
            **values,
        },
    )


@pytest.mark.parametrize(("webhook", "state"), [(True, "pending"), (False, "staff")])
def test_a_request_goes_to_the_shops_system_or_its_people(
    session: Session, webhook: bool, state: str
) -> None:
    request = a_request(session, webhook=webhook)
    assert (request.state, request.subject, request.data) == (state, "M1", {"order_id": "M1"})


def test_what_is_asked_already_is_not_asked_again(session: Session) -> None:
    first = a_request(session)
    again = a_request(session, conversation_id="another tab")
    assert again.id == first.id
    # Here the shopper waits now.
    assert again.conversation_id == "another tab"
    assert session.scalar(select(func.count()).select_from(ShopRequest)) == 1


def test_another_order_kind_item_or_change_is_another_request(session: Session) -> None:
    about = [
        a_request(session),
        a_request(session, data={"order_id": "M2"}),
        a_request(session, kind="order.return"),
        a_request(session, kind="order.return", data={"order_id": "M1", "product_id": "p1"}),
        a_request(session, kind="order.change", data={"order_id": "M1", "change": "size L"}),
        a_request(session, kind="order.change", data={"order_id": "M1", "change": "size M"}),
    ]
    assert len({request.id for request in about}) == len(about)
    same = a_request(session, kind="order.change", data={"order_id": "M1", "change": " Size  l"})
    assert same.id == about[4].id


def test_turns_at_once_make_one_request(database: Engine) -> None:
    sessions = session_factory(database)

    def ask(_: int) -> str:
        with sessions.begin() as session:
            return a_request(session).id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(ask, range(8)))) == 1


def test_a_settled_request_may_be_made_anew(session: Session) -> None:
    first = a_request(session)
    settle_request(session, first.id, outcome="refused", message="Too late.")
    assert a_request(session).id != first.id


def test_a_request_is_settled_once(session: Session) -> None:
    request = a_request(session)
    settled = settle_request(session, request.id, outcome="refused", message="Already packed.")
    assert settled is not None
    assert (settled.state, settled.message) == ("refused", "Already packed.")
    assert settle_request(session, request.id, outcome="confirmed") is None
    assert session.get_one(ShopRequest, request.id).state == "refused"


def test_a_confirmed_cancellation_cancels_the_order(session: Session) -> None:
    session.add(a_customer(id="maya"))
    session.flush()
    session.add(an_order(id="M1", customer_id="maya", status="paid"))
    session.flush()
    settle_request(session, a_request(session).id, outcome="confirmed")
    session.expire_all()
    assert session.get_one(Order, "M1").status == "cancelled"


def test_a_checkouts_outcome_is_its_carts(session: Session) -> None:
    session.add(Conversation(id="talk", channel="web"))
    session.flush()
    session.add(Cart(id="c", conversation_id="talk", state="requested"))
    session.flush()
    request = a_request(session, kind="cart.checkout", data={"cart_id": "c"})
    settle_request(session, request.id, outcome="confirmed")
    session.expire_all()
    assert session.get_one(Cart, "c").state == "confirmed"


def test_open_requests_are_those_nobody_has_decided(session: Session) -> None:
    cancel = a_request(session)
    change = a_request(session, kind="order.change", webhook=False)
    settle_request(session, cancel.id, outcome="refused")
    assert [r.id for r in open_requests(session, ["M1", "M2"])] == [change.id]
