"""News that was asked for, on Telegram, and the one tap that ends it."""

import asyncio
from decimal import Decimal

import pytest
from sqlalchemy import select

from db.tables.base import now
from db.tables.catalog import Product
from db.tables.orders import Order
from db.tables.telegram import TelegramChat
from gateway.alert_watch import AlertWatch
from gateway.answers import Composer
from gateway.hub import Hub
from gateway.outreach_drafts import NoticeWriter
from gateway.store import ConversationStore
from gateway.words import Words
from shop.alerts import subscribe
from shop.outreach_wishes import set_topic
from shop.shopper import Shopper
from tests.builders import a_customer, a_product, an_order, an_order_line
from tests.gateway.telegram.conftest import TelegramShop
from tests.gateway.telegram.test_joining import a_link, joins, signed_in


@pytest.fixture
def watch(shop: TelegramShop) -> AlertWatch:
    words = Words(default_locale="en")
    composer = Composer(shop.sessions, words=words, shop_name=lambda: "Corner Shop")
    writer = NoticeWriter(composer=composer, words=words)
    return AlertWatch(store=ConversationStore(shop.sessions), writer=writer, hub=Hub())


def test_what_was_asked_for_on_the_page_is_told_on_telegram(
    shop: TelegramShop, watch: AlertWatch
) -> None:
    shop.add(a_customer(id="c1"))
    lamp = a_product(
        id="lamp", title="Glow Lamp", price=Decimal(50), image_url=shop.picture("a.webp")
    )
    shop.add(lamp)
    web = signed_in(shop)
    joins(shop, a_link(web))
    here = the_chats_conversation(shop)
    with shop.sessions.begin() as session:
        set_topic(session, "customer:c1", "orders", on=True)
        shopper = Shopper(session_id=here, customer_id="c1")
        subscribe(session, session.get_one(Product, "lamp"), shopper=shopper)
        order = an_order(an_order_line(lamp), id="SO-1", customer_id="c1", created_at=now())
        order.status = "paid"
        session.add(order)
        session.get_one(Product, "lamp").price = Decimal(40)

    assert asyncio.run(watch.look()) == 2
    assert asyncio.run(watch.look()) == 0
    told = shop.maya.sees("$40 instead of $50")
    card = shop.maya.sees("Glow Lamp", after=shop.maya.seen.index(told) + 1)
    assert "No such messages" in card.titles
    assert "No news of orders" in shop.maya.sees("order SO-1 is paid").titles

    with shop.sessions.begin() as session:
        session.get_one(Order, "SO-1").status = "shipped"
    assert asyncio.run(watch.look()) == 1
    shipped = shop.maya.sees("SO-1 is on its way")
    shop.maya.taps("No news of orders", on=shipped)
    shop.maya.sees("You said: No news of orders")
    assert shop.bot.calls[-1].parse["intent"]["name"] == "subscribe_alert"
    (entity,) = shop.bot.calls[-1].parse["entities"]
    assert (entity["entity"], entity["value"]) == ("any", "outreach_orders")


def the_chats_conversation(shop: TelegramShop) -> str:
    with shop.sessions() as session:
        return session.scalars(select(TelegramChat.conversation_id)).one()
