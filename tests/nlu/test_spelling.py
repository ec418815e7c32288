from pathlib import Path

import pytest

from nlu.errors import DatasetError
from nlu.lexicon import read_lexicon
from nlu.predictor import Predictor
from nlu.spelling import TRUSTED, Common, Speller, common_words, count_pairs, count_words, slips

OWN = {"leather": 20, "boots": 40, "under": 60, "the": 900, "necklace": 9, "sneekers": 1}
COMMON = Common(
    ["the", "and", "for", "under", "sneakers", "form", "boot", "note", "sage", "same", "bots"],
    sure=frozenset(
        {"the", "and", "for", "under", "sneakers", "form", "boot", "note", "sage", "same"}
    ),
)
PAIRS = {("", "the"): 5, ("the", "boots"): 30, ("in", "sage"): 9, ("sage", "green"): 9}


@pytest.fixture(scope="module")
def speller() -> Speller:
    return Speller(OWN, common=COMMON, pairs=PAIRS, names=["Bosch", "Brackwell & Moss", "Bose"])


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("undr", "under"),
        ("lether", "leather"),
        ("botos", "boots"),
        ("boottss", "boots"),
        ("lleeether", "leather"),
        ("bbbboots", "boots"),
        ("leahter boots undr 50", "leather boots under 50"),
        ("UNDR", "UNDER"),
        # Learnt from once and known to nobody: a slip in the rows themselves.
        ("sneekers", "sneakers"),
        # Words as they are, and what is no word.
        ("leather boot", "leather boot"),
        ("necklaces", "necklaces"),
        ("zxqv", "zxqv"),
        # The encoder has it whole, yet it is no English word.
        ("the bots", "the boots"),
        # What stands beside it decides.
        ("sake green", "sage green"),
        # Within a sentence a capital may be a maker's, and nobody else's name is touched.
        ("the Bosvh one", "the Bosch one"),
        ("the Brackwel & Moss one", "the Brackwell & Moss one"),
        ("the Marcuss one", "the Marcuss one"),
        ("the Undr brand", "the Undr brand"),
        ("GBP and ATMs", "GBP and ATMs"),
        ("lether@example.com", "lether@example.com"),
        ("LETHER-77 #lether", "LETHER-77 #lether"),
        ("", ""),
    ],
)
def test_words_are_put_right_where_it_is_likely(speller: Speller, typed: str, meant: str) -> None:
    assert speller.correct(typed).text == meant


@pytest.mark.parametrize(
    ("typed", "meant", "cost"),
    [
        ("boots", "boots", 0),
        ("botos", "boots", 0.4),
        ("booots", "boots", 0.8),
        ("bots", "boots", 0.7),
        ("biots", "boots", 1.0),
        ("bxots", "boots", 2.1),
        # Two slips cost what each of them does.
        ("biost", "boots", 1.4),
        ("biits", "boots", 2.0),
    ],
)
def test_each_slip_costs_what_its_kind_does(typed: str, meant: str, cost: float) -> None:
    assert slips(typed, meant) == pytest.approx(cost)


def test_every_stretch_is_found_again_in_the_old_text(speller: Speller) -> None:
    typed = "red lether boottss undr 50"
    spelt = speller.correct(typed)
    assert spelt.text == "red leather boots under 50"
    for word, old in zip(spelt.text.split(), typed.split(), strict=True):
        start = spelt.text.index(word)
        first, last = spelt.locate(start, start + len(word))
        assert typed[first:last] == old


def test_words_are_counted_without_numbers_and_addresses() -> None:
    counts = count_words(["Red boots, red laces", "mail kim@example.com 10 boots"])
    assert counts == {"red": 2, "boots": 2, "laces": 1, "mail": 1}


def test_pairs_are_counted_within_a_breath() -> None:
    pairs = count_pairs(["show me boots", "Show me: boots", "show 2 boots", "me boots"])
    assert pairs == {
        ("", "show"): 3, ("show", "me"): 2, ("me", "boots"): 2, ("", "boots"): 2, ("", "me"): 1,
    }  # fmt: skip


def test_common_words_are_whole_and_the_most_frequent_come_first(tmp_path: Path) -> None:
    vocabulary = {"[PAD]": 0, "a": 1, "the": 2, "##ing": 3, "shoe": 5, "and": 4, "x9": 6}
    rare = tmp_path / "english.txt"
    rare.write_text("abbot\nshoe\n")
    common = common_words(vocabulary, file=rare)
    assert common.words == ["the", "and", "shoe", "abbot"]
    assert common.sure == {"the", "and", "shoe", "abbot"}
    with pytest.raises(DatasetError, match="lists English words"):
        common_words(vocabulary, file=tmp_path / "none.txt")


@pytest.mark.parametrize("text", ["a debit card or a cheque", "it expires soon", "a jug of whey"])
def test_words_that_the_encoder_lacks_are_no_slips(shipped: Predictor, text: str) -> None:
    own = count_words([*read_lexicon().phrases * TRUSTED, *["boots and cheese"] * 40])
    speller = Speller(own, common=common_words(shipped.tokenizer.get_vocab()))
    assert speller.correct(text).text == text


def test_a_slip_that_the_rows_are_full_of_is_still_one() -> None:
    own = {"the": 900, "teh": 14, "teak": 9}
    speller = Speller(own, common=Common(["the", "teak"], frozenset({"the", "teak"})))
    assert speller.correct("teh teak thhe").text == "the teak the"
