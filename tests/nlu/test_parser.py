"""The parser puts misspelt words right, and answers for the text as it was typed."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from nlu.catalogue import Mirror
from nlu.lexicon import read_lexicon
from nlu.parser import Parser
from nlu.predictor import Predictor
from nlu.vocabulary import ProductWords, Vocabulary, build_vocabulary

WORDS = {"leather": 9, "boots": 9, "under": 9, "the": 99, "show": 9, "wren": 9}


class Goods:
    """A shop that never changes."""

    def __init__(self, *products: ProductWords) -> None:
        self.vocabulary = build_vocabulary(products, synonyms={})

    def stamp(self, session: object) -> tuple[int, None]:
        return 1, None

    def read(self, session: object) -> Vocabulary:
        return self.vocabulary


def a_parser(
    shipped: Predictor, *products: ProductWords, words: Mapping[str, int] = WORDS
) -> Parser:
    predictor = replace(shipped, card=replace(shipped.card, words=dict(words)))
    goods = Goods(*products)
    return Parser(
        predictor, vocabulary=Mirror(goods, empty=goods.vocabulary), lexicon=read_lexicon()
    )


def test_values_are_spelt_right_and_places_are_those_of_the_text(shipped: Predictor) -> None:
    text = "show me lether boottss undr 50"
    (parse,) = a_parser(shipped).parse([text])
    assert parse.text == text
    assert {(e.entity, e.value, text[e.start : e.end]) for e in parse.entities} == {
        ("material", "leather", "lether"),
        ("category", "boots", "boottss"),
        ("price_max", 50.0, "50"),
    }


def test_a_name_stays_as_it_was_typed(shipped: Predictor) -> None:
    text = "my name is tomm bakker, show me boots"
    (parse,) = a_parser(shipped).parse([text])
    assert ("person", "tomm bakker") in [(e.entity, e.value) for e in parse.entities]


@pytest.mark.parametrize(
    ("products", "read"),
    [([], "wren boots"), ([ProductWords("Ankle Boots", "boots", brand="Wrenn")], "wrenn boots")],
)
def test_the_shops_own_words_are_no_slips(
    shipped: Predictor, products: list[ProductWords], read: str
) -> None:
    (spelt,) = a_parser(shipped, *products).spell(["wrenn boots"])
    assert spelt.text == read


def test_without_words_of_its_own_an_adapter_reads_what_is_typed(shipped: Predictor) -> None:
    (spelt,) = a_parser(shipped, words={}).spell(["lether boots"])
    assert spelt.text == "lether boots"
