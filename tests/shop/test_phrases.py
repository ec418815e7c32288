import pytest

from shop.phrases import load_phrases


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("still too much tbh, got anything cheaper", "cheaper"),
        ("I can’t afford that", "cheaper"),
        ("cheap ones", "cheap"),
        ("BIGGER please", "bigger"),
        ("none of these", "all_of_them"),
        ("something else", "others"),
    ],
)
def test_a_phrase_is_heard(text: str, signal: str) -> None:
    assert signal in load_phrases().signals(text)


@pytest.mark.parametrize("text", ["a cheaply made joke", "not cheaper", "cheapskate"])
def test_a_phrase_inside_other_words_is_not_heard(text: str) -> None:
    assert not load_phrases().signals(text) & {"cheap", "cheaper"}


def test_an_unknown_language_is_read_as_english() -> None:
    assert load_phrases("xx").signals("cheaper") == {"cheaper"}


def test_every_spelling_of_any_colour_counts() -> None:
    for text in ("any color", "any colour", "any colours"):
        assert load_phrases().dropped(text) == {"color"}
