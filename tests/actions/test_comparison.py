from tests.actions.rehearsal import Rehearsal


def test_two_are_held_against_each_other(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("compare_products", "the [first](ordinal:1) or the [third](ordinal:3)?")
    assert answer.cards == ["s1", "s3"]
    assert "by $20" in answer.text
    assert "4.9 out of 5" in answer.text


def test_which_is_better_means_the_list(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    assert chat.say("compare_products", "which is better").cards == ["s1", "s2", "s3"]


def test_the_button_compares_the_first_two(chat: Rehearsal) -> None:
    answer = chat.say("search_product", "[sneakers](category:sneaker)")
    assert chat.press(answer, "Compare the first two").cards == ["s1", "s2"]


def test_goods_without_ratings_are_not_ranked_by_them(chat: Rehearsal) -> None:
    chat.say("search_product", "[handbags](category:handbag)")
    answer = chat.say("compare_products", "compare them")
    assert "out of 5" not in answer.text
    assert "by $30" in answer.text


def test_with_nothing_shown_there_is_nothing_to_compare(chat: Rehearsal) -> None:
    assert chat.say("compare_products", "which is better").cards == []


def test_numbers_after_a_list_are_places_in_it(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("compare_products", "between [1](price_min) and [3](price_max)")
    assert answer.cards == ["s1", "s3"]
