"""What brings a person without having been asked for, once each in a conversation."""

from decimal import Decimal

import pytest

from common.settings import Settings
from db.tables.orders import Cart, CartLine
from tests.builders import a_product
from tests.gateway.conftest import Chat, Gateway, on_sqlite
from tests.gateway.staff.conftest import Office

pytestmark = on_sqlite


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"valuable_cart": Decimal(200)})


def fill_cart(gateway: Gateway, chat: Chat, *, pieces: int) -> None:
    product = a_product()
    gateway.add(product)
    line = CartLine(product_id=product.id, quantity=pieces, price=product.price)
    gateway.add(Cart(id=chat.id, conversation_id=chat.id, lines=[line]))


def test_who_says_the_same_three_times_is_going_in_circles(office: Office) -> None:
    chat, other = office.gateway.chat(), office.gateway.chat()

    states = [chat.say(text)["state"] for text in ("red hat", "red hats", "Red hat!")]
    apart = [other.say(text)["state"] for text in ("red hat", "a blue one", "red hat")]

    assert states == ["bot", "bot", "queued"]
    assert apart == ["bot"] * 3
    assert office.sign_in("Ana").detail(chat)["conversation"]["reason"] == "stuck"


def test_who_asks_for_another_number_asks_another_question(office: Office) -> None:
    chat = office.gateway.chat()

    assert {chat.say(f"do you have size {size}")["state"] for size in (40, 41, 42)} == {"bot"}


def test_who_asks_for_more_and_more_is_going_on(office: Office) -> None:
    office.gateway.parser.intents |= {"more": "show_more"}
    chat = office.gateway.chat()

    assert {chat.say("more")["state"] for _ in range(4)} == {"bot"}


def test_a_valuable_cart_brings_a_person_once(office: Office) -> None:
    gateway = office.gateway
    chat, modest = gateway.chat(), gateway.chat()
    fill_cart(gateway, chat, pieces=5)
    fill_cart(gateway, modest, pieces=1)

    called = chat.say("hm, which size")
    ana = office.sign_in("Ana")
    reason = ana.detail(chat)["conversation"]["reason"]
    ana.act("claim", chat)
    ana.act("release", chat)

    assert (called["state"], reason) == ("queued", "valuable_cart")
    assert "I've asked a person" in called["messages"][-1]["text"]
    assert chat.say("and which colour")["state"] == "bot"
    assert modest.say("which size")["state"] == "bot"


def test_a_rule_of_the_shops_own_brings_a_person(office: Office) -> None:
    sue = office.sign_in("Sue", role="supervisor")
    sue.post("/rules", name="Wholesale", words=["wholesale", "bulk"], locales=["en"])
    rule = sue.post("/rules", name="Off", words=["gift"]).json()
    sue.send("PUT", f"/rules/{rule['id']}", **{**rule, "active": False})

    states = [
        office.gateway.chat(locale=locale).say(text)["state"]
        for text, locale in [
            ("do you sell in Bulk?", "en"),
            ("do you sell in bulk?", "zh"),
            ("a suitable gift", "en"),
            ("unbulky bags", "en"),
        ]
    ]

    assert states == ["queued", "bot", "bot", "bot"]


def test_who_was_let_down_again_and_again_is_given_a_person(office: Office) -> None:
    gateway = office.gateway
    gateway.bot.down = True
    chat = gateway.chat()

    states = [chat.say(text)["state"] for text in ("red hat", "blue hat", "any hat at all")]

    assert states == ["bot", "bot", "queued"]
    assert "I've asked a person" in chat.history()[-1]["text"]


def test_who_asks_in_a_script_that_no_model_reads_is_given_a_person(office: Office) -> None:
    gateway = office.gateway
    read = gateway.parser.parse

    async def unread(text: str, *, shopper: str) -> dict[str, object]:
        return {**await read(text, shopper=shopper), "readable": False}

    gateway.parser.parse = unread  # type: ignore[method-assign, assignment]
    chat = gateway.chat(locale="zh")

    assert chat.say("红色的鞋子")["state"] == "bot"
    assert chat.say("转人工客服")["state"] == "queued"
    assert gateway.bot.calls[-1].parse["intent"]["name"] == "human_handoff"


def test_who_asks_while_nothing_is_understood_is_given_a_person(office: Office) -> None:
    office.gateway.parser.down = True
    chat = office.gateway.chat()

    assert chat.say("can I talk to somebody")["state"] == "queued"
