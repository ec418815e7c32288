from sqlalchemy.orm import Session, sessionmaker

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


def test_the_table_tells_each_thing_of_each_product(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    table = chat.say("compare_products", "[1](ordinal) or [2](ordinal)?").comparison
    assert table is not None
    assert table["product_ids"] == ["s1", "s2"]
    rows = {row["label"]: (row["values"], row["best"]) for row in table["rows"]}
    assert rows["Price"] == (["$20", "$30"], 0)
    assert rows["Rating"] == (["4.9 out of 5 (99)", "4.8 out of 5 (98)"], 0)
    assert rows["Colour"] == (["red", "blue"], None)


def test_the_table_speaks_the_shoppers_language(sessions: sessionmaker[Session]) -> None:
    chat = Rehearsal(sessions, locale="zh-CN")
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("compare_products", "[1](ordinal) or [2](ordinal)?")
    assert answer.comparison is not None
    rows = {row["label"]: row["values"] for row in answer.comparison["rows"]}
    assert rows["颜色"] == ["红色", "蓝色"]
    assert "最低" in answer.text


def test_more_than_three_are_cut_to_three_and_it_says_so(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("compare_products", "compare all of them")
    assert answer.cards == ["s1", "s2", "s3"]
    assert "first three" in answer.text


def test_a_question_goes_on_about_what_was_compared(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    chat.say("compare_products", "the [first](ordinal:1) or the [third](ordinal:3)?")
    assert chat.say("compare_products", "which has better reviews?").cards == ["s1", "s3"]


def test_the_winner_is_then_the_one_spoken_of(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    chat.say("compare_products", "is [3](ordinal) or [2](ordinal) rated higher in reviews?")
    assert chat.slots["focus"] == "s2"


def test_what_is_not_known_is_said_to_be_not_known(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("compare_products", "which of them is lighter?")
    assert "rather not guess" in answer.text
    assert "Talk to a person" in answer.buttons


def test_the_cheapest_is_asked_of_what_was_compared(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    chat.say("compare_products", "the [second](ordinal:2) or the [third](ordinal:3)?")
    answer = chat.say("compare_products", "which is the cheapest?")
    assert answer.cards == ["s2", "s3"]
    assert chat.slots["focus"] == "s2"
