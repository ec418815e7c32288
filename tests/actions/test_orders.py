"""Orders in a conversation: looked up, and changed only after a yes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.tables.orders import Order
from db.tables.shop_requests import ShopRequest
from shop.shop_requests import settle_request
from tests.actions.rehearsal import Rehearsal
from tests.builders import NOON, a_customer, a_product, an_order, an_order_line

INTENTS = ("track_order", "cancel_order", "change_order", "return_item", "ask_refund")


@pytest.fixture
def own_sessions(sqlite_url: str) -> Iterator[sessionmaker[Session]]:
    """Maya's orders: one paid, one on its way, one delivered with two things; Noah's one."""
    engine = make_engine(sqlite_url)
    made = session_factory(engine)
    mug = a_product(id="mug", title="Harbor Mug", category="kitchen", product_type="mug")
    lamp = a_product(id="lamp", title="Glow Lamp", category="home", product_type="lamp")
    lamp.price = Decimal(40)
    with made.begin() as session:
        session.add_all([mug, lamp, a_customer(id="maya"), a_customer(id="noah")])
        session.flush()
        for days, (number, status, goods) in enumerate(
            [("M3", "delivered", [mug, lamp]), ("M2", "shipped", [mug]), ("M1", "paid", [lamp])]
        ):
            session.add(
                an_order(
                    *(an_order_line(product) for product in goods),
                    id=number,
                    customer_id="maya",
                    status=status,
                    created_at=NOON + timedelta(days=days),
                )
            )
        session.add(an_order(an_order_line(mug), id="N1", customer_id="noah", status="paid"))
    yield made
    engine.dispose()


@pytest.fixture
def maya(own_sessions: sessionmaker[Session]) -> Rehearsal:
    chat = Rehearsal(own_sessions, customer_id="maya")
    chat.services = replace(chat.services, webhook=True)
    return chat


def requests(chat: Rehearsal) -> list[ShopRequest]:
    with chat.services.sessions() as session:
        return list(session.scalars(select(ShopRequest).order_by(ShopRequest.created_at)))


def place(chat: Rehearsal, number: str, status: str = "paid") -> None:
    with chat.services.sessions.begin() as session:
        session.add(an_order(id=number, customer_id="maya", status=status))


@pytest.mark.parametrize("intent", INTENTS)
def test_a_guest_is_asked_to_sign_in_and_learns_nothing(
    own_sessions: sessionmaker[Session], intent: str
) -> None:
    for number in ("M1", "X9"):
        answer = Rehearsal(own_sessions).say(intent, f"order [{number}](order_id:{number})")
        assert "sign in" in answer.text
        assert number not in answer.text


@pytest.mark.parametrize("intent", INTENTS)
def test_anothers_order_is_not_found(maya: Rehearsal, intent: str) -> None:
    assert "can't find order N1" in maya.say(intent, "order [N1](order_id:N1)").text


def test_orders_are_listed_newest_first(maya: Rehearsal) -> None:
    text = maya.say("track_order", "where is my order").text
    assert text.index("M1") < text.index("M2") < text.index("M3")
    assert "on its way" in text


def test_an_order_is_cancelled_after_a_yes(maya: Rehearsal) -> None:
    asked = maya.say("cancel_order", "cancel [M1](order_id:m1)")
    assert "M1" in asked.text
    assert "$40" in asked.text
    assert requests(maya) == []
    done = maya.press(asked, "Yes, cancel it")
    assert "asked the shop to cancel order M1" in done.text
    (request,) = requests(maya)
    assert (request.kind, request.subject, request.state) == ("order.cancel", "M1", "pending")
    assert request.customer_id == "maya"


def test_a_plain_yes_will_do_and_asks_once(maya: Rehearsal) -> None:
    maya.say("cancel_order", "cancel my order")
    maya.say("affirm", "yes please")
    assert len(requests(maya)) == 1
    assert "already asked" in maya.say("cancel_order", "cancel my order").text


def test_a_yes_to_a_refusal_brings_a_person(
    maya: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    maya.press(maya.say("cancel_order", "cancel [M1](order_id:M1)"), "Yes, cancel it")
    with own_sessions.begin() as session:
        request = session.scalars(select(ShopRequest)).one()
        settle_request(session, request.id, outcome="refused")
    assert maya.say("affirm", "yes").handoff == "accepted"
    assert maya.say("affirm", "yes").handoff is None


def test_a_no_leaves_it(maya: Rehearsal) -> None:
    asked = maya.say("cancel_order", "cancel my order")
    maya.press(asked, "No, keep it")
    maya.say("affirm", "yes")
    assert requests(maya) == []


def test_without_a_webhook_a_colleague_takes_it_on(maya: Rehearsal) -> None:
    maya.services = replace(maya.services, webhook=False)
    asked = maya.say("cancel_order", "cancel my order")
    assert "colleague takes it on" in maya.press(asked, "Yes, cancel it").text
    assert requests(maya)[0].state == "staff"


def test_it_means_the_order_spoken_of(maya: Rehearsal) -> None:
    place(maya, "M4")
    maya.say("track_order", "where is [M1](order_id:M1)")
    assert "M1" in maya.say("cancel_order", "cancel it").text


def test_the_last_one_is_the_newest(maya: Rehearsal) -> None:
    place(maya, "M0")
    assert "M1" in maya.say("cancel_order", "cancel my [last](ordinal:-1) order").text


def test_an_order_is_found_by_its_goods(maya: Rehearsal) -> None:
    place(maya, "M4")
    assert "M1" in maya.say("cancel_order", "cancel the [lamp](category) i ordered").text


def test_of_several_four_are_offered(maya: Rehearsal) -> None:
    for number in range(10, 15):
        place(maya, f"M{number}")
    asked = maya.say("cancel_order", "cancel my order")
    offered = [title for title in asked.buttons if title.startswith("M")]
    assert len(offered) == 4
    assert "?" in maya.press(asked, offered[1]).text


def test_what_has_shipped_is_not_cancelled_and_not_yet_sent_back(maya: Rehearsal) -> None:
    late = maya.say("cancel_order", "cancel [M2](order_id)")
    assert "already shipped" in late.text
    assert "still on its way" in maya.say("return_item", "return [M2](order_id)").text
    assert "Send it back" in maya.say("cancel_order", "cancel [M3](order_id)").buttons


def test_an_order_that_ships_before_the_yes_is_not_cancelled(maya: Rehearsal) -> None:
    asked = maya.say("cancel_order", "cancel my order")
    with maya.services.sessions.begin() as session:
        session.get_one(Order, "M1").status = "shipped"
    assert "already shipped" in maya.press(asked, "Yes, cancel it").text
    assert requests(maya) == []


def test_a_return_asks_which_item_and_takes_the_reason(maya: Rehearsal) -> None:
    which = maya.say("return_item", "i want to send something back")
    assert {"Harbor Mug", "Glow Lamp", "All of it"} <= set(which.buttons)
    why = maya.press(which, "Harbor Mug")
    assert "Harbor Mug" in why.text
    maya.press(why, "Yes, it's damaged")
    (request,) = requests(maya)
    assert request.kind == "order.return"
    assert request.data["product_id"] == "mug"
    assert request.data["reason"] == "damaged"


def test_a_named_item_goes_back_without_a_reason(maya: Rehearsal) -> None:
    asked = maya.say("return_item", "return the [mug](category), wrong colour")
    maya.press(asked, "Yes, send it back")
    (request,) = requests(maya)
    assert request.data["product_id"] == "mug"
    assert "wrong colour" in request.data["words"]


def test_a_change_goes_with_the_shoppers_own_words(maya: Rehearsal) -> None:
    asked = maya.say("change_order", "send it to [5 Mill Lane](address) please")
    assert "5 Mill Lane" in asked.text
    maya.press(asked, "Yes, ask them")
    (request,) = requests(maya)
    assert request.data["change"] == "send it to 5 Mill Lane please"


def test_a_vague_change_is_asked_about(maya: Rehearsal) -> None:
    asked = maya.say("change_order", "i want to change my order")
    assert "What should be different" in asked.text
    assert "change the address" in maya.press(asked, "The address").text
    confirm = maya.press(asked, "Just pass on what I wrote")
    assert "i want to change my order" in confirm.text


def test_what_was_asked_shows_beside_the_order(maya: Rehearsal) -> None:
    maya.press(maya.say("cancel_order", "cancel my order"), "Yes, cancel it")
    assert "cancellation requested" in maya.say("track_order", "where is my order").text


def test_a_refund_says_where_it_stands_or_leads_to_a_return(maya: Rehearsal) -> None:
    assert "Send it back" in maya.say("ask_refund", "money back for [M3](order_id)").buttons
    place(maya, "M5", "refunded")
    assert "refunded" in maya.say("ask_refund", "where is my refund").text


def test_all_of_it_is_said_in_chinese_too(own_sessions: sessionmaker[Session]) -> None:
    chat = Rehearsal(own_sessions, customer_id="maya", locale="zh")
    asked = chat.say("cancel_order", "取消 [M1](order_id)")
    assert "取消" in asked.text
    assert "M1" in chat.press(asked, "是的，取消").text


def test_a_guest_who_gives_the_number_is_thanked_for_it_and_offered_a_person(
    own_sessions: sessionmaker[Session],
) -> None:
    chat = Rehearsal(own_sessions)
    answer = chat.say("track_order", "order [M1](order_id)")
    assert "the number" in answer.text
    assert "shipped" not in answer.text
    assert chat.say("affirm", "yes").handoff
