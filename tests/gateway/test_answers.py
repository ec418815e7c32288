"""What messages and answers hold: plain text, tapped replies, filled cards."""

import json

import pytest

from gateway.bot_client import Reply
from tests.builders import a_product
from tests.gateway.conftest import Gateway, on_sqlite, stored, texts


@on_sqlite
@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ('/checkout{"cart": 1}', ' checkout{"cart": 1}'),
        ("/restart", " restart"),
        ("  //restart", "    restart"),
        ("\n/restart", "  restart"),
        ("/", "?"),
    ],
)
def test_a_leading_slash_is_only_text(gateway: Gateway, typed: str, read: str) -> None:
    chat = gateway.chat()

    chat.say(typed)

    assert gateway.parser.asked == [read]
    assert gateway.bot.calls[0].text == read
    assert chat.history()[1]["text"] == typed


def test_a_tapped_reply_shows_its_title_and_means_its_payload(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.offers("Under $50", '/refine_search{"price_max": 50}')
    offered = chat.say("shoes")["messages"][0]["quick_replies"][0]

    chat.tap(offered)

    assert offered["title"] == "Under $50"
    assert "/" not in offered["payload"]
    assert len(offered["payload"].encode()) <= 64
    assert texts(chat.history())[-2] == "Under $50"
    call = gateway.bot.calls[-1]
    assert call.text == "Under $50"
    assert call.parse["intent"]["name"] == "refine_search"
    assert call.parse["entities"][0]["value"] == 50


def test_a_reply_that_stands_for_words_is_read_as_words(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.offers("Gifts", "something for my mother")
    offered = chat.say("hm")["messages"][0]["quick_replies"][0]

    chat.tap(offered)

    assert gateway.bot.calls[-1].text == "something for my mother"
    assert gateway.parser.asked[-1] == "something for my mother"


def test_a_button_that_carries_nonsense_still_works_as_a_menu_while_the_nlu_is_down(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    gateway.bot.offers("Broken", "/search{nonsense}")
    offered = chat.say("shoes")["messages"][0]["quick_replies"][0]
    gateway.parser.down = True

    assert "trouble understanding" in chat.tap(offered)["messages"][0]["text"]


def test_a_payload_of_another_conversation_is_refused(gateway: Gateway) -> None:
    gateway.bot.offers("More", "/show_more")
    offered = gateway.chat().say("shoes")["messages"][0]["quick_replies"][0]
    stranger = gateway.chat()

    response = stranger.send(payload=offered["payload"])

    assert response.status_code == 422
    assert response.json()["error"] == "unknown_payload"
    assert len(stranger.history()) == 1


def test_a_made_up_payload_is_refused(gateway: Gateway) -> None:
    response = gateway.chat().send(payload='/checkout{"cart": 1}')

    assert response.status_code == 422


def test_cards_are_filled_from_the_database_and_their_reasons_worded(gateway: Gateway) -> None:
    gateway.add(a_product(id="p-1", title="Trail Sneaker", brand=None, image_url=None))
    gateway.bot.reply = lambda call: [
        Reply(text="Look:"),
        Reply(
            custom={
                "cards": [
                    {
                        "product_id": "p-1",
                        "reason": {"code": "fits_budget", "params": {"price_max": 60}},
                    },
                    {"product_id": "gone", "reason": {"code": "new_arrival", "params": {}}},
                ],
                "ranking_id": "r-1",
                "degraded": False,
            }
        ),
    ]

    messages = gateway.chat().say("sneakers")["messages"]

    assert texts(messages) == ["Look:"]
    assert messages[0]["cards"] == [
        {
            "product_id": "p-1",
            "title": "Trail Sneaker",
            "brand": None,
            "category": "shoes",
            "product_type": "sneaker",
            "price": {"amount": "59.90", "currency": "USD"},
            "list_price": None,
            "image_url": "/media/placeholder.png",
            "url": "/products/p-1",
            "rating": None,
            "rating_count": 0,
            "availability": "in_stock",
            "reason": "Within your budget of $60.",
            "ranking_id": "r-1",
        }
    ]


@pytest.mark.parametrize(
    ("products", "text"),
    [
        (["p-1"], "Here's why:\nNew in our shop."),
        (
            ["p-1", "p-2"],
            "Here's why:\n• **Sneaker 1**: New in our shop.\n• **Sneaker 2**: New in our shop.",
        ),
    ],
)
def test_reasons_that_were_asked_for_are_told_in_words(
    gateway: Gateway, products: list[str], text: str
) -> None:
    for product_id in products:
        gateway.add(a_product(id=product_id, title=f"Sneaker {product_id[-1]}"))
    cards = [
        {"product_id": product_id, "reason": {"code": "new_arrival", "params": {}}}
        for product_id in products
    ]
    gateway.bot.reply = lambda call: [
        Reply(text="Here's why:"),
        Reply(custom={"cards": cards, "tell_reasons": True}),
    ]
    assert texts(gateway.chat().say("why these?")["messages"]) == [text]


def test_a_second_best_ranking_is_noted_as_such(gateway: Gateway) -> None:
    gateway.bot.reply = lambda call: [
        Reply(text="The most popular:", custom={"cards": [], "degraded": True})
    ]
    chat = gateway.chat()

    chat.say("sneakers")

    assert stored(gateway, chat)[-1].degraded


def test_text_comes_back_as_it_was_given(gateway: Gateway) -> None:
    chat = gateway.chat()
    odd_texts = [
        "<script>alert(1)</script><img src=x onerror=alert(1)>",
        "'; DROP TABLE messages; --",
        "{{7*7}} ${7*7} %s {0} {name}",
        "😀 שלום 你好 é",
        "line one\nline two\tend",
        "x" * 2000,
    ]

    answers = [texts(chat.say(text)["messages"]) for text in odd_texts]

    assert answers == [[f"You said: {text}"] for text in odd_texts]
    assert [m["text"] for m in chat.history() if m["role"] == "shopper"] == odd_texts


@pytest.mark.parametrize(
    ("given", "kept"),
    [("nul\x00 and bell\x07", "nul and bell"), ("half \ud83d a pair", "half \ufffd a pair")],
)
def test_what_no_database_takes_is_left_out(gateway: Gateway, given: str, kept: str) -> None:
    chat = gateway.chat()
    body = json.dumps({"text": given}).encode()
    headers = {**chat.headers, "Content-Type": "application/json"}

    response = gateway.client.post("/api/chat/messages", content=body, headers=headers)

    assert response.status_code == 200, response.text
    assert chat.history()[1]["text"] == kept


def a_comparison(*product_ids: str) -> Reply:
    """A bot's answer that holds these against each other."""
    reason = {"code": "other", "params": {}}
    return Reply(
        text="Side by side:",
        custom={
            "cards": [{"product_id": id_, "reason": reason} for id_ in product_ids],
            "comparison": {
                "product_ids": list(product_ids),
                "rows": [
                    {"label": "Price", "values": ["$40", "$60"], "best": 0},
                    {"label": "Uneven", "values": ["one"], "best": None},
                    {"label": "Colour", "values": ["red", None], "best": 7},
                ],
            },
        },
    )


def test_a_comparison_is_a_table_under_its_cards_and_is_kept(gateway: Gateway) -> None:
    gateway.add(a_product(id="p-1", title="Trail", image_url=None), a_product(id="p-2"))
    gateway.bot.reply = lambda call: [a_comparison("p-1", "p-2")]
    chat = gateway.chat()

    (message,) = chat.say("compare them")["messages"]

    table = message["comparison"]
    assert table["columns"][0] == {
        "product_id": "p-1",
        "title": "Trail",
        "image_url": "/media/placeholder.png",
        "url": "/products/p-1",
    }
    assert table["rows"] == [
        {"label": "Price", "values": ["$40", "$60"], "best": 0},
        {"label": "Colour", "values": ["red", None], "best": None},
    ]
    assert [card["product_id"] for card in message["cards"]] == ["p-1", "p-2"]
    assert chat.history()[-1]["comparison"] == table


@on_sqlite
def test_a_comparison_with_a_product_that_is_gone_is_no_table(gateway: Gateway) -> None:
    gateway.add(a_product(id="p-1"))
    gateway.bot.reply = lambda call: [a_comparison("p-1", "gone")]

    (message,) = gateway.chat().say("compare them")["messages"]

    assert message["comparison"] is None
    assert len(message["cards"]) == 1
