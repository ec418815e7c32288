import pytest

from recommender.wire import Relaxed
from tests.actions.rehearsal import Rehearsal

SNEAKERS = "[sneakers](category:sneaker)"


def test_a_search_names_the_wishes_back_and_offers_a_next_step(chat: Rehearsal) -> None:
    answer = chat.say(
        "search_product",
        f"[red](color) {SNEAKERS} under [60](price_max) for my [mum](recipient), "
        "not [Field](brand:Field!)",
    )
    assert "red sneakers for your mum up to $60, not Field" in answer.text
    assert answer.cards == ["s1"]
    assert "More like this" in answer.buttons


def test_a_limit_holds_until_it_is_changed(chat: Rehearsal) -> None:
    chat.say("search_product", f"{SNEAKERS} under [60](price_max)")
    assert chat.say("refine_search", "in [red](color)").cards == ["s1", "s4"]
    assert chat.say("refine_search", "any colour").cards == ["s1", "s2", "s3", "s4", "s5"]


def test_an_order_is_asked_for_and_named_back(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("refine_search", "cheapest first please")
    assert chat.recommender.asked[-1].order == "cheapest"
    assert "sneakers, cheapest first" in answer.text.lower()
    assert len(answer.cards) > 1


def test_the_best_rated_of_a_kind_is_a_list_and_no_riddle(chat: Rehearsal) -> None:
    answer = chat.say("ask_product_detail", f"best rated {SNEAKERS}")
    assert chat.recommender.asked[-1].order == "best_rated"
    assert "best rated first" in answer.text


def test_only_what_is_reduced(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("refine_search", "anything on sale?")
    assert chat.recommender.asked[-1].constraints.on_sale
    assert "sneakers on sale" in answer.text.lower()


def test_cheaper_shows_cheaper_goods_each_time(chat: Rehearsal) -> None:
    first = chat.say("search_product", SNEAKERS)
    second = chat.say("refine_search", "anything cheaper?")
    third = chat.say("refine_search", "still too expensive")
    assert set(third.cards) < set(second.cards) < set(first.cards)


def test_cheaper_than_one_that_is_pointed_at(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("refine_search", "cheaper than the [second](ordinal:2) one")
    assert answer.cards == ["s1"]


def test_more_shows_others_and_says_when_there_are_none_left(chat: Rehearsal) -> None:
    first = chat.say("search_product", SNEAKERS)
    second = chat.say("show_more")
    assert len(first.cards) == 6
    assert set(second.cards) == {"s7", "s8"}
    last = chat.say("show_more")
    assert last.cards == []
    assert "everything" in last.text


def test_more_never_shows_what_does_not_fit(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.recommender.relaxed = [Relaxed(constraint="category", asked="sneaker")]
    assert chat.say("show_more").cards == []


def test_something_else_leaves_out_what_was_shown(chat: Rehearsal) -> None:
    first = chat.say("search_product", SNEAKERS)
    second = chat.say("refine_search", "something else")
    assert not set(first.cards) & set(second.cards)


def test_a_relaxed_price_is_told_with_the_nearest(chat: Rehearsal) -> None:
    chat.recommender.relaxed = [Relaxed(constraint="price_max", asked=10, given=20)]
    answer = chat.say("search_product", SNEAKERS)
    assert "$10" in answer.text
    assert "$20" in answer.text
    assert answer.cards


def test_who_wants_it_cheaper_than_the_cheapest_is_told_that_it_is(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.recommender.relaxed = [Relaxed(constraint="price_max", asked=49.99, given=50.0)]
    answer = chat.say("refine_search", "too expensive")
    assert "as low as it goes" in answer.text
    assert "nearest" not in answer.text


@pytest.mark.parametrize(
    "constraint", ["brand", "color", "size", "material", "features", "rating_min", "price_min"]
)
def test_whatever_had_to_give_is_named(chat: Rehearsal, constraint: str) -> None:
    asked = 4 if constraint in ("rating_min", "price_min") else ["velvet"]
    chat.recommender.relaxed = [Relaxed(constraint=constraint, asked=asked)]
    answer = chat.say("search_product", SNEAKERS)
    assert ("velvet" if isinstance(asked, list) else "4") in answer.text


def test_goods_that_the_shop_lacks_are_said_to_be_lacking(chat: Rehearsal) -> None:
    chat.recommender.relaxed = [Relaxed(constraint="category", asked=["unicorn rocket"])]
    answer = chat.say("search_product", "a [unicorn rocket](category:?)")
    assert "unicorn rocket" in answer.text
    assert answer.cards == []
    chat.recommender.relaxed = []
    assert set(chat.press(answer, "Bags").cards) == {"b1", "b2", "b3"}


def test_goods_that_come_near_are_shown_as_what_they_are(chat: Rehearsal) -> None:
    chat.recommender.relaxed = [Relaxed(constraint="category", asked=["unicorn runner"])]
    answer = chat.say("search_product", "a [unicorn runner](category:?)")
    assert "don't have any unicorn runner" in answer.text
    assert answer.cards


def test_nothing_found_offers_to_widen_and_yes_does_it(chat: Rehearsal) -> None:
    answer = chat.say("search_product", f"[purple](color) {SNEAKERS}")
    assert answer.cards == []
    assert "Any colour" in answer.buttons
    assert len(chat.say("affirm", "yes").cards) == 6


def test_a_widening_button_drops_that_wish_alone(chat: Rehearsal) -> None:
    answer = chat.say("search_product", f"[purple](color) {SNEAKERS} under [30](price_max)")
    assert chat.press(answer, "Any colour").cards == ["s1", "s2"]


def test_yes_after_a_full_list_shows_more(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    assert set(chat.say("affirm", "yes").cards) == {"s7", "s8"}


def test_an_offer_lapses_once_something_else_is_said(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("ask_product_detail", "how much is the [first](ordinal:1)")
    assert chat.say("affirm", "yes").cards == []


def test_a_recommender_that_is_down_is_owned_up_to(chat: Rehearsal) -> None:
    chat.recommender.down = True
    answer = chat.say("search_product", f"{SNEAKERS} under [40](price_max)")
    assert answer.cards == ["s1", "s2", "s3"]
    assert "having a moment" in answer.text


def test_cheap_ones_are_cheap_and_the_price_is_named(chat: Rehearsal) -> None:
    answer = chat.say("search_product", f"cheap {SNEAKERS}")
    assert set(answer.cards) == {"s1", "s2", "s3", "s4"}
    assert "$50" in answer.text


def test_a_shopper_and_their_page_reach_the_recommender(customer_chat: Rehearsal) -> None:
    customer_chat.metadata |= {"country": "DE", "page": {"product_id": "b1"}}
    customer_chat.say("search_product", SNEAKERS)
    (request,) = customer_chat.recommender.asked
    assert (request.customer_id, request.session_id) == ("maya", "t")
    assert (request.context.country, request.context.page_product_id) == ("DE", "b1")


def test_a_recommender_that_is_down_does_not_mean_that_there_is_nothing(chat: Rehearsal) -> None:
    chat.recommender.down = True
    answer = chat.say("search_product", "a [piano](category:piano)")
    assert "search" in answer.text
    assert "nothing" not in answer.text
    chat.recommender.down = False
    chat.say("affirm", "yes")
    assert chat.recommender.asked[-1].constraints.category == ["piano"]


def test_goods_that_the_shop_lacks_are_not_asked_for_again_with_every_wish(chat: Rehearsal) -> None:
    chat.recommender.relaxed = [Relaxed(constraint="category", asked=["unicorn runner"])]
    chat.say("search_product", "a [unicorn runner](category:?)")
    chat.say("refine_search", "under [50](price_max)")
    (_, second) = chat.recommender.asked
    assert second.constraints.category == []
    assert second.query == "unicorn runner"


def test_another_occasion_ends_what_was_said_of_the_former(chat: Rehearsal) -> None:
    chat.say("search_product", "decorating for [halloween](occasion)")
    chat.say("search_product", f"{SNEAKERS} for my [mum](recipient)")
    assert "halloween" not in (chat.recommender.asked[-1].query or "")


@pytest.mark.parametrize(
    ("wish", "named"),
    [
        ("[flowers](category:bags) for my [mums](recipient) [birthday](occasion)", "for your mum"),
        ("[bags](category) for the [wedding](occasion)", "bags for the wedding"),
        ("[bags](category) for [christmas](occasion)", "bags for christmas"),
        ("[bags](category) for [men](recipient)", "bags for men"),
        ("no [boots](category:boot!) but [bags](category)", "bags, not boots"),
        ("[bags](category) from [10](price_min) to [200](price_max)", "between $10 and $200"),
        ("[bags](category) over [10](price_min)", "bags over $10"),
    ],
)
def test_wishes_are_named_back_as_people_say_them(chat: Rehearsal, wish: str, named: str) -> None:
    assert named in chat.say("search_product", wish).text.replace("Bags", "bags")


def test_more_of_other_goods_is_a_search_for_those(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    assert set(chat.say("show_more", "any [handbags](category:handbag)?").cards) == {
        "b1",
        "b2",
        "b3",
    }


def test_back_to_goods_is_their_search_as_it_stood(chat: Rehearsal) -> None:
    first = chat.say("search_product", f"{SNEAKERS} under [60](price_max)")
    chat.say("search_product", "[handbags](category:handbag)")
    answer = chat.say("search_product", f"back to the {SNEAKERS}")
    assert answer.cards == first.cards
    assert "sneakers up to $60" in answer.text


def test_back_to_goods_with_a_further_wish(chat: Rehearsal) -> None:
    chat.say("search_product", f"{SNEAKERS} under [60](price_max)")
    chat.say("search_product", "[handbags](category:handbag)")
    answer = chat.say("search_product", f"back to the {SNEAKERS}, in [red](color)")
    assert answer.cards == ["s1", "s4"]


def test_going_back_twice_goes_back_two_searches(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("refine_search", "in [red](color)")
    chat.say("refine_search", "under [25](price_max)")
    assert chat.say("show_more", "go back").cards == ["s1", "s4", "s7"]
    assert len(chat.say("show_more", "go back").cards) == 6


def test_the_previous_ones_are_the_page_before(chat: Rehearsal) -> None:
    first = chat.say("search_product", SNEAKERS)
    chat.say("show_more")
    assert chat.say("show_more", "show me the previous ones").cards == first.cards


def test_more_is_offered_only_where_there_is_more(chat: Rehearsal) -> None:
    full = chat.say("search_product", SNEAKERS)
    assert "Show me more" in full.buttons
    all_of_them = chat.say("refine_search", "under [70](price_max)")
    assert len(all_of_them.cards) == 6
    assert "Show me more" not in all_of_them.buttons


def test_one_of_two_kinds_that_is_lacking_is_said_to_be(chat: Rehearsal) -> None:
    answer = chat.say("search_product", f"{SNEAKERS} and a [unicorn](category:?)")
    assert "no unicorn" in answer.text
    assert answer.cards
    assert "unicorn" not in chat.say("refine_search", "in [red](color)").text


def test_what_no_goods_satisfy_is_said_once(chat: Rehearsal) -> None:
    chat.recommender.relaxed = [Relaxed(constraint="brand", asked="Nimbus")]
    first = chat.say("search_product", f"{SNEAKERS} from [Nimbus](brand)")
    assert "Nimbus" in first.text
    chat.recommender.relaxed = []
    assert "nimbus" not in chat.say("refine_search", "in [red](color)").text.lower()


def test_places_in_the_list_are_no_prices(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("refine_search", "between [1](price_min) and [3](price_max)")
    assert set(answer.cards) == {"s1", "s3"}


def test_the_cheapest_is_asked_of_those_shown(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    for intent in ("refine_search", "ask_recommendation", "compare_products"):
        assert chat.say(intent, "which is the cheapest?").cards == ["s1"]


def test_a_no_that_refuses_something_is_a_wish(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("deny", "not [Field](brand:Field!)")
    assert set(answer.cards) == {"s1", "s3", "s5", "s7"}
    assert chat.say("deny", "no").cards == []


def test_more_ideas_for_a_gift_are_not_all_for_one_interest(chat: Rehearsal) -> None:
    chat.say("ask_recommendation", "a gift for my [brother](recipient) under [40](price_max)")
    first = chat.say("ask_recommendation", "he is into [coffee](category:?)")
    assert "coffee" in first.text
    chat.recommender.relaxed = [Relaxed(constraint="price_max", asked=40, given=90)]
    more = chat.say("show_more", "any other ideas")
    assert "coffee" not in more.text
    assert "brother" in more.text


def test_a_wish_without_a_kind_of_goods_reads_like_english(chat: Rehearsal) -> None:
    answer = chat.say("search_product", "anything in [blue](color)")
    assert "something blue" in answer.text.lower() or "something" not in answer.text.lower()
