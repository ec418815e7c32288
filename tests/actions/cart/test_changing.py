"""How many of a thing, and taking things out."""

import pytest

from tests.actions.cart.contents import in_cart, titles
from tests.actions.rehearsal import Rehearsal


def test_make_it_three(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "make it [three](quantity:3)")
    assert in_cart(filled)["lamp"] == 3
    assert "3 × Aurora Table Lamp" in answer.text


@pytest.mark.parametrize(
    ("words", "left"),
    [
        ("only [one](quantity:1) of the [second](ordinal:2)", 1),
        ("make the [blue](color) ones [4](quantity:4)", 4),
        ("reduce the harbor [mugs](category:mug) to [one](quantity:1)", 1),
        ("take [one](quantity:1) harbor [mug](category:mug) out", 1),
        ("[one](quantity:1) less of the harbor [mugs](category:mug)", 1),
        ("[one](quantity:1) more of the harbor [mugs](category:mug)", 3),
        ("remove [five](quantity:5) harbor [mugs](category:mug)", 0),
    ],
)
def test_how_many_there_are_to_be(filled: Rehearsal, words: str, left: int) -> None:
    filled.say("remove_from_cart", words)
    assert in_cart(filled).get("m2", 0) == left
    assert (in_cart(filled)["m1"], in_cart(filled)["lamp"]) == (1, 1)


@pytest.mark.parametrize(
    "words",
    [
        "make it [three](quantity:3)",
        "actually [three](quantity:3) of them",
        "no wait, [three](quantity:3)",
    ],
)
def test_make_it_three_as_if_it_were_put_in(filled: Rehearsal, words: str) -> None:
    filled.say("add_to_cart", words)
    assert in_cart(filled)["lamp"] == 3


def test_actually_three_more_are_added(filled: Rehearsal) -> None:
    before = in_cart(filled)["lamp"]
    filled.say("add_to_cart", "actually add [three](quantity:3) more of them")
    assert in_cart(filled)["lamp"] == before + 3


@pytest.mark.parametrize(
    "words",
    [
        "remove the [lamp](category:lamp)",
        "take the aurora out of the cart",
        "take it out again",
        "remove the [third](ordinal:3) item from my cart",
        "delete the [last](ordinal:-1)",
        "the most expensive one can go",
    ],
)
def test_one_is_taken_out(filled: Rehearsal, words: str) -> None:
    answer = filled.say("remove_from_cart", words)
    assert in_cart(filled) == {"m1": 1, "m2": 2}
    assert "Aurora Table Lamp" in answer.text
    assert "$50" in answer.text


def test_taken_out_by_mistake_is_put_back(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "remove the [second](ordinal:2)")
    filled.press(answer, "Put it back")
    assert in_cart(filled) == {"m1": 1, "lamp": 1, "m2": 2}


def test_a_place_is_one_of_the_list_where_that_is_before_them(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [second](ordinal:2)")
    chat.say("add_to_cart", "the aurora table lamp")
    chat.say("remove_from_cart", "actually remove the [second](ordinal:2)")
    assert in_cart(chat) == {"lamp": 1}


def test_two_of_a_kind_are_asked_about(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "make the [mug](category:mug) [five](quantity:5)")
    assert titles(answer) == ["Meadow Mug", "Harbor Mug"]
    filled.press(answer, "Harbor Mug")
    assert in_cart(filled) == {"m1": 1, "m2": 5, "lamp": 1}


def test_what_is_not_in_it_is_said_and_nothing_goes(filled: Rehearsal) -> None:
    answer = filled.say("remove_from_cart", "remove the [kettle](category:kettle)")
    assert "no kettle" in answer.text
    assert len(in_cart(filled)) == 3
    answer = filled.say("remove_from_cart", "remove the [red](color) [mug](category:mug)")
    assert "no red mug" in answer.text
    answer = filled.say("remove_from_cart", "remove the [red](color) one")
    assert "nothing red" in answer.text
    assert len(in_cart(filled)) == 3


def test_only_the_mug_is_blue(filled: Rehearsal) -> None:
    filled.say(
        "remove_from_cart", "the [blue](color) [mug](category:mug) and the [lamp](category:lamp)"
    )
    assert in_cart(filled) == {"m1": 1}
    answer = filled.say(
        "remove_from_cart", "the [green](color) [mug](category:mug) and the [sofa](category:sofa)"
    )
    assert "no sofa" in answer.text
    assert in_cart(filled) == {"m1": 1}


def test_several_are_taken_out_at_once(filled: Rehearsal) -> None:
    answer = filled.say(
        "remove_from_cart", "the [first](ordinal:1) and the [last](ordinal:-1) in my cart"
    )
    assert in_cart(filled) == {"m2": 2}
    assert "Meadow Mug and Aurora Table Lamp" in answer.text


def test_two_kinds_are_taken_out_at_once(filled: Rehearsal) -> None:
    filled.say(
        "remove_from_cart", "the [lamp](category:lamp) and the harbor [mug](category:mug) can go"
    )
    assert in_cart(filled) == {"m1": 1}


@pytest.mark.parametrize("words", ["empty my cart", "remove everything", "clear the basket"])
def test_everything_goes(filled: Rehearsal, words: str) -> None:
    assert "empty" in filled.say("remove_from_cart", words).text
    assert in_cart(filled) == {}


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        ("remove everything except the [lamp](category:lamp)", {"lamp"}),
        ("remove all the [mugs](category:mug)", {"lamp"}),
        ("everything but the [lamp](category:lamp!) goes", {"lamp"}),
        (
            "remove everything except the [first](ordinal:1) and the [last](ordinal:-1)",
            {"m1", "lamp"},
        ),
    ],
)
def test_everything_of_a_kind_or_but_one(filled: Rehearsal, words: str, kept: set[str]) -> None:
    filled.say("remove_from_cart", words)
    assert set(in_cart(filled)) == kept


def test_a_button_of_what_is_gone_offers_to_put_it_in(chat: Rehearsal) -> None:
    chat.say("add_to_cart", "the [first](ordinal:1)")
    answer = chat.say("remove_from_cart", product_id="lamp", quantity=2)
    chat.press(answer, "Yes, put it in")
    assert in_cart(chat) == {"m1": 1, "lamp": 2}


def test_no_wait_remove_it_is_no_mere_no(filled: Rehearsal) -> None:
    before = in_cart(filled)
    filled.say("deny", "no thanks")
    assert in_cart(filled) == before
    filled.say("deny", "no wait remove it")
    assert in_cart(filled).get("lamp", 0) < before["lamp"]


def test_only_one_of_those_is_no_dislike_where_a_cart_is(filled: Rehearsal) -> None:
    filled.say("dislike_item", "only [one](quantity:1) of the [second](ordinal:2)")
    assert in_cart(filled)["m2"] == 1


def test_without_a_cart_it_is_one(chat: Rehearsal) -> None:
    answer = chat.say("dislike_item", "only the [second](ordinal:2) [one](quantity:1) is ugly")
    assert in_cart(chat) == {}
    assert answer.text
