from tests.actions.rehearsal import Rehearsal

SNEAKERS = "[sneakers](category:sneaker)"


def test_an_open_question_gets_picks_and_one_question_back(chat: Rehearsal) -> None:
    answer = chat.say("ask_recommendation", "surprise me")
    assert answer.cards
    assert answer.text.count("?") <= 1 or "budget" in answer.text


def test_a_gift_forgets_the_search_before(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("ask_recommendation", "a gift for my [mum](recipient)")
    assert chat.recommender.asked[-1].constraints.category == []
    assert "for your mum" in answer.text


def test_similar_ones_are_like_the_one_meant_and_do_not_show_it(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("find_similar", "like the [second](ordinal:2)")
    assert chat.recommender.asked[-1].anchor_product_id == "s2"
    assert "s2" not in answer.cards


def test_similar_but_cheaper_is_cheaper_than_that_one(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("find_similar", "like the [second](ordinal:2) but cheaper")
    assert answer.cards == ["s1"]


def test_similar_ones_are_of_the_same_kind_when_the_recommender_is_down(chat: Rehearsal) -> None:
    chat.say("search_product", "[handbags](category:handbag)")
    chat.recommender.down = True
    assert set(chat.say("find_similar", "like the [first](ordinal:1)").cards) == {"b2", "b3"}


def test_what_was_turned_down_never_comes_back(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("dislike_item", "not the [first](ordinal:1)")
    assert "s1" not in answer.cards
    assert "s1" not in chat.say("search_product", SNEAKERS).cards


def test_turning_down_all_shows_others(chat: Rehearsal) -> None:
    first = chat.say("search_product", SNEAKERS)
    second = chat.say("dislike_item", "i dont like any of these")
    assert second.cards
    assert not set(first.cards) & set(second.cards)


def test_liking_what_was_turned_down_takes_it_back(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("dislike_item", "the [first](ordinal:1) is ugly", product_id="s1")
    chat.metadata["page"] = {"product_id": "s1"}
    chat.slots["shown"] = ["s1"]
    chat.say("like_item", "i like it after all")
    assert chat.slots["disliked"] == []
    assert chat.slots["liked"] == ["s1"]


def test_turning_down_nothing_asks_what_else(chat: Rehearsal) -> None:
    assert chat.say("dislike_item", "ugly").cards == []
