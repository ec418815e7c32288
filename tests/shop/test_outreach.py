"""What the shop writes unasked: only what was wanted, once, by day, and not too often."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from db.tables.alerts import Alert
from db.tables.base import now
from db.tables.catalog import Product
from db.tables.conversations import Conversation
from db.tables.orders import Cart, CartLine, Order
from db.tables.shop_requests import ShopRequest
from db.tables.telegram import TelegramChat
from shop.alerts import News
from shop.outreach import MOST_A_DAY, LeftCart, OrderNews, take_notices
from shop.outreach_wishes import (
    OutreachWishes,
    UnknownTimeZone,
    hand_on,
    read_wishes,
    set_quiet_hours,
    set_time_zone,
    set_topic,
    stop_all,
)
from tests.builders import a_customer, a_product, an_order, an_order_line

MAYA, GUEST = "customer:c1", "conversation:g1"


@pytest.fixture
def lamp(session: Session) -> Product:
    """A lamp, Maya's conversation and a guest's."""
    product = a_product(id="lamp", price=Decimal(50))
    session.add_all([a_customer(id="c1"), product])
    session.flush()
    session.add(Conversation(id="w1", channel="web", customer_id="c1"))
    session.add(Conversation(id="g1", channel="web"))
    session.flush()
    return product


def ask_for(session: Session, product: Product, *, conversation: str, customer: str | None) -> None:
    """An alert that has come true."""
    session.add(
        Alert(
            conversation_id=conversation,
            customer_id=customer,
            product_id=product.id,
            kind="price_drop",
            price=product.price + 10,
        )
    )
    session.flush()


def an_order_of_maya(session: Session, product: Product, **values: object) -> Order:
    order = an_order(an_order_line(product), **{"customer_id": "c1", "created_at": now(), **values})
    session.add(order)
    session.flush()
    return order


def a_cart(session: Session, product: Product, *, conversation: str, idle: timedelta) -> Cart:
    line = CartLine(product_id=product.id, quantity=1, price=product.price)
    cart = Cart(id=f"cart-{conversation}", conversation_id=conversation, lines=[line])
    cart.updated_at = now() - idle
    session.add(cart)
    session.flush()
    return cart


def test_a_customer_hears_where_they_are_reached(session: Session, lamp: Product) -> None:
    session.add(Conversation(id="t1", channel="telegram", customer_id="c1"))
    session.flush()
    session.add(TelegramChat(chat_id=7, conversation_id="t1"))
    ask_for(session, lamp, conversation="w1", customer="c1")
    ask_for(session, lamp, conversation="g1", customer=None)

    places = [notice.conversation_id for notice in take_notices(session)]

    assert places == ["t1", "g1"]
    assert take_notices(session) == []


def test_who_has_blocked_the_bot_hears_on_the_page(session: Session, lamp: Product) -> None:
    session.add(
        Conversation(
            id="t1", channel="telegram", customer_id="c1", last_message_at=now() - timedelta(days=1)
        )
    )
    session.flush()
    session.add(TelegramChat(chat_id=7, conversation_id="t1", blocked_at=now()))
    ask_for(session, lamp, conversation="w1", customer="c1")

    (news,) = take_notices(session)

    assert news.conversation_id == "w1"


def test_quiet_hours_put_news_off_until_the_morning(session: Session, lamp: Product) -> None:
    ask_for(session, lamp, conversation="g1", customer=None)
    set_quiet_hours(session, GUEST, quiet_from=22, quiet_to=8)
    set_time_zone(session, GUEST, "Asia/Shanghai")
    night, morning = (datetime(2026, 5, 4, hour, tzinfo=UTC) for hour in (15, 1))

    assert take_notices(session, moment=night) == []
    (news,) = take_notices(session, moment=morning)

    assert isinstance(news, News)


def test_who_wants_nothing_hears_nothing(session: Session, lamp: Product) -> None:
    ask_for(session, lamp, conversation="g1", customer=None)
    stop_all(session, GUEST)
    assert take_notices(session) == []

    set_topic(session, GUEST, "alerts", on=True)
    assert len(take_notices(session)) == 1


def test_no_more_than_a_few_a_day_and_the_rest_the_next_day(
    session: Session, lamp: Product
) -> None:
    goods = [a_product(price=Decimal(5)) for _ in range(MOST_A_DAY + 2)]
    session.add_all(goods)
    session.flush()
    for product in goods:
        ask_for(session, product, conversation="g1", customer=None)

    moment = now()
    assert len(take_notices(session, moment=moment)) == MOST_A_DAY
    assert take_notices(session, moment=moment + timedelta(hours=1)) == []
    assert len(take_notices(session, moment=moment + timedelta(hours=25))) == 2


def test_orders_are_news_only_to_those_who_asked_and_from_then_on(
    session: Session, lamp: Product
) -> None:
    known = an_order_of_maya(session, lamp, status="paid")
    assert take_notices(session) == []
    set_topic(session, MAYA, "orders", on=True)
    assert take_notices(session) == []

    known.status = "shipped"
    an_order_of_maya(session, lamp, status="paid", id="new")
    an_order_of_maya(session, lamp, created_at=now() - timedelta(days=400))
    session.flush()

    told = {(n.order_id, n.status) for n in take_notices(session) if isinstance(n, OrderNews)}
    assert told == {(known.id, "shipped"), ("new", "paid")}
    assert take_notices(session) == []


def test_what_they_asked_for_themselves_is_no_news(session: Session, lamp: Product) -> None:
    set_topic(session, MAYA, "orders", on=True)
    order = an_order_of_maya(session, lamp, status="cancelled")
    session.add(
        ShopRequest(
            id="r1",
            kind="order.cancel",
            subject=order.id,
            fingerprint="f",
            data={},
            conversation_id="w1",
            state="confirmed",
        )
    )
    session.flush()
    assert take_notices(session) == []


@pytest.mark.parametrize(
    ("idle", "told"),
    [(timedelta(hours=2), 0), (timedelta(hours=30), 1), (timedelta(days=9), 0)],
)
def test_a_cart_that_was_left_is_remembered_once(
    session: Session, lamp: Product, idle: timedelta, told: int
) -> None:
    a_cart(session, lamp, conversation="g1", idle=idle)
    assert take_notices(session) == []

    set_topic(session, GUEST, "carts", on=True)
    notices = take_notices(session)

    assert len(notices) == told
    for cart in notices:
        assert isinstance(cart, LeftCart)
        assert (cart.conversation_id, cart.product_ids) == ("g1", ("lamp",))
    assert take_notices(session) == []


def test_who_was_away_for_long_hears_at_their_next_visit(session: Session, lamp: Product) -> None:
    set_topic(session, MAYA, "orders", on=True)
    an_order_of_maya(session, lamp, status="shipped")
    page = session.get_one(Conversation, "w1")
    page.last_message_at = now() - timedelta(days=20)
    session.flush()
    assert take_notices(session) == []

    session.add(Conversation(id="w2", channel="web", customer_id="c1"))
    session.flush()
    assert [notice.conversation_id for notice in take_notices(session)] == ["w2"]


def test_a_guests_wishes_become_the_customers_unless_they_have_some(session: Session) -> None:
    set_topic(session, GUEST, "carts", on=True)
    set_quiet_hours(session, GUEST, quiet_from=1, quiet_to=2)
    hand_on(session, guest=GUEST, customer=MAYA)
    assert read_wishes(session, MAYA) == OutreachWishes(carts=True, quiet_from=1, quiet_to=2)

    set_quiet_hours(session, GUEST, quiet_from=5, quiet_to=6)
    hand_on(session, guest=GUEST, customer=MAYA)
    assert read_wishes(session, MAYA).quiet_from == 1


def test_an_unknown_clock_is_refused(session: Session) -> None:
    with pytest.raises(UnknownTimeZone, match="Europe/Berlin"):
        set_time_zone(session, MAYA, "Europe/Atlantis")


@pytest.mark.parametrize(
    ("hour", "quiet"), [(21, False), (22, True), (0, True), (7, True), (8, False)]
)
def test_quiet_hours_reach_past_midnight(hour: int, quiet: bool) -> None:
    wishes = OutreachWishes(quiet_from=22, quiet_to=8, time_zone="UTC")
    assert wishes.is_quiet(datetime(2026, 5, 4, hour, 30, tzinfo=UTC)) is quiet
