import pytest

from shop.refinement import begin
from shop.wishes import Wishes, without
from tests.shop.messages import a_reading

SNEAKERS = "[red](color) [sneakers](category:sneaker) under [60](price_max)"


def wishing(annotated: str) -> Wishes:
    return begin(a_reading(annotated), Wishes())


def test_for_whom_and_for_what_reach_the_search_as_words() -> None:
    query = wishing("[lights](category) for [halloween](occasion) for [kids](recipient)").query()
    assert {"halloween", "kids"} <= set(query.split())


def test_words_that_carry_no_wish_are_not_searched_for() -> None:
    wishes = wishing("hey im looking for some [sneakers](category:sneaker) please")
    assert wishes.query() == "sneakers"


def test_the_shoppers_own_word_is_kept_but_not_their_typing_errors() -> None:
    assert wishing("[lamp](category:lighting)").kinds[0].word == "lamp"
    assert wishing("[braclet](category:bracelet)").kinds[0].word == "bracelet"
    assert wishing("[sneakers](category:sneaker)").kinds[0].word == "sneakers"
    assert wishing("[sunglasses](category:glasses)").kinds[0].word == "sunglasses"
    assert wishing("[a bracelet](category:?)").kinds[0].word == "bracelet"


def test_goods_that_the_shop_lacks_still_reach_the_recommender() -> None:
    assert wishing("a [unicorn rocket](category:?)").constraints().category == ["unicorn rocket"]


def test_wishes_survive_a_tracker() -> None:
    wishes = wishing(SNEAKERS)
    assert Wishes.from_slot(wishes.to_slot()) == wishes
    assert Wishes().to_slot() == {}


@pytest.mark.parametrize("field", ["color", "price", "features", "rating_min", "category"])
def test_dropping_a_wish_that_was_never_made_changes_nothing(field: str) -> None:
    assert without(Wishes(), [field]) == Wishes()
