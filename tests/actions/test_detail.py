from tests.actions.rehearsal import Rehearsal

SNEAKERS = "[sneakers](category:sneaker)"


def test_a_question_about_the_second_one_is_about_the_second_one(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("ask_product_detail", "how much is the [second](ordinal:2) one")
    assert answer.cards == ["s2"]
    assert "$30" in answer.text


def test_it_stays_with_the_one_spoken_of(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("ask_product_detail", "tell me about the [third](ordinal:3) one")
    answer = chat.say("ask_product_detail", "is it waterproof?")
    assert answer.cards == ["s3"]
    assert "The sole is waterproof." in answer.text


def test_what_is_not_known_is_said_not_to_be_known(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("ask_product_detail", "does the [first](ordinal:1) glow in the dark")
    assert "Talk to a person" in answer.buttons
    assert "glow" not in answer.text


def test_an_unclear_question_asks_which_one(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("ask_product_detail", "is it waterproof?")
    assert answer.cards == []
    chosen = chat.press(answer, "Blue Runner No 2")
    assert chosen.cards == ["s2"]
    assert "waterproof" in chosen.text


def test_a_question_before_anything_was_shown_asks_what_it_is_about(chat: Rehearsal) -> None:
    assert "?" in chat.say("ask_product_detail", "is it any good").text


def test_a_question_about_goods_not_shown_yet_shows_them(chat: Rehearsal) -> None:
    answer = chat.say("ask_product_detail", "are the [handbags](category:handbag) waterproof")
    assert set(answer.cards) == {"b1", "b2", "b3"}


def test_it_is_the_product_on_the_page_where_nothing_was_shown(chat: Rehearsal) -> None:
    chat.metadata["page"] = {"product_id": "s4"}
    assert chat.say("ask_product_detail", "how much is it").cards == ["s4"]


def test_other_goods_are_looked_for_whatever_else_the_message_seems_to_mean(
    chat: Rehearsal,
) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("add_to_cart", "and [handbags](category:handbag) to go with it")
    assert set(answer.cards) == {"b1", "b2", "b3"}
    assert "cart" not in answer.text


def test_the_cheapest_is_asked_of_those_shown(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("refine_search", "whats the cheapest")
    assert answer.cards == ["s1"]
    assert "cheapest" in answer.text
    assert "$20" in answer.text


def test_the_ends_of_the_list_have_words(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    assert chat.say("refine_search", "which is the most expensive").cards == ["s6"]
    assert chat.say("refine_search", "the best rated").cards == ["s1"]
