"""What shoppers asked to be told, told in their conversations."""

import asyncio
from decimal import Decimal

import pytest

from db.tables.catalog import Product
from gateway.alert_watch import AlertWatch
from gateway.answers import Composer
from gateway.hub import Hub
from gateway.outreach_drafts import NoticeWriter
from gateway.store import ConversationStore
from gateway.words import Words
from shop.alerts import subscribe
from shop.shopper import Shopper
from tests.builders import a_product
from tests.gateway.conftest import Gateway, texts


@pytest.fixture
def watch(gateway: Gateway) -> AlertWatch:
    words = Words(default_locale="en")
    composer = Composer(gateway.sessions, words=words, shop_name=lambda: "Corner Shop")
    writer = NoticeWriter(composer=composer, words=words)
    return AlertWatch(store=ConversationStore(gateway.sessions), writer=writer, hub=Hub())


def test_a_lower_price_is_told_once_with_the_card(gateway: Gateway, watch: AlertWatch) -> None:
    chat = gateway.chat()
    with gateway.sessions.begin() as session:
        lamp = a_product(id="lamp", title="Glow Lamp", price=Decimal(50))
        session.add(lamp)
        session.flush()
        subscribe(session, lamp, shopper=Shopper(session_id=chat.id))
    assert asyncio.run(watch.look()) == 0

    with gateway.sessions.begin() as session:
        session.get_one(Product, "lamp").price = Decimal(40)
    assert asyncio.run(watch.look()) == 1
    assert asyncio.run(watch.look()) == 0

    told = chat.history()[-1]
    assert "cheaper now: $40 instead of $50" in texts([told])[0]
    assert [card["product_id"] for card in told["cards"]] == ["lamp"]
    chat.tap(told["quick_replies"][0])
    assert gateway.bot.calls[-1].parse["intent"]["name"] == "add_to_cart"
