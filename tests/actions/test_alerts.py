"""Wishes to be told, and what is known about a shopper."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.tables.catalog import Product
from db.tables.conversations import Conversation
from shop.alerts import take_news
from shop.outreach_wishes import read_wishes, set_topic
from tests.actions.rehearsal import Rehearsal
from tests.builders import NOON, a_customer, a_product, an_order


@pytest.fixture
def own_sessions(sqlite_url: str) -> Iterator[sessionmaker[Session]]:
    """A lamp that is there, a mug that is sold out, and Maya, who has ordered once."""
    engine = make_engine(sqlite_url)
    made = session_factory(engine)
    with made.begin() as session:
        session.add(Conversation(id="t", channel="web"))
        session.add(a_product(id="lamp", title="Glow Lamp", category="home"))
        session.add(a_product(id="mug", title="Harbor Mug", stock=0))
        session.add(a_customer(id="maya"))
        session.flush()
        session.add(an_order(customer_id="maya", created_at=NOON))
    yield made
    engine.dispose()


@pytest.fixture
def chat(own_sessions: sessionmaker[Session]) -> Rehearsal:
    return Rehearsal(own_sessions, customer_id="maya")


def open_wishes(sessions: sessionmaker[Session], *, price: int) -> list[str]:
    """What there is to tell once everything is in stock and costs so much."""
    with sessions.begin() as session:
        for product_id in ("lamp", "mug"):
            product = session.get_one(Product, product_id)
            product.stock, product.price = 3, Decimal(price)
        session.flush()
        return [f"{news.kind} {news.product.id}" for news in take_news(session)]


def test_a_thing_in_stock_is_watched_for_its_price(
    chat: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    answer = chat.say("subscribe_alert", "tell me when it gets cheaper", product_id="lamp")
    assert "Glow Lamp" in answer.text
    assert "$59.90" in answer.text
    assert open_wishes(own_sessions, price=50) == ["price_drop lamp"]


def test_a_thing_sold_out_is_watched_for_its_return(
    chat: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    chat.say("subscribe_alert", "let me know when it is back", product_id="mug")
    assert open_wishes(own_sessions, price=90) == ["back_in_stock mug"]


def test_a_wish_is_taken_back_by_its_button(
    chat: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    answer = chat.say("subscribe_alert", "tell me when it gets cheaper", product_id="lamp")
    chat.press(answer, "No message, thanks")
    assert open_wishes(own_sessions, price=50) == []


def test_nobody_waits_for_what_is_there(
    chat: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    chat.slots["focus"] = "lamp"
    answer = chat.say("subscribe_alert", "tell me when it is back in stock")
    assert answer.cards == ["lamp"]
    assert open_wishes(own_sessions, price=1) == []


def test_what_is_known_is_told(chat: Rehearsal) -> None:
    chat.say("subscribe_alert", "tell me when it gets cheaper", product_id="lamp")
    chat.say("like_item", "lovely", product_id="lamp")
    answer = chat.say("privacy_request", "what do you know about me")
    for known in ("one order", "You like Glow Lamp", "about one product"):
        assert known in answer.text
    assert answer.handoff is None


def test_a_guest_without_a_past_hears_that(own_sessions: sessionmaker[Session]) -> None:
    answer = Rehearsal(own_sessions).say("privacy_request", "what do you know about me")
    assert "order" not in answer.text


@pytest.mark.parametrize("wish", ["delete my data", "send me a copy of my data"])
def test_erasing_and_copies_go_to_staff(chat: Rehearsal, wish: str) -> None:
    assert chat.say("privacy_request", wish).handoff == "privacy_request"


def test_a_tap_ends_all_news_of_a_kind(
    chat: Rehearsal, own_sessions: sessionmaker[Session]
) -> None:
    with own_sessions.begin() as session:
        set_topic(session, "customer:maya", "orders", on=True)
        set_topic(session, "customer:maya", "carts", on=True)

    answer = chat.say("subscribe_alert", "No news of orders", any="outreach_orders")

    assert "more" in answer.text
    assert answer.cards == []
    with own_sessions() as session:
        wishes = read_wishes(session, "customer:maya")
    assert (wishes.orders, wishes.carts, wishes.alerts) == (False, True, True)
