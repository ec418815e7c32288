import pytest

from nlu.encoder import load_encoder
from nlu.signs import spell_out
from nlu.words import cut_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no 👎", "no thumbs down"),
        ("❤", "heart"),
        ("🎸🎸", "guitar guitar"),
        ("5€ café ©", "5€ café ©"),
        ("plain", "plain"),
    ],
)
def test_pictures_become_words_and_the_rest_stays(text: str, words: str) -> None:
    spelt, places = spell_out(text)
    assert spelt.split() == words.split()
    assert len(places) == len(spelt)


def test_words_behind_a_picture_keep_their_place_in_the_text() -> None:
    text = "👢👢 red boots"
    _, tokenizer = load_encoder()
    (words,) = cut_words([text], tokenizer=tokenizer)
    surfaces = [text[start:end] for start, end in words.offsets]
    assert surfaces[-2:] == ["red", "boots"]
    assert set(surfaces[:-2]) == {"👢"}
