"""A link that joins a chat with the shop's customer: theirs, once, and only for a while."""

from datetime import timedelta
from decimal import Decimal
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import delete, select, update

from db.tables.alerts import Alert
from db.tables.behaviour import Event
from db.tables.conversations import Conversation
from db.tables.customers import Identity
from db.tables.orders import Cart, CartLine
from db.tables.telegram import TelegramLink
from shop.identity import sign
from tests.builders import a_customer, a_product, an_event
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop, settle


def signed_in(shop: TelegramShop, customer_id: str = "c1") -> httpx.Client:
    signature = sign(customer_id, key=shop.settings.identity_key)
    return shop.web(customer={"id": customer_id, "signature": signature})


def a_link(web: httpx.Client) -> str:
    """The token of a fresh link."""
    answer = web.post("/api/chat/telegram-link")
    assert answer.status_code == 201, answer.text
    url = urlsplit(answer.json()["url"])
    assert (url.netloc, url.path) == ("t.me", "/corner_shop_bot")
    (token,) = parse_qs(url.query)["start"]
    assert len(token) <= 64
    return token


def joins(shop: TelegramShop, token: str) -> None:
    """Maya follows a link and says yes."""
    shop.maya.says(f"/start {token}")
    question = shop.maya.sees("Join this chat with the account of")
    shop.maya.taps("that's me", on=question)
    shop.maya.sees("Welcome,")


def test_conversation_cart_and_alerts_go_on_across_channels(shop: TelegramShop) -> None:
    shop.add(a_customer(id="c1", name="Maya"), a_product(id="p1", price=Decimal(50)))
    web = signed_in(shop)
    web.post("/api/chat/messages", json={"text": "on the page"})
    maya = shop.begins()
    with shop.sessions() as session:
        guest = session.scalars(
            select(Conversation.id).where(Conversation.channel == "telegram")
        ).one()
    shop.add(
        an_event(customer_id=None, session_id=guest),
        Alert(conversation_id=guest, product_id="p1", kind="price_drop", price=Decimal(50)),
        Cart(
            id="cart1",
            conversation_id=guest,
            lines=[CartLine(product_id="p1", quantity=2, price=Decimal(50))],
        ),
    )

    joins(shop, a_link(web))
    maya.says("on the phone")
    maya.sees("You said: on the phone")

    told = [message["text"] for message in web.get("/api/chat/messages").json()["messages"]]
    assert told[-2:] == ["on the phone", "You said: on the phone"]
    assert shop.bot.calls[-1].conversation_id == shop.bot.calls[0].conversation_id
    assert shop.bot.calls[-1].metadata["customer_id"] == "c1"
    cart = web.get("/api/chat/cart").json()
    assert [(line["product_id"], line["quantity"]) for line in cart["lines"]] == [("p1", 2)]
    with shop.sessions() as session:
        assert session.scalars(select(Event.customer_id).where(Event.session_id == guest)).one()
        assert session.scalars(select(Alert.customer_id)).one() == "c1"
        assert session.get(Identity, ("telegram", str(maya.chat_id))) is not None


@on_sqlite
def test_what_is_asked_in_the_browser_is_answered_there_and_not_on_the_phone(
    shop: TelegramShop,
) -> None:
    shop.add(a_customer(id="c1"))
    web = signed_in(shop)
    joins(shop, a_link(web))
    before = len(shop.maya.seen)

    web.post("/api/chat/messages", json={"text": "typed in the browser"})
    settle()

    assert len(shop.maya.seen) == before


@on_sqlite
def test_a_link_is_good_once(shop: TelegramShop) -> None:
    shop.add(a_customer(id="c1"))
    token = a_link(signed_in(shop))
    joins(shop, token)
    ben = shop.begins(shop.api.person(7004, first="Ben"))

    ben.says(f"/start {token}")

    ben.sees("too old or was used before")


@on_sqlite
def test_a_link_that_was_used_meanwhile_joins_nobody(shop: TelegramShop) -> None:
    shop.add(a_customer(id="c1"))
    token = a_link(signed_in(shop))
    ben = shop.begins(shop.api.person(7004, first="Ben"))
    ben.says(f"/start {token}")
    question = ben.sees("Join this chat")
    joins(shop, token)

    query = ben.taps("that's me", on=question)

    wait_until(lambda: "too old" in shop.api.answered.get(query, ""))
    assert not any("Welcome" in text for text in ben.texts)


@on_sqlite
def test_a_link_ends(shop: TelegramShop) -> None:
    shop.add(a_customer(id="c1"))
    token = a_link(signed_in(shop))
    with shop.sessions.begin() as session:
        earlier = session.scalars(select(TelegramLink.expires_at)).one() - timedelta(hours=1)
        session.execute(update(TelegramLink).values(expires_at=earlier))
    maya = shop.begins()

    query = maya.taps_data(f"join:{token}", on=maya.seen[0])

    wait_until(lambda: "too old" in shop.api.answered.get(query, ""))


@on_sqlite
@pytest.mark.parametrize("change", ["", "x", "A" * 48, "é"])
def test_a_link_that_is_not_ours_joins_nobody(shop: TelegramShop, change: str) -> None:
    shop.add(a_customer(id="c1"))
    token = a_link(signed_in(shop))
    forged = change or token[:-6] + ("A" * 6)
    maya = shop.begins()

    maya.says(f"/start {forged}")

    maya.sees("too old or was used before")


@on_sqlite
def test_only_a_signed_in_customer_gets_a_link(shop: TelegramShop) -> None:
    assert shop.web().post("/api/chat/telegram-link").status_code == 401
    assert httpx.post(f"{shop.url}/api/chat/telegram-link").status_code == 401


@on_sqlite
def test_a_shop_without_a_bot_says_so(idle_shop: TelegramShop) -> None:
    with idle_shop.running(telegram_token=None):
        assert idle_shop.web().post("/api/chat/telegram-link").status_code == 404
        found = idle_shop.web().get("/api/chat/telegram")
        assert (found.status_code, found.json()) == (200, {"available": False, "url": None})


@on_sqlite
def test_who_joined_is_known_when_the_old_conversation_is_gone(shop: TelegramShop) -> None:
    shop.add(a_customer(id="c1"))
    joins(shop, a_link(signed_in(shop)))
    with shop.sessions.begin() as session:
        session.execute(delete(Conversation))

    shop.maya.says("hello again")
    shop.maya.sees("You said: hello again")

    assert shop.bot.calls[-1].metadata["customer_id"] == "c1"
