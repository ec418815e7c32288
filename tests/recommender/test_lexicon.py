import pytest

from recommender.lexicon import load_lexicon


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("boots", "boot"),
        ("Watches", "watch"),
        ("glasses", "glass"),
        ("accessories", "accessory"),
        ("hoodies", "hoodie"),
        ("shoes", "Shoe"),
        ("scarves", "scarf"),
        ("men's", "man"),
        ("Jewellery", "jewelry"),
        ("grey", "gray"),
        ("T-shirts", "tshirt"),
        ("water-resistant", "waterproof"),
        ("café", "cafe"),
    ],
)
def test_plurals_and_spellings_have_one_key(one: str, other: str) -> None:
    lexicon = load_lexicon()
    assert lexicon.key(one) == lexicon.key(other)


def test_words_that_end_in_s_by_nature_stay_whole() -> None:
    assert load_lexicon().key("dress bus tennis") == "dress bus tennis"


def test_filler_says_nothing() -> None:
    assert load_lexicon().terms("hi, I am looking for some red sneakers please") == [
        "red",
        "sneaker",
    ]


def test_a_shade_belongs_to_a_plain_color_and_a_plain_color_to_none() -> None:
    lexicon = load_lexicon()
    assert lexicon.plain_color("crimson") == "red"
    assert lexicon.plain_color("red") is None


def test_signs_of_a_script_without_spaces_are_words_each() -> None:
    assert load_lexicon().words("红鞋 size 9") == ["红", "鞋", "size", "9"]
