"""Putting things into the cart."""

import pytest
from sqlalchemy import select

from db.tables.behaviour import Event
from db.tables.catalog import Product
from tests.actions.cart.contents import change_product, in_cart, titles
from tests.actions.rehearsal import Rehearsal
from tests.builders import a_product


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


def test_a_size_that_the_shop_does_not_state_is_said(chat: Rehearsal) -> None:
    answer = chat.say("add_to_cart", "the [second](ordinal:2) in [43](size)")
    assert in_cart(chat) == {"m2": 1}
    assert "size 43 isn't stated" in answer.text


def test_one_of_several_sizes_is_picked_at_checkout(chat: Rehearsal) -> None:
    with chat.services.sessions.begin() as session:
        session.get_one(Product, "m2").size = "41, 42, 43"
    answer = chat.say("add_to_cart", "the [second](ordinal:2) in [size 43](size:43)")
    assert in_cart(chat) == {"m2": 1}
    assert "comes in size 43; you pick the size at checkout" in answer.text


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
