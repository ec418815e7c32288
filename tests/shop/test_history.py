from shop.history import MOST_SEARCHES, History, Search
from shop.kinds import Kind
from shop.wishes import Wishes


def a_search(word: str, **wishes: object) -> Search:
    kind = Kind(value=word.rstrip("s"), word=word)
    return Search(wishes=Wishes.model_validate({"kinds": [kind], **wishes}))


def words_of(history: History) -> list[str]:
    return [search.wishes.kinds[0].word for search in history.searches]


def test_the_search_before_is_the_last_one_left() -> None:
    history = History()
    for word in ("boots", "scarves"):
        history.add(a_search(word))
    last = history.last()
    assert last is not None
    assert last.wishes.kinds[0].word == "scarves"
    assert words_of(history) == ["boots"]


def test_there_is_no_search_before_the_first() -> None:
    assert History().last() is None


def test_goods_are_found_again_as_they_stood_last() -> None:
    history = History()
    history.add(a_search("boots"))
    history.add(a_search("boots", price_max=200))
    history.add(a_search("scarves"))
    found = history.find([Kind(value="boot", word="boot")])
    assert found is not None
    assert found.wishes.price_max == 200


def test_goods_are_found_again_by_their_noun_alone() -> None:
    history = History()
    history.add(a_search("christmas wreaths"))
    assert history.find([Kind(value="wreath", word="wreath")]) is not None
    assert history.find([Kind(value="belt", word="belt")]) is None


def test_only_the_last_steps_of_one_search_are_kept() -> None:
    history = History()
    for limit in (300, 200, 100):
        history.add(a_search("boots", price_max=limit))
    assert [search.wishes.price_max for search in history.searches] == [200, 100]


def test_earlier_steps_make_room_before_other_searches_do() -> None:
    history = History()
    history.add(a_search("boots", price_max=300))
    history.add(a_search("boots", price_max=200))
    for word in ("scarves", "belts", "bags", "hats"):
        history.add(a_search(word))
    assert len(history.searches) == MOST_SEARCHES
    assert words_of(history) == ["boots", "scarves", "belts", "bags", "hats"]


def test_it_lasts_as_a_tracker_keeps_it() -> None:
    history = History()
    history.add(a_search("boots", price_max=200))
    assert History(history.to_slot()).searches == history.searches
