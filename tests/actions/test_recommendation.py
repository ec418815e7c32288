from db.behaviour import recent_events
from tests.actions.rehearsal import Rehearsal

SNEAKERS = "[sneakers](category:sneaker)"


def test_an_open_question_gets_picks_and_one_question_back(chat: Rehearsal) -> None:
    answer = chat.say("ask_recommendation", "surprise me")
    assert answer.cards
    assert answer.text.count("?") == 1
    assert "Shoes" in answer.buttons


def test_a_need_is_asked_for_once_in_a_conversation(chat: Rehearsal) -> None:
    first = chat.say("ask_recommendation", "a gift for my [mum](recipient)")
    assert first.text.count("?") == 1
    again = chat.say("ask_recommendation", "any other ideas for my [dad](recipient)?")
    assert "spend" not in again.text
    assert "budget" not in again.text


def test_the_answer_to_what_was_asked_is_a_wish(chat: Rehearsal) -> None:
    asked = chat.say("ask_recommendation", "a gift for my [mum](recipient)")
    answer = chat.press(asked, next(title for title in asked.buttons if title.startswith("Up to")))
    assert "for your mum up to" in answer.text
    assert chat.recommender.asked[-1].constraints.price_max is not None


def test_a_budget_that_was_named_is_not_asked_for(chat: Rehearsal) -> None:
    answer = chat.say("ask_recommendation", "a gift for my [mum](recipient) up to [50](price_max)")
    assert "spend" not in answer.text
    assert "budget" not in answer.text


def test_further_ideas_are_new_ones(chat: Rehearsal) -> None:
    first = chat.say("ask_recommendation", "surprise me")
    second = chat.say("ask_recommendation", "anything else you would pick?")
    assert second.cards
    assert not set(first.cards) & set(second.cards)


def test_what_somebody_likes_is_looked_for(chat: Rehearsal) -> None:
    chat.say("ask_recommendation", "a gift for my [mum](recipient)")
    chat.say("out_of_scope", "she loves gardening")
    assert "gardening" in (chat.recommender.asked[-1].query or "")


def test_the_same_in_another_colour_is_the_same_search(chat: Rehearsal) -> None:
    chat.say("search_product", f"[red](color) {SNEAKERS} under [60](price_max)")
    assert chat.say("find_similar", "the same but in [blue](color)").cards == ["s2"]


def test_more_like_one_is_still_like_it_on_the_next_page(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("find_similar", "like the [second](ordinal:2)")
    answer = chat.say("show_more")
    assert chat.recommender.asked[-1].anchor_product_id == "s2"
    assert answer.text


def test_likes_and_dislikes_count_in_what_is_recommended(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("like_item", "love the [second](ordinal:2) one")
    chat.say("dislike_item", "the [third](ordinal:3) is ugly")
    with chat.services.sessions() as session:
        steps = recent_events(session, session_id="t")
    assert [(s.name, s.product_id) for s in steps][:2] == [
        ("dislike_item", "s3"),
        ("add_to_wishlist", "s2"),
    ]


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


def test_cheaper_than_the_only_one_before_them_is_cheaper_and_of_its_kind(chat: Rehearsal) -> None:
    chat.say("ask_recommendation", "what do you recommend")
    chat.say("ask_product_detail", "is the [handbag](product_id:b2) waterproof")
    answer = chat.say("refine_search", "anything cheaper?")
    assert chat.recommender.asked[-1].anchor_product_id == "b2"
    assert answer.cards == ["b1"]


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


def test_a_place_in_the_list_and_nothing_against_it_is_interest(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    assert chat.say("dislike_item", "the [second](ordinal:2) one then").cards == ["s2"]
    assert "s1" not in chat.say("dislike_item", "not the [first](ordinal:1)").cards


def test_more_like_one_is_of_its_kind(chat: Rehearsal) -> None:
    chat.say("search_product", "[handbags](category:handbag)")
    assert set(chat.say("find_similar", "like the [first](ordinal:1)").cards) == {"b2", "b3"}


def test_left_the_choice_we_take_one_and_say_why(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("ask_recommendation", "which would you take?")
    assert answer.cards == ["s1"]
    assert "4.9 out of 5" in answer.text
    assert "$20" in answer.text


def test_of_two_compared_one_of_these_is_picked(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    chat.say("compare_products", "the [second](ordinal:2) or the [third](ordinal:3)?")
    assert chat.say("ask_recommendation", "you decide").cards == ["s2"]


def test_what_is_picked_is_what_is_spoken_of(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    picked = chat.say("ask_recommendation", "pick one for me").cards
    assert chat.say("ask_product_detail", "tell me more about it").cards == picked == ["s1"]


def test_help_to_choose_other_goods_is_no_pick(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("ask_recommendation", "help me choose a [handbag](category)")
    assert "s1" not in answer.cards


def test_what_is_looked_for_may_turn_out_to_be_a_gift(chat: Rehearsal) -> None:
    chat.say("search_product", "[sneakers](category:sneaker)")
    answer = chat.say("ask_recommendation", "it's a gift for my [brother](recipient)")
    assert answer.cards
    assert all(card.startswith("s") for card in answer.cards)
