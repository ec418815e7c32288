"""The cart in the chat. Each test has a shop of its own, since it fills carts."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.conversations import Conversation
from db.tables.shop_requests import ShopRequest
from shop.cart import find_cart
from tests.actions.rehearsal import Answer, Rehearsal
from tests.builders import a_product

MUGS = "[mugs](category:mug)"


@pytest.fixture
def sessions(tmp_path: Path) -> sessionmaker[Session]:
    """Three mugs ($10 to $30) of which the first is rare and the last sold out, and a lamp."""
    url = f"sqlite:///{tmp_path / 'shop.db'}"
    upgrade(url)
    made = session_factory(make_engine(url))
    with made.begin() as session:
        session.add(Conversation(id="t", channel="web"))
        for number, name in enumerate(("Meadow Mug", "Harbor Mug", "Dune Mug"), start=1):
            session.add(
                a_product(
                    id=f"m{number}",
                    title=name,
                    category="kitchen",
                    product_type="mug",
                    color=("green", "blue", "sand")[number - 1],
                    price=Decimal(10 * number),
                    rating_count=100 - number,
                    stock=(3, 50, 0)[number - 1],
                    item_group_id=name,
                )
            )
        session.add(
            a_product(
                id="lamp",
                title="Aurora Table Lamp",
                category="lighting",
                product_type="lamp",
                price=Decimal(45),
            )
        )
    return made


@pytest.fixture
def chat(sessions: sessionmaker[Session]) -> Rehearsal:
    """A guest's conversation with the mugs before them."""
    talk = Rehearsal(sessions)
    talk.slots["shown"] = ["m1", "m2", "m3"]
    talk.slots["last_ranking"] = "r1"
    return talk


@pytest.fixture
def filled(chat: Rehearsal) -> Rehearsal:
    """A Meadow Mug, two Harbor Mugs and the lamp are in the cart."""
    chat.say("add_to_cart", "the [first](ordinal:1) one")
    chat.say("add_to_cart", "[two](quantity:2) of the [second](ordinal:2)")
    chat.say("add_to_cart", "add the Aurora Table Lamp")
    return chat


def in_cart(chat: Rehearsal) -> dict[str, int]:
    with chat.services.sessions() as session:
        lines = find_cart(session, conversation_id="t").lines
    return {line.product.id: line.quantity for line in lines}


def change_product(chat: Rehearsal, product_id: str, **values: object) -> None:
    with chat.services.sessions.begin() as session:
        product = session.get_one(Product, product_id)
        for name, value in values.items():
            setattr(product, name, value)


def titles(answer: Answer) -> list[str]:
    return list(answer.buttons)


# ---- putting in


def test_the_second_one_goes_in_and_the_next_steps_are_offered(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "add the [second](ordinal:2) one")
    assert in_cart(chat) == {"m2": 1}
    assert "Harbor Mug" in answer.text
    assert "$20" in answer.text
    assert answer.cards == ["m2"]
    assert titles(answer) == ["View cart", "Checkout", "Keep shopping"]


def test_as_many_as_they_say(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "[two](quantity:2) of the [second](ordinal:2) one")
    assert in_cart(chat) == {"m2": 2}
    assert "2 × Harbor Mug" in answer.text
    assert "$40" in answer.text


def test_it_is_the_one_spoken_of(chat: Rehearsal) -> None:
    chat.say("ask_product_detail", "tell me about the [second](ordinal:2)")
    chat.say("add_to_cart", "i'll take it")
    chat.say("add_to_cart", "[two](quantity:2) of those")
    assert in_cart(chat) == {"m2": 3}


def test_unclear_which_one_asks_and_keeps_the_number(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "[three](quantity:3) of those")
    assert in_cart(chat) == {}
    chat.press(answer, "Harbor Mug")
    assert in_cart(chat) == {"m2": 3}


@pytest.mark.parametrize(
    ("intent", "words"),
    [
        ("like_item", "the [second](ordinal:2) please"),
        ("nlu_fallback", "the [blue](color) one"),
        ("search_product", "the harbor [mug](category:mug)"),
    ],
)
def test_which_one_is_answered_in_a_word(chat: Rehearsal, intent: str, words: str) -> None:
    chat.say("add_to_cart", "[three](quantity:3) of those")
    chat.say(intent, words)
    assert in_cart(chat) == {"m2": 3}


def test_something_else_is_no_answer_to_which_one(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "[three](quantity:3) of those")
    chat.say("search_product", "rather a [lamp](category:lamp)")
    chat.say("like_item", "i like the [first](ordinal:1)")
    assert in_cart(chat) == {}


def test_a_number_before_a_place_is_no_price(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "[40](price_min:40) of the [second](ordinal:2) one")
    assert in_cart(chat) == {"m2": 40}


def test_several_places_each_with_a_number(chat: Rehearsal) -> None:
    answer = chat.say(
        "add_to_cart",
        "[1](quantity:1) of the [first](ordinal:1) and [2](quantity:2) of the [second](ordinal:2)",
    )
    assert in_cart(chat) == {"m1": 1, "m2": 2}
    assert "2 × **Harbor Mug** at $20: $40" in answer.text
    assert "$50" in answer.text


def test_one_of_each(chat: Rehearsal) -> None:
    chat.slots["shown"] = ["m1", "m2"]
    chat.say("add_to_cart", "[both](quantity:2) please")
    assert in_cart(chat) == {"m1": 1, "m2": 1}


def test_a_product_named_in_full_needs_no_list(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "put the aurora table [lamp](category:lamp) in my cart")
    assert in_cart(chat) == {"lamp": 1}
    assert answer.cards == ["lamp"]


def test_more_than_there_is_says_how_many_there_are(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "[ten](quantity:10) of the [first](ordinal:1)")
    assert in_cart(chat) == {"m1": 3}
    assert "3" in answer.text
    again = chat.say("add_to_cart", "[one](quantity:1) more of the [first](ordinal:1)")
    assert in_cart(chat) == {"m1": 3}
    assert "already" in again.text


def test_what_is_sold_out_is_not_put_in_and_others_are_shown(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "the [third](ordinal:3) please")
    assert in_cart(chat) == {}
    assert "sold out" in answer.text
    assert "m2" in answer.cards
    assert "m3" not in answer.cards


def test_sold_out_without_anything_like_it(chat: Rehearsal) -> None:
    for product_id in ("m1", "m2", "lamp"):
        change_product(chat, product_id, active=False)
    chat.slots["shown"] = ["m3"]
    answer = chat.say("add_to_cart", "i'll take it")
    assert "sold out" in answer.text
    assert answer.cards == []


def test_no_cart_holds_a_hundred(chat: Rehearsal) -> None:
    change_product(chat, "m2", stock=None)
    answer = chat.say("add_to_cart", "[500](quantity:500) of the [second](ordinal:2)")
    assert in_cart(chat) == {"m2": 99}
    assert "99" in answer.text


def test_what_comes_later_is_said_to(chat: Rehearsal) -> None:
    change_product(chat, "m2", availability="preorder", stock=0)
    answer = chat.say("add_to_cart", "the [second](ordinal:2)")
    assert "pre-order" in answer.text


def test_the_button_under_a_product_puts_it_in(chat: Rehearsal) -> None:
    about = chat.say("ask_product_detail", "tell me about the [second](ordinal:2)")
    chat.press(about, "Add to cart")
    assert in_cart(chat) == {"m2": 1}


def test_recommendations_learn_of_it(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [second](ordinal:2)")
    with chat.services.sessions() as session:
        (event,) = session.scalars(select(Event))
    assert (event.name, event.product_id, event.session_id) == ("add_to_cart", "m2", "t")
    assert event.ranking_id == "r1"


def test_goods_that_were_not_spoken_of_are_looked_for(filled: Rehearsal) -> None:
    filled.say("add_to_cart", "add a [blanket](category:?)")
    assert in_cart(filled) == {"m1": 1, "m2": 2, "lamp": 1}


def test_the_same_in_another_colour(chat: Rehearsal) -> None:
    with chat.services.sessions.begin() as session:
        session.add(
            a_product(id="navy", title="Meadow Mug", color="navy", item_group_id="Meadow Mug")
        )
    chat.say("ask_product_detail", "tell me about the [first](ordinal:1)")
    chat.say("add_to_cart", "add it in [navy](color)")
    assert in_cart(chat) == {"navy": 1}


def test_a_colour_there_is_not_is_said_before_anything_goes_in(chat: Rehearsal) -> None:
    answer = chat.say(
        "add_to_cart", "[two](quantity:2) of the [second](ordinal:2) in [pink](color)"
    )
    assert in_cart(chat) == {}
    assert "pink" in answer.text
    chat.say("affirm", "yes")
    assert in_cart(chat) == {"m2": 2}


def test_a_colour_of_it_is_not_another_product_in_that_colour(chat: Rehearsal) -> None:
    chat.say("ask_product_detail", "tell me about the [first](ordinal:1)")
    answer = chat.say("add_to_cart", "add it in [blue](color)")
    assert in_cart(chat) == {}
    assert "Meadow Mug" in answer.text


def test_a_name_that_fits_none_asks(chat: Rehearsal) -> None:
    chat.say("ask_product_detail", "tell me about the [first](ordinal:1)")
    answer = chat.say("add_to_cart", "add the sunset [mug](category:mug)")
    assert in_cart(chat) == {}
    assert "Harbor Mug" in answer.buttons


def test_a_place_beyond_the_list_asks(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "the [second](ordinal:2) and the [ninth](ordinal:9)")
    assert in_cart(chat) == {}
    assert "Harbor Mug" in answer.buttons


@pytest.mark.parametrize("words", ["add two of the [second](ordinal:2) one", "add it to my basket"])
def test_with_nothing_before_them_it_asks_what(chat: Rehearsal, words: str) -> None:
    chat.slots["shown"] = None
    answer = chat.say("add_to_cart", words)
    assert "?" in answer.text
    assert answer.cards == []


def test_the_number_of_what_is_in_the_cart(filled: Rehearsal) -> None:
    filled.slots |= {"shown": ["m1", "m2"], "focus": "m1"}
    filled.say(
        "add_to_cart", "set the quantity of the [lamp](category:lighting) to [2](quantity:2)"
    )
    assert in_cart(filled) == {"m1": 1, "m2": 2, "lamp": 2}


# ---- how many, and taking out


def test_make_it_three(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "make it [three](quantity:3)")
    assert in_cart(filled)["lamp"] == 3
    assert "3 × Aurora Table Lamp" in answer.text


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("only [one](quantity:1) of the [second](ordinal:2)", 1),
        ("make the [blue](color) ones [4](quantity:4)", 4),
        ("reduce the harbor [mugs](category:mug) to [one](quantity:1)", 1),
        ("take [one](quantity:1) harbor [mug](category:mug) out", 1),
        ("[one](quantity:1) less of the harbor [mugs](category:mug)", 1),
        ("[one](quantity:1) more of the harbor [mugs](category:mug)", 3),
        ("remove [five](quantity:5) harbor [mugs](category:mug)", 0),
    ],
)
def test_how_many_there_are_to_be(filled: Rehearsal, words: str, left: int) -> None:
    filled.say("remove_from_cart", words)
    assert in_cart(filled).get("m2", 0) == left
    assert (in_cart(filled)["m1"], in_cart(filled)["lamp"]) == (1, 1)


def test_make_it_three_as_if_it_were_put_in(filled: Rehearsal) -> None:
    filled.say("add_to_cart", "make it [three](quantity:3)")
    assert in_cart(filled)["lamp"] == 3


@pytest.mark.parametrize(
    "words",
    [
        "remove the [lamp](category:lamp)",
        "take the aurora out of the cart",
        "take it out again",
        "remove the [third](ordinal:3) item from my cart",
        "delete the [last](ordinal:-1)",
        "the most expensive one can go",
    ],
)
def test_one_is_taken_out(filled: Rehearsal, words: str) -> None:
    answer = filled.say("remove_from_cart", words)
    assert in_cart(filled) == {"m1": 1, "m2": 2}
    assert "Aurora Table Lamp" in answer.text
    assert "$50" in answer.text


def test_taken_out_by_mistake_is_put_back(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "remove the [second](ordinal:2)")
    filled.press(answer, "Put it back")
    assert in_cart(filled) == {"m1": 1, "lamp": 1, "m2": 2}


def test_a_place_is_one_of_the_list_where_that_is_before_them(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [second](ordinal:2)")
    chat.say("add_to_cart", "the aurora table lamp")
    chat.say("remove_from_cart", "actually remove the [second](ordinal:2)")
    assert in_cart(chat) == {"lamp": 1}


def test_two_of_a_kind_are_asked_about(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "make the [mug](category:mug) [five](quantity:5)")
    assert titles(answer) == ["Meadow Mug", "Harbor Mug"]
    filled.press(answer, "Harbor Mug")
    assert in_cart(filled) == {"m1": 1, "m2": 5, "lamp": 1}


def test_what_is_not_in_it_is_said_and_nothing_goes(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "remove the [kettle](category:kettle)")
    assert "no kettle" in answer.text
    assert len(in_cart(filled)) == 3
    answer = filled.say("remove_from_cart", "remove the [red](color) [mug](category:mug)")
    assert "no red mug" in answer.text
    answer = filled.say("remove_from_cart", "remove the [red](color) one")
    assert "nothing red" in answer.text
    assert len(in_cart(filled)) == 3


def test_only_the_mug_is_blue(filled: Rehearsal) -> None:
    filled.say(
        "remove_from_cart", "the [blue](color) [mug](category:mug) and the [lamp](category:lamp)"
    )
    assert in_cart(filled) == {"m1": 1}
    answer = filled.say(
        "remove_from_cart", "the [green](color) [mug](category:mug) and the [sofa](category:sofa)"
    )
    assert "no sofa" in answer.text
    assert in_cart(filled) == {"m1": 1}


def test_several_are_taken_out_at_once(filled: Rehearsal) -> None:
    answer = filled.say(
        "remove_from_cart", "the [first](ordinal:1) and the [last](ordinal:-1) in my cart"
    )
    assert in_cart(filled) == {"m2": 2}
    assert "Meadow Mug and Aurora Table Lamp" in answer.text


def test_two_kinds_are_taken_out_at_once(filled: Rehearsal) -> None:
    filled.say(
        "remove_from_cart", "the [lamp](category:lamp) and the harbor [mug](category:mug) can go"
    )
    assert in_cart(filled) == {"m1": 1}


@pytest.mark.parametrize("words", ["empty my cart", "remove everything", "clear the basket"])
def test_everything_goes(filled: Rehearsal, words: str) -> None:
    assert "empty" in filled.say("remove_from_cart", words).text
    assert in_cart(filled) == {}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("remove everything except the [lamp](category:lamp)", {"lamp"}),
        ("remove all the [mugs](category:mug)", {"lamp"}),
        ("everything but the [lamp](category:lamp!) goes", {"lamp"}),
        (
            "remove everything except the [first](ordinal:1) and the [last](ordinal:-1)",
            {"m1", "lamp"},
        ),
    ],
)
def test_everything_of_a_kind_or_but_one(filled: Rehearsal, words: str, kept: set[str]) -> None:
    filled.say("remove_from_cart", words)
    assert set(in_cart(filled)) == kept


def test_a_button_of_what_is_gone_offers_to_put_it_in(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [first](ordinal:1)")
    answer = chat.say("remove_from_cart", product_id="lamp", quantity=2)
    chat.press(answer, "Yes, put it in")
    assert in_cart(chat) == {"m1": 1, "lamp": 2}


# ---- looking


def test_the_cart_is_shown_with_its_lines_and_sum(filled: Rehearsal) -> None:
    answer = filled.say("view_cart", "what's in my cart")
    assert "• **Meadow Mug**: $10" in answer.text
    assert "• 2 × **Harbor Mug** at $20: $40" in answer.text
    assert "$95" in answer.text
    assert answer.cards == ["m1", "m2", "lamp"]
    assert "Checkout" in answer.buttons


def test_the_cart_is_then_the_list_that_places_count_in(filled: Rehearsal) -> None:
    filled.say("view_cart", "show my basket")
    assert filled.say("ask_product_detail", "how much is the [third](ordinal:3)").cards == ["lamp"]


def test_changes_since_it_went_in_are_said(filled: Rehearsal) -> None:
    change_product(filled, "m1", price=Decimal(8))
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", availability="out_of_stock")
    text = filled.say("view_cart", "cart").text
    assert "$8 (cheaper now: it was $10" in text
    assert "only 1 left" in text
    assert "sold out" in text
    assert "$48" in text


@pytest.mark.parametrize("intent", ["view_cart", "checkout", "remove_from_cart"])
def test_an_empty_cart_says_so(chat: Rehearsal, intent: str) -> None:
    answer = chat.say(intent, "my cart")
    assert "cart" in answer.text
    assert "Keep shopping" in answer.buttons
    assert answer.cards == []


# ---- paying


def test_checkout_leads_to_the_shops_page(filled: Rehearsal) -> None:
    answer = filled.say("checkout", "checkout please")
    with filled.services.sessions() as session:
        cart = find_cart(session, conversation_id="t")
    assert f"/checkout?cart={cart.id})" in answer.text
    assert "$95" in answer.text
    assert len(in_cart(filled)) == 3


def test_what_cannot_be_had_is_put_right_first(filled: Rehearsal) -> None:
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", active=False)
    answer = filled.say("checkout", "pay now")
    assert "/checkout" not in answer.text
    filled.press(answer, "Only 1 of the Harbor Mug")
    filled.press(answer, "Take out the Aurora Table Lamp")
    assert in_cart(filled) == {"m1": 1, "m2": 1}
    assert "/checkout" in filled.say("checkout", "pay now").text


def test_yes_puts_it_right(filled: Rehearsal) -> None:
    change_product(filled, "m2", stock=1)
    change_product(filled, "lamp", active=False)
    filled.say("checkout", "pay now")
    filled.say("affirm", "yes please")
    assert in_cart(filled) == {"m1": 1, "m2": 1}


def test_yes_puts_in_what_was_not_in_it(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [first](ordinal:1)")
    chat.say("remove_from_cart", product_id="lamp", quantity=2)
    chat.say("affirm", "yes")
    assert in_cart(chat) == {"m1": 1, "lamp": 2}


def test_yes_to_an_empty_cart_brings_something(chat: Rehearsal) -> None:
    chat.say("view_cart", "my cart")
    assert chat.say("affirm", "yes").cards


def test_with_a_webhook_the_shop_is_asked_once(filled: Rehearsal) -> None:
    filled.services = type(filled.services)(
        sessions=filled.services.sessions,
        recommender=filled.recommender,
        faq=filled.faq,
        currency="USD",
        webhook=True,
    )
    assert "as soon as they confirm" in filled.say("checkout", "checkout").text
    assert "already" in filled.say("checkout", "checkout").text
    with filled.services.sessions() as session:
        (request,) = session.scalars(select(ShopRequest))
    assert (request.kind, request.conversation_id) == ("cart.checkout", "t")
    data = json.loads(json.dumps(request.data))
    assert [(line["product_id"], line["quantity"]) for line in data["lines"]] == [
        ("m1", 1),
        ("m2", 2),
        ("lamp", 1),
    ]
    assert data["total"] == [{"amount": "95.00", "currency": "USD"}]
    assert "with the shop" in filled.say("view_cart", "my cart").text
    filled.slots["shown"] = ["m1", "m2"]
    filled.say("add_to_cart", "the [first](ordinal:1)")
    assert in_cart(filled) == {"m1": 1}
