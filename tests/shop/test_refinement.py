from collections.abc import Callable
from decimal import Decimal

import pytest

from shop.reading import Reading
from shop.refinement import begin, refine
from shop.wishes import Wishes
from tests.shop.messages import a_reading


def wishing(annotated: str) -> Wishes:
    return begin(a_reading(annotated), Wishes())


SNEAKERS = "[red](color) [sneakers](category:sneaker) under [60](price_max)"


def test_a_search_takes_every_wish_it_names() -> None:
    limits = wishing(
        "[red](color) [waterproof](feature) [boots](category:boot) from [Northbay](brand:Northbay) "
        "between [20](price_min) and [80](price_max), at least [4](rating) stars"
    ).constraints()
    assert limits.category == ["boot"]
    assert (limits.color, limits.features, limits.brand) == (["red"], ["waterproof"], ["Northbay"])
    assert (limits.price_min, limits.price_max, limits.rating_min) == (20, 80, 4)


def test_what_is_refused_is_excluded_and_not_searched_for() -> None:
    wishes = wishing("i dont want [boots](category:boot!), i want [sandals](category:sandals)")
    assert wishes.constraints().category == ["sandals"]
    assert wishes.constraints().exclude == {"category": ["boot"]}
    assert "boot" not in wishes.query()


def test_two_kinds_of_goods_are_both_looked_for() -> None:
    wishes = wishing("a [drill](category) and a [hammer](category)")
    assert wishes.constraints().category == ["drill", "hammer"]


def test_another_kind_of_goods_starts_anew_and_is_for_nobody_in_particular() -> None:
    before = wishing(
        "[red](color) [handbag](category) for my [mum](recipient) under [80](price_max)"
    )
    after = begin(a_reading("now i need a [sofa](category)"), before)
    assert after.constraints().category == ["sofa"]
    assert (after.recipient, after.color, after.price_max) == ([], [], None)


def test_other_goods_are_another_idea_for_the_same_gift() -> None:
    before = wishing("a gift for my [mum](recipient), a [scarf](category) under [80](price_max)")
    after = begin(a_reading("or a [necklace](category)?"), before)
    assert after.constraints().category == ["necklace"]
    assert (after.recipient, after.price_max) == (["mum"], 80)


def test_who_tells_to_forget_it_begins_anew() -> None:
    before = wishing("a gift for my [mum](recipient) under [80](price_max)")
    for change in (begin, refine):
        after = change(a_reading("forget it. show me [boots](category)"), before)
        assert after == wishing("show me [boots](category)")


def test_cheaper_was_said_of_the_goods_before() -> None:
    before = wishing("a gift for my [mum](recipient)")
    cheaper = refine(a_reading("cheaper"), before, shown=[Decimal(30), Decimal(40)])
    assert cheaper.price_max == 40
    after = begin(a_reading("show me [boots](category)"), cheaper)
    assert (after.recipient, after.price_max) == (["mum"], None)


@pytest.mark.parametrize(
    ("message", "wanted"),
    [("do you sell [guns](category:?)", ["guns"]), ("he is into [guns](category:?)", [])],
)
def test_what_the_shop_is_asked_for_is_no_interest_of_who_gets_a_gift(
    message: str, wanted: list[str]
) -> None:
    before = wishing("a gift for my [brother](recipient)")
    assert begin(a_reading(message), before).constraints().category == wanted


def test_goods_for_themselves_end_the_search_for_a_gift() -> None:
    before = wishing("a gift for my [mum](recipient) under [80](price_max)")
    after = begin(a_reading("and a [scarf](category) for me"), before)
    assert (after.recipient, after.price_max) == ([], None)


def test_the_next_person_is_another_gift() -> None:
    before = wishing("presents: a [book](category) for my [dad](recipient) up to [30](price_max)")
    after = refine(a_reading("now for my [sister](recipient)", intent="refine_search"), before)
    assert after.recipient == ["sister"]
    assert (after.kinds, after.price_max) == ([], None)
    assert after.gift


def test_some_of_a_kind_may_be_refused() -> None:
    before = wishing("[clocks](category:clock)")
    after = refine(a_reading("no [alarm clocks](category:clock!)", intent="refine_search"), before)
    assert after.constraints().category == ["clock"]
    assert after.constraints().exclude == {"category": ["alarm clocks"]}


def test_a_person_put_right_keeps_the_search() -> None:
    before = wishing("a [backpack](category) for my [daughter](recipient) under [80](price_max)")
    after = refine(a_reading("sorry no, for my [son](recipient)", intent="refine_search"), before)
    assert after.constraints().category == ["backpack"]
    assert (after.recipient, after.price_max) == (["son"], 80)


def test_goods_put_right_keep_the_budget() -> None:
    before = wishing("[bags](category) under [80](price_max)")
    after = begin(a_reading("i meant [handbags](category:handbag)"), before)
    assert after.constraints().category == ["handbag"]
    assert after.price_max == 80


def test_some_of_the_goods_looked_for_keep_the_budget() -> None:
    before = wishing("a [jacket](category) and [boots](category:boot) under [150](price_max)")
    after = begin(a_reading("just the [boots](category:boot)"), before)
    assert after.constraints().category == ["boot"]
    assert after.price_max == 150


def test_goods_that_a_shop_keeps_under_one_name_are_not_the_same() -> None:
    before = wishing("[blue](color) [teapot](category:kitchen)")
    after = begin(a_reading("show me [kettles](category:kitchen)"), before)
    assert after.color == []
    assert "kettles" in after.query()


def test_goods_to_match_are_for_the_same_occasion() -> None:
    before = wishing("a [silk](material) [dress](category) for a [wedding](occasion)")
    after = begin(a_reading("and [heels](category:heel) to match"), before)
    assert (after.occasion, after.material) == (["wedding"], [])


def test_what_is_fine_after_all_is_no_demand() -> None:
    before = wishing("[jacket](category), no [leather](material!)")
    after = refine(a_reading("ok [leather](material) is fine", intent="refine_search"), before)
    assert (after.material, after.exclude) == ([], {})


def test_what_is_fine_too_is_an_alternative() -> None:
    before = wishing("a [silk](material) [dress](category)")
    after = refine(a_reading("[cotton](material) is ok too", intent="refine_search"), before)
    assert after.material == ["silk", "cotton"]


def test_what_is_named_and_refused_in_one_breath_is_refused() -> None:
    wishes = wishing("[sofa](category), not [grey](color!), my old one was [grey](color)")
    assert wishes.color == []
    assert wishes.exclude == {"color": ["grey"]}


def test_way_too_expensive_takes_a_bigger_step() -> None:
    shown = [Decimal(900), Decimal(1000), Decimal(1200)]
    after = refine(a_reading("way too expensive"), wishing("[drums](category)"), shown=shown)
    assert after.price_max == 500


def test_a_wooden_thing_may_be_of_oak() -> None:
    wishes = wishing("a [wooden](material) [table](category)")
    assert {"wooden", "wood", "oak"} <= set(wishes.constraints().material)
    assert wishes.material == ["wooden"]


def test_the_same_kind_again_keeps_the_other_wishes() -> None:
    after = begin(a_reading("[blue](color) [sneakers](category:sneaker)"), wishing(SNEAKERS))
    assert (after.color, after.price_max) == (["blue"], 60)


def test_a_search_that_names_no_goods_goes_on_with_the_one_before() -> None:
    after = begin(a_reading("in size [42](size)"), wishing(SNEAKERS))
    assert after.constraints().category == ["sneaker"]
    assert after.size == ["42"]


@pytest.mark.parametrize("shown", [[50, 40, 30], [60, 50, 40, 30, 20, 10], [59, 58]])
def test_cheaper_means_cheaper_than_most_of_what_was_shown(shown: list[int]) -> None:
    prices = [Decimal(price) for price in shown]
    top = refine(a_reading("anything cheaper?"), wishing(SNEAKERS), shown=prices)
    limit = top.constraints().price_max
    assert limit is not None
    assert limit < max(prices)


def test_cheaper_than_goods_of_one_price_means_below_that_price() -> None:
    after = refine(a_reading("cheaper"), Wishes(), shown=[Decimal("30.00")] * 3)
    assert after.constraints().price_max == 29.99


def test_cheaper_with_an_amount_means_the_amount() -> None:
    after = refine(
        a_reading("cheaper, under [20](price_max)"), wishing(SNEAKERS), shown=[Decimal(50)]
    )
    assert after.constraints().price_max == 20


def test_not_too_expensive_is_no_demand_for_something_cheaper() -> None:
    after = refine(a_reading("not too expensive"), Wishes(), shown=[Decimal(50)])
    assert after.price_max is None
    assert after.cheap


def test_more_expensive_lifts_the_ceiling() -> None:
    shown = [Decimal(20), Decimal(30), Decimal(40)]
    after = refine(a_reading("something fancier"), wishing(SNEAKERS), shown=shown)
    assert after.price_min == 30
    assert after.price_max is None


def test_a_new_price_beats_an_older_one_that_contradicts_it() -> None:
    before = wishing("[sofas](category:sofas) over [1500](price_min)")
    after = refine(a_reading("ok under [800](price_max)"), before)
    assert (after.price_min, after.price_max) == (None, 800)
    after.constraints()


def test_a_range_said_backwards_is_a_range() -> None:
    wishes = wishing("[watches](category:watch) from [400](price_min) to [100](price_max)")
    assert (wishes.price_min, wishes.price_max) == (100, 400)


def test_a_new_colour_replaces_the_old_one() -> None:
    assert refine(a_reading("in [black](color)"), wishing(SNEAKERS)).color == ["black"]


def test_also_adds_to_a_wish() -> None:
    assert refine(a_reading("[black](color) as well"), wishing(SNEAKERS)).color == ["red", "black"]


def test_features_add_up() -> None:
    before = wishing("[waterproof](feature) [jacket](category)")
    assert refine(a_reading("[warm](feature)"), before).features == ["waterproof", "warm"]


def test_refusing_what_was_wished_for_takes_the_wish_back() -> None:
    after = refine(a_reading("not [red](color!)"), wishing(SNEAKERS))
    assert after.color == []
    assert after.exclude == {"color": ["red"]}


def test_wishing_for_what_was_refused_takes_the_refusal_back() -> None:
    before = refine(a_reading("not [red](color!)"), wishing(SNEAKERS))
    after = refine(a_reading("ok [red](color) then"), before)
    assert after.color == ["red"]
    assert after.exclude == {}


def test_any_colour_drops_the_colour_alone() -> None:
    after = refine(a_reading("any colour is fine"), wishing(SNEAKERS))
    assert (after.color, after.price_max) == ([], 60)


def test_a_button_drops_a_wish() -> None:
    after = refine(a_reading("", any="price"), wishing(SNEAKERS))
    assert (after.color, after.price_max) == (["red"], None)


@pytest.mark.parametrize(
    ("size", "word", "expected"),
    [("M", "bigger", "L"), ("42", "smaller", "41"), ("9.5", "a size up", "10.5")],
)
def test_bigger_and_smaller_step_through_sizes(size: str, word: str, expected: str) -> None:
    before = wishing(f"[shirt](category) in [{size}](size:{size})")
    assert refine(a_reading(word), before).size == [expected]


def test_bigger_without_a_size_is_searched_for_by_word() -> None:
    assert "large" in refine(a_reading("bigger"), wishing("[lamp](category)")).query()


def test_a_refinement_that_nothing_was_understood_of_is_searched_for_by_its_words() -> None:
    assert "minimalist" in refine(a_reading("minimalist"), wishing("[lamp](category)")).query()


def test_what_goods_are_for_is_no_second_kind_of_goods() -> None:
    wishes = wishing("a [lamp](category:lighting) for the [bedroom](category)")
    assert wishes.constraints().category == ["lighting"]
    assert "bedroom" in wishes.query()


def test_a_purpose_added_later_keeps_the_goods() -> None:
    before = wishing("a [lamp](category:lighting)")
    after = refine(a_reading("for the [kitchen](category)", intent="refine_search"), before)
    assert after.constraints().category == ["lighting"]
    assert "kitchen" in after.query()


def test_looking_for_goods_leads_to_goods() -> None:
    after = refine(a_reading("now looking for [boots](category:boot)"), wishing(SNEAKERS))
    assert after.constraints().category == ["boot"]


def test_other_goods_start_anew_even_when_taken_for_a_refinement() -> None:
    after = refine(a_reading("ok a [scarf](category) then"), wishing(SNEAKERS))
    assert after.constraints().category == ["scarf"]
    assert after.price_max is None


def test_two_unknown_words_in_a_row_are_one_thing() -> None:
    wishes = wishing("a [unicorn](category:?) [rocket ship](category:?)")
    assert wishes.constraints().category == ["unicorn rocket ship"]


def test_cheap_is_about_the_price_whatever_the_nlu_calls_it() -> None:
    wishes = wishing("[cheap](feature) [socks](category)")
    assert wishes.features == []
    assert wishes.cheap


def test_goods_named_while_looking_for_a_gift_keep_the_budget() -> None:
    gift = wishing("a present for my [sister](recipient) under [50](price_max)")
    after = refine(a_reading("something for [her](recipient) [kitchen](category)"), gift)
    assert after.constraints().category == ["kitchen"]
    assert (after.price_max, after.recipient) == (50, ["sister"])


def test_an_interest_named_when_asking_for_advice_is_searched_by_and_not_called_lacking() -> None:
    asked = a_reading(
        "a gift for my [sister](recipient) who loves [cooking](category:?)",
        intent="ask_recommendation",
    )
    wishes = begin(asked, Wishes())
    assert wishes.kinds == []
    assert "cooking" in wishes.query()


def test_other_goods_in_their_place_are_for_the_same_person() -> None:
    before = wishing("[toys](category) for my [nephew](recipient) under [40](price_max)")
    after = begin(a_reading("or maybe a [book](category)?"), before)
    assert after.constraints().category == ["book"]
    assert (after.recipient, after.price_max) == (["nephew"], 40)


def test_a_word_that_is_refused_is_not_searched_for() -> None:
    after = refine(a_reading("no fringes", intent="refine_search"), wishing("[scarf](category)"))
    assert after.hints == []
    assert after.exclude == {"features": ["fringes"]}


@pytest.mark.parametrize("change", [begin, refine])
def test_real_ones_are_of_the_kind_looked_for(
    change: Callable[[Reading, Wishes], Wishes],
) -> None:
    said = a_reading("show me [real](category:?) ones under [100](price_max:100)")
    after = change(said, wishing("[headphones](category:headphones)"))
    assert after.constraints().category == ["headphones"]
    assert after.price_max == 100


@pytest.mark.parametrize(
    "said",
    [
        "something for my [mum](recipient), she likes [gardening](occasion)",
        "something for my [mum](recipient), she is really into [gardening](occasion)",
    ],
)
def test_what_somebody_likes_is_no_occasion(said: str) -> None:
    wishes = begin(a_reading(said, intent="ask_recommendation"), Wishes())
    assert (wishes.occasion, wishes.purpose) == ([], ["gardening"])
    party = begin(a_reading("a dress for a [wedding](occasion)"), Wishes())
    assert party.occasion == ["wedding"]


@pytest.mark.parametrize("change", [begin, refine])
def test_a_gift_for_somebody_is_no_longer_the_goods_looked_for(
    change: Callable[[Reading, Wishes], Wishes],
) -> None:
    said = a_reading("a gift for my [sister](recipient) who loves cooking, about [40](price_max)")
    after = change(said, wishing(SNEAKERS))
    assert (after.kinds, after.color) == ([], [])
    assert (after.recipient, after.price_max, after.gift) == (["sister"], 40, True)


@pytest.mark.parametrize("change", [begin, refine])
def test_goods_looked_for_may_turn_out_to_be_a_gift(
    change: Callable[[Reading, Wishes], Wishes],
) -> None:
    after = change(a_reading("it's a gift for my [brother](recipient)"), wishing(SNEAKERS))
    assert after.constraints().category == ["sneaker"]
    assert (after.recipient, after.price_max) == (["brother"], 60)
