import pytest

from nlu.entities.mentions import Mention
from nlu.entities.values import Normaliser
from nlu.lexicon import read_lexicon
from nlu.vocabulary import Vocabulary

LEXICON = read_lexicon()


def a_normaliser(**own: dict[str, str]) -> Normaliser:
    return Normaliser(Vocabulary(**own), LEXICON, lambda word: False)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("own", "said", "value"),
    [
        # The shop's own word first, then the family it has, else the shopper's word.
        ({"navy": "Navy", "blue": "Blue"}, "navy", "Navy"),
        ({"blue": "Blue"}, "navy", "Blue"),
        ({"blue": "Blue"}, "royal blue", "Blue"),
        ({"blue": "Blue"}, "burgundy", "burgundy"),
        ({}, "burgundy", "burgundy"),
    ],
)
def test_colours_are_the_shops_own_or_of_its_family(
    own: dict[str, str], said: str, value: str
) -> None:
    assert a_normaliser(colors=own).read_color(said) == value


@pytest.mark.parametrize(
    ("said", "family"),
    [("burgundy", "red"), ("Dark Green", "green"), ("very dark green", "green"), ("modern", None)],
)
def test_a_shade_belongs_to_one_family(said: str, family: str | None) -> None:
    assert a_normaliser().color_family(said) == family


@pytest.mark.parametrize(
    ("said", "size"),
    [
        ("medium", "M"),
        ("extra large", "XL"),
        ("size M", "M"),
        ("size 42", "42"),
        ("size 'S'", "S"),
        ('size "M"', "M"),
        ("xl", "XL"),
        ("king size", "king"),
        ("55 inch", "55 inch"),
    ],
)
def test_sizes_are_written_one_way(said: str, size: str) -> None:
    assert a_normaliser().read_size(said) == size


def test_a_size_the_shop_writes_otherwise_takes_its_form() -> None:
    assert a_normaliser(sizes={"medium": "Medium"}).read_size("medium") == "Medium"


@pytest.mark.parametrize(
    ("entity", "said", "value"),
    [
        ("recipient", "my mum's", "mum"),
        ("recipient", "mums", "mum"),
        ("recipient", "kids", "kids"),
        ("recipient", "men", "men"),
        ("occasion", "Halloween", "halloween"),
    ],
)
def test_people_and_events_are_named_one_way(entity: str, said: str, value: str) -> None:
    assert a_normaliser().read_person_or_event(entity, said) == value


def test_of_what_is_ruled_out_the_wider_word_stays() -> None:
    vocabulary = {"picture book": "picture book"}
    normaliser = a_normaliser(kinds=vocabulary, synonyms={"book": "picture book"})
    wanted = normaliser.settle("book", Mention("category", 0, 4))
    refused = normaliser.settle("book", Mention("category", 0, 4, "exclude"))
    assert wanted is not None
    assert (wanted.value, wanted.known) == ("picture book", True)
    assert refused is not None
    assert (refused.value, refused.known) == ("book", True)


@pytest.mark.parametrize(
    ("entity", "typed", "meant"),
    [
        ("color", "yelow", "yellow"),
        ("material", "coton", "cotton"),
        ("category", "hedphones", "headphones"),
        ("feature", "watterproof", "waterproof"),
        ("recipient", "toddlrs", "toddlers"),
        ("brand", "addidas", "adidas"),
        ("brand", "Adiddas", "Adidas"),
        # Listed elsewhere, joined otherwise, too short, or near nothing: as it was typed.
        ("color", "teak", "teak"),
        ("category", "lunchbox", "lunchbox"),
        ("color", "rde", "rde"),
        ("brand", "Halden", "Halden"),
        ("category", "zettari", "zettari"),
    ],
)
def test_a_value_one_slip_from_a_listed_one_is_put_right(
    entity: str, typed: str, meant: str
) -> None:
    settled = a_normaliser().settle(typed, Mention(entity, 0, len(typed)))
    assert settled is not None
    assert settled.value == meant


def test_goods_that_are_common_words_are_left_alone() -> None:
    common = Normaliser(Vocabulary(), LEXICON, lambda word: True)
    settled = common.settle("tablrs", Mention("category", 0, 6))
    assert settled is not None
    assert settled.value == "tablrs"
