"""The gateway's own words: every language says everything."""

import string
from typing import Any, get_args

import pytest

from gateway.words import Words
from recommender.wire import ReasonCode

FACTS: dict[str, dict[str, Any]] = {
    "matches_query": {"words": ["red", "running"]},
    "similar_to_viewed": {"product_id": "p1", "title": "Trail Sneaker"},
    "similar_to_bought": {"product_id": "p1", "title": "Trail Sneaker"},
    "similar_to_anchor": {"title": "Trail Sneaker"},
    "goes_with_cart": {"product_id": "p1", "title": "Trail Sneaker", "shoppers": 9},
    "chosen_with_bought": {"product_id": "p1", "title": "Trail Sneaker", "shoppers": 9},
    "chosen_with_viewed": {"product_id": "p1", "title": "Trail Sneaker", "shoppers": 9},
    "from_history": {},
    "picked_by_shop": {},
    "popular_here": {},
    "favourite_brand": {"brand": "Northbay"},
    "favourite_category": {"category": "shoes"},
    "popular_now": {"month": 12},
    "top_rated": {"rating": 4.666, "count": 31},
    "on_sale": {"was": "79.90", "now": 59.9},
    "fits_budget": {"price_max": 60.0},
    "new_arrival": {},
}


@pytest.fixture(scope="module")
def words() -> Words:
    return Words(default_locale="en")


def reason(words: Words, code: str, params: dict[str, Any], *, locale: str = "en") -> str:
    return words.reason(code, params, locale=locale, currency="USD")


def test_every_language_has_every_sentence_with_the_same_parameters(words: Words) -> None:
    def parameters(locale: str, name: str) -> set[str | None]:
        template = words._sentences[locale][name]
        return {field for _, field, _, _ in string.Formatter().parse(template) if field}

    assert set(words.locales) == {"en", "zh"}
    for locale in words.locales:
        assert words.names(locale) == words.names("en")
        for name in words.names("en"):
            assert parameters(locale, name) == parameters("en", name), (locale, name)


@pytest.mark.parametrize("locale", ["en", "zh"])
def test_every_reason_the_recommender_gives_has_a_sentence(words: Words, locale: str) -> None:
    assert set(FACTS) == set(get_args(ReasonCode))
    other = reason(words, "other", {}, locale=locale)

    for code, params in FACTS.items():
        sentence = reason(words, code, params, locale=locale)
        assert sentence[-1] in ".。"
        assert "{" not in sentence
        assert sentence != other, code


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("matches_query", "Matches what you asked for: red, running."),
        ("on_sale", "On sale: $59.90 instead of $79.90."),
        ("fits_budget", "Within your budget of $60."),
        ("popular_now", "Popular with our customers in December."),
        ("top_rated", "Rated 4.7 out of 5 by 31 buyers."),
    ],
)
def test_facts_are_written_as_people_write_them(words: Words, code: str, sentence: str) -> None:
    assert reason(words, code, FACTS[code]) == sentence


@pytest.mark.parametrize(
    ("code", "params"),
    [("unheard_of", {}), ("favourite_brand", {}), ("top_rated", {"rating": 5})],
)
def test_a_reason_without_its_facts_is_a_plain_sentence(
    words: Words, code: str, params: dict[str, Any]
) -> None:
    assert reason(words, code, params) == "Chosen from our shop for you."


def test_a_product_near_in_meaning_alone_is_said_to_be_so(words: Words) -> None:
    assert reason(words, "matches_query", {"words": []}) == "Close to what you are looking for."


def test_facts_with_braces_are_only_text(words: Words) -> None:
    assert "{count}" in reason(words, "similar_to_anchor", {"title": "The {count} lamp"})


def test_an_amount_that_is_no_number_is_left_as_it_is(words: Words) -> None:
    assert reason(words, "fits_budget", {"price_max": "about 60"}).endswith("about 60.")


@pytest.mark.parametrize(
    ("tag", "locale"),
    [("zh-Hant-TW", "zh"), ("ZH", "zh"), ("en_GB", "en"), ("fr", "en"), ("", "en"), (None, "en")],
)
def test_the_nearest_spoken_language_is_chosen(words: Words, tag: str | None, locale: str) -> None:
    assert words.choose_locale(tag) == locale


def test_a_shop_may_speak_another_language_by_default() -> None:
    assert Words(default_locale="zh-CN").choose_locale("fr") == "zh"
