from importlib.resources import files

import pytest
import yaml

from shop.aspects import load_aspects
from shop.phrases import load_phrases
from shop.questions import Question, coded_question, is_code, read_question


def asked(text: str, *, locale: str = "en") -> Question:
    return read_question(text, phrases=load_phrases(locale))


@pytest.mark.parametrize(
    ("text", "aspects"),
    [
        ("does it run small?", [("fit", "small")]),
        ("is it true to size or should i go up", [("fit", "right")]),
        ("which size should i order", [("fit", None)]),
        ("is it comfortable", [("comfort", "comfortable")]),
        ("how comfortable is it", [("comfort", None)]),
        ("how's the battery", [("battery", None)]),
        ("how long does the battery last", [("battery", None)]),
        ("is it good for winter?", [("warmth", "warm")]),
        ("is it loud", [("noise", "loud")]),
        ("easy to put together?", [("assembly", "easy")]),
        ("is the colour like in the picture", [("colour", "as_pictured")]),
        ("will it fit a 15.6 inch laptop", [("room", None)]),
        ("is it warm and does it itch", [("warmth", "warm"), ("comfort", "uncomfortable")]),
    ],
)
def test_a_question_names_aspects_and_the_side_that_it_asks_about(
    text: str, aspects: list[tuple[str, str | None]]
) -> None:
    assert list(asked(text).aspects) == aspects


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("what do people say about it?", "opinions"),
        ("any good reviews?", "opinions"),
        ("is it any good", "opinions"),
        ("any complaints?", "complaints"),
        ("what's wrong with it", "complaints"),
        ("what do buyers like about it", "praise"),
        ("大家评价怎么样", "opinions"),
        ("有什么缺点", "complaints"),
    ],
)
def test_a_question_may_be_about_the_reviews_as_a_whole(text: str, kind: str) -> None:
    assert asked(text).overall == kind


def test_what_people_say_of_one_thing_is_about_that_thing() -> None:
    question = asked("what do people say about the fit")
    assert question.overall is None
    assert question.aspects == (("fit", None),)
    assert asked("what do people say about the antlers").words == {"antler"}


def test_does_it_run_small_asks_for_no_list_of_sizes() -> None:
    assert asked("does it run small").fields == frozenset()
    assert asked("what sizes does it come in").fields == {"size"}


def test_who_asks_for_the_colour_does_not_ask_what_others_think_of_it() -> None:
    question = asked("what colour is it")
    assert question.fields == {"color"}
    assert question.aspects == ()


def test_what_a_product_does_not_have_is_not_asked_about() -> None:
    phrases = load_phrases()
    known = read_question("is it bright", phrases=phrases, known={"fit"})
    assert known.aspects == ()
    assert known.words == {"bright"}


def test_a_word_of_the_products_name_asks_nothing_beside_a_question() -> None:
    named = frozenset({"rain", "jacket"})
    phrases = load_phrases()
    question = read_question("is the rain jacket warm", phrases=phrases, naming=named)
    assert question.aspects == (("warmth", "warm"),)
    question = read_question("how does it do in rain", phrases=phrases, naming=named)
    assert question.aspects == (("weather", None),)


def test_a_button_asks_by_a_code() -> None:
    assert is_code("complaints")
    assert is_code("fit")
    assert not is_code("does it fit")
    assert coded_question("complaints").overall == "complaints"
    assert coded_question("fit").aspects == (("fit", None),)


def test_other_languages_name_the_aspects_of_the_first() -> None:
    folder = files("shop") / "lexicon" / "aspects"
    chinese = yaml.safe_load((folder / "zh.yml").read_text(encoding="utf-8"))
    aspects = load_aspects().aspects
    for name, aspect in chinese["aspects"].items():
        assert set(aspect["poles"]) <= set(aspects[name].poles), name
