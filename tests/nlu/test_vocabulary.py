import pytest

from nlu.catalogue import read_synonyms
from nlu.phrases import fold, head_of, parts_of
from nlu.vocabulary import ProductWords, Vocabulary, build_vocabulary

# A few real words; whatever is not here counts as misspelt.
WORDS = frozenset(
    [
        "gold",
        "ship",
        "rocket",
        "running",
        "desk",
        "shoe",
        "boat",
        "boots",
        "lamp",
        "formal",
        "floor",
        "table",
    ]
)


def is_word(word: str) -> bool:
    return word in WORDS


@pytest.fixture
def shop() -> Vocabulary:
    return build_vocabulary(
        [
            ProductWords("Canvas Sneaker", "footwear", "sneaker", brand="Levi's", color="navy"),
            ProductWords("Black Oxford", "footwear", "formal", color="Red"),
            ProductWords("Brass Table Lamp", "homedecor", "lighting", material="brass"),
            ProductWords("Floor Lamp with Shelf", "homedecor", "lighting", size="XL"),
            ProductWords("Silver Bracelet", "jewelry", "bracelet"),
            ProductWords("Chicken Wrap", "food", "sandwiches/wraps"),
            ProductWords("Witch Hat", "seasonal", "halloween"),
            ProductWords("Sun Hat", "apparel", "hats"),
            ProductWords("Winter Hat", "accessories", None, features=("water resistant",)),
        ],
        synonyms=read_synonyms(),
    )


@pytest.mark.parametrize(
    ("phrase", "kind"),
    [
        ("sneaker", "sneaker"),
        ("Sneakers", "sneaker"),
        ("footwear", "footwear"),
        ("wraps", "sandwiches/wraps"),
        # Words of other countries, and narrower and wider ones.
        ("trainers", "sneaker"),
        ("running shoes", "sneaker"),
        ("shoes", "footwear"),
        ("formal shoes", "formal"),
        ("bangles", "bracelet"),
        # What goods are called.
        ("lamp", "lighting"),
        ("desk lamps", "lighting"),
        # Typing errors.
        ("braclet", "bracelet"),
        ("gold braclet", "bracelet"),
        ("sneekers", "sneaker"),
        # Known by its titles, but of no one kind.
        ("hat", "hats"),
    ],
)
def test_a_kind_is_found_by_whatever_people_call_it(
    shop: Vocabulary, phrase: str, kind: str
) -> None:
    found = shop.find_kind(phrase, is_word=is_word)
    assert found is not None
    assert found.value == kind


@pytest.mark.parametrize("phrase", ["rocket ship", "boat", "unicorns", "ring", ""])
def test_what_the_shop_lacks_is_not_made_into_something_else(shop: Vocabulary, phrase: str) -> None:
    assert shop.find_kind(phrase, is_word=is_word) is None


@pytest.mark.parametrize(
    ("entity", "surface", "own"),
    [
        ("brand", "levis", "Levi's"),
        ("color", "RED", "Red"),
        ("size", "xl", "XL"),
        ("material", "Brass", "brass"),
        ("feature", "water-resistant", "water resistant"),
        ("feature", "water resistent", "water resistant"),
        ("brand", "nike", None),
    ],
)
def test_values_are_written_as_the_shop_writes_them(
    shop: Vocabulary, entity: str, surface: str, own: str | None
) -> None:
    assert shop.find_value(entity, surface, is_word=is_word) == own


def test_a_synonym_counts_only_where_the_shop_has_what_it_means(shop: Vocabulary) -> None:
    assert "couch" not in shop.synonyms
    assert shop.synonyms["trainer"] == "sneaker"


def test_without_a_catalogue_nothing_is_known() -> None:
    nothing = Vocabulary()
    assert nothing.is_empty
    assert nothing.find_kind("boots", is_word=is_word) is None


@pytest.mark.parametrize(
    ("phrase", "folded"),
    [
        ("Levi's", "levis"),
        ("Dresses", "dress"),
        ("batteries", "battery"),
        ("Café Tables", "cafe table"),
        ("glasses", "glasses"),
        ("bus", "bus"),
        ("T-Shirts", "t shirt"),
        ("scarves", "scarf"),
    ],
)
def test_one_form_stands_for_case_plural_and_accents(phrase: str, folded: str) -> None:
    assert fold(phrase) == fold(folded)


def test_a_title_is_read_up_to_where_it_only_adds() -> None:
    assert head_of("Brass Table Lamp with Shade") == ("lamp", "table lamp")
    assert head_of("Guitar") == ("guitar",)
    assert head_of("123") == ()
    assert parts_of("sandwiches/wraps") == ("sandwiches", "wraps")


def test_a_named_type_wins_over_what_titles_suggest_of_its_neighbours() -> None:
    shop = build_vocabulary(
        [
            ProductWords("Spooky Skull Decorations", "seasonal", "halloween"),
            ProductWords("Glowing Pumpkin Decorations", "seasonal", "halloween"),
            ProductWords("Fir Wreath", "seasonal", "christmas"),
        ],
        synonyms={},
    )
    kinds = {phrase: shop.find_kind(phrase, is_word=is_word) for phrase in PHRASES}
    assert {phrase: kind and kind.value for phrase, kind in kinds.items()} == PHRASES


PHRASES = {"decorations": "halloween", "christmas decorations": "christmas"}
