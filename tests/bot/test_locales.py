"""Every language is held to the domain: the same responses, facts and payloads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from addons.locales import (
    LOCALES,
    list_languages,
    name_language,
    open_locale,
    open_phrasebook,
)
from addons.phrasebook import PLACE

from tests.actions.rehearsal import read_domain

DOMAIN = read_domain("responses")
LANGUAGES = list_languages()
# Facts that a language's grammar has no place for: language, response, fact.
LEFT_OUT: set[tuple[str, str, str]] = set()
# Latin words that stay: names, units, sizes.
KEPT = re.compile(r"\b(?:T恤|[A-Z]{1,3}|cm|kg|Nike)\b")
QUOTED = re.compile(r"“[^”]*”")


def texts(variations: list[dict[str, Any]]) -> Iterator[str]:
    """All that a response says, titles of its buttons included."""
    for variation in variations:
        yield variation.get("text", "")
        yield from (button["title"] for button in variation.get("buttons", ()))


def facts(variations: list[dict[str, Any]]) -> set[str]:
    """The facts that a response names."""
    return {match[2] for text in texts(variations) for match in PLACE.finditer(text) if match[2]}


def payloads(variations: list[dict[str, Any]]) -> set[str]:
    """What the buttons of a response stand for."""
    return {button["payload"] for v in variations for button in v.get("buttons", ())}


def test_chinese_is_spoken() -> None:
    assert "zh" in LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_has_the_responses_of_the_domain_and_no_others(language: str) -> None:
    responses, _ = open_locale(language)
    assert set(responses) == set(DOMAIN)


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_response_is_said_once(language: str) -> None:
    names = [
        name
        for file in (LOCALES / language).glob("*.yml")
        for name in re.findall(r"^  (utter_\w+):", file.read_text(), re.MULTILINE)
    ]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_response_names_the_same_facts_in_every_language(language: str) -> None:
    responses, _ = open_locale(language)
    for name, said in responses.items():
        expected = {fact for fact in facts(DOMAIN[name]) if (language, name, fact) not in LEFT_OUT}
        assert facts(said) == expected, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_buttons_stand_for_the_same_in_every_language(language: str) -> None:
    responses, _ = open_locale(language)
    for name, said in responses.items():
        assert payloads(said) == payloads(DOMAIN[name]), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_something_can_be_said_in_every_case(language: str) -> None:
    responses, _ = open_locale(language)
    for name, said in responses.items():
        assert all(v.get("text") for v in said), name
        # Where English always finds words, so does every other language.
        if any(not v.get("condition") for v in DOMAIN[name]):
            assert any(not v.get("condition") for v in said), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_braces_are_well_formed(language: str) -> None:
    responses, _ = open_locale(language)
    for name, said in responses.items():
        for text in texts(list(said)):
            assert not set(PLACE.sub("", text)) & set("{}"), f"{name}: {text}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_kinds_of_words_that_a_template_asks_for_exist(language: str) -> None:
    responses, words = open_locale(language)
    asked = {
        kind
        for said in responses.values()
        for text in texts(list(said))
        for match in PLACE.finditer(text)
        for kind in (match[3] or "").split("|")
        if kind
    }
    assert asked <= set(words)


def test_no_english_is_left_in_chinese() -> None:
    responses, words = open_locale("zh")
    said = [text for variations in responses.values() for text in texts(list(variations))]
    said += [word for values in words.values() for word in values.values()]
    for text in said:
        plain = KEPT.sub("", QUOTED.sub("", PLACE.sub("", text)))
        assert not re.search(r"[A-Za-z]{2,}", plain), text


@pytest.mark.parametrize(
    ("locale", "language"),
    [("zh-CN", "zh"), ("zh_TW", "zh"), ("EN-gb", "en"), (None, "en"), ("", "en")],
)
def test_a_language_is_found_in_a_browsers_tag(locale: str | None, language: str) -> None:
    assert name_language(locale) == language


def test_what_a_language_lacks_is_said_as_the_domain_has_it(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "a.yml").write_text('responses: {utter_bye: [{text: "Au revoir"}]}')
    domain = {"utter_bye": [{"text": "Bye"}], "utter_hi": [{"text": "Hi"}]}
    book = open_phrasebook(domain, "fr", folder=tmp_path)
    assert book.compose("utter_bye", {})["text"] == "Au revoir"
    assert book.compose("utter_hi", {})["text"] == "Hi"


@pytest.mark.parametrize("language", ["../zh", "..", "xx", ""])
def test_an_unknown_language_is_the_domains(language: str) -> None:
    assert open_locale(language) == ({}, {})
