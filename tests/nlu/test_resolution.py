from collections.abc import Iterable

import pytest

from nlu.decoding import FoundSpan
from nlu.entities.resolution import resolve
from nlu.entities.values import Normaliser
from nlu.lexicon import read_lexicon
from nlu.vocabulary import ProductWords, Vocabulary, build_vocabulary
from nlu.wire import Entity

LEXICON = read_lexicon()
UNSURE = 0.2


def the_shop() -> Vocabulary:
    return build_vocabulary(
        [
            ProductWords("Gold Bracelet", "jewelry", "bracelet", color="red", size="M"),
            ProductWords("Leather Boots", "footwear", "boot", material="leather"),
            ProductWords("Beach Sandals", "footwear", "sandals"),
            ProductWords("Patent Oxford", "footwear", "formal", brand="Kestrand"),
            ProductWords("Diver Watch", "accessories", "watch"),
        ],
        synonyms={"shoe": ["footwear"]},
    )


def found(text: str, **surfaces: str) -> list[FoundSpan]:
    """What the model found: entity=surface, `entity__exclude` where it thinks it refused."""
    spans = []
    for name, surface in surfaces.items():
        entity, _, role = name.partition("__")
        start = text.index(surface)
        spans.append(FoundSpan(start, start + len(surface), entity, role or "include", 0.8))
    return spans


def understand(
    text: str,
    spans: Iterable[FoundSpan] = (),
    *,
    hunch: float = 0.0,
    vocabulary: Vocabulary | None = None,
) -> list[Entity]:
    common = {"watch", "out", "gold", "not", "under", "show", "me", "i", "want", "dont", "for"}
    normaliser = Normaliser(vocabulary or the_shop(), LEXICON, lambda word: word in common)
    return resolve(text, spans=list(spans), hunch=lambda _, __: hunch, normaliser=normaliser)


def gist(entities: list[Entity]) -> list[tuple[str, object, str]]:
    return [(e.entity, e.value, e.role) for e in entities]


def test_values_are_the_shops_own_and_spans_stay_where_they_were() -> None:
    text = "Gold BRACLET in medium, crimson"
    entities = understand(
        text, found(text, material="Gold", category="BRACLET", size="medium", color="crimson")
    )
    assert gist(entities) == [
        ("material", "gold", "include"),
        ("category", "bracelet", "include"),
        ("size", "M", "include"),
        ("color", "red", "include"),
    ]
    assert [text[e.start : e.end] for e in entities] == ["Gold", "BRACLET", "medium", "crimson"]


def test_goods_the_shop_lacks_keep_their_words_and_are_marked() -> None:
    text = "a rocket ship"
    (entity,) = understand(text, found(text, category="rocket ship"))
    assert (entity.value, entity.known) == ("rocket ship", False)


def test_without_a_catalogue_nothing_is_said_about_what_is_known() -> None:
    text = "red boots"
    spans = found(text, color="red", category="boots")
    entities = understand(text, spans, vocabulary=Vocabulary())
    assert gist(entities) == [("color", "red", "include"), ("category", "boots", "include")]
    assert [e.known for e in entities] == [None, None]


def test_what_is_refused_and_what_is_wanted_in_one_breath() -> None:
    text = "i dont want boots, i want sandals"
    spans = [*found(text, category="boots"), *found(text, category__exclude="sandals")]
    assert gist(understand(text, spans)) == [
        ("category", "boot", "exclude"),
        ("category", "sandals", "include"),
    ]


def test_a_refusal_covers_everything_that_hangs_on_it() -> None:
    text = "no red leather boots or sandals"
    spans = found(text, color="red", material="leather", category="boots") + found(
        text, category="sandals"
    )
    assert {e.role for e in understand(text, spans)} == {"exclude"}


def test_a_rule_and_the_model_agree_on_one_price() -> None:
    text = "boots around 100 dollars"
    entities = understand(text, found(text, category="boots", price_max="100 dollars"))
    assert gist(entities) == [("category", "boot", "include"), ("price_max", 115.0, "include")]


def test_a_sure_rule_speaks_where_the_model_is_silent() -> None:
    assert gist(understand("anything under 60?")) == [("price_max", 60.0, "include")]
    assert gist(understand("i ordered from 30 of you")) == []


def test_a_size_that_the_model_is_sure_of_is_no_price() -> None:
    text = "is it under 42"
    sure = FoundSpan(12, 14, "size", "include", 0.97)
    assert gist(understand(text, [sure])) == [("size", "42", "include")]


@pytest.mark.parametrize(
    ("text", "hunch", "kinds"),
    [
        ("braclet", 0.0, ["bracelet"]),
        ("watch", 0.0, ["watch"]),
        ("watch out for me i want show", 0.0, []),
        ("show me i want watch", UNSURE, ["watch"]),
        ("kestrand", 0.0, ["Kestrand"]),
    ],
)
def test_words_of_the_catalogue_count_where_the_model_was_silent(
    text: str, hunch: float, kinds: list[str]
) -> None:
    assert [e.value for e in understand(text, hunch=hunch)] == kinds


def test_a_type_before_its_department_narrows_it() -> None:
    text = "formal shoes"
    entities = understand(text, found(text, feature="formal", category="shoes"))
    assert gist(entities) == [("category", "formal", "include")]


def test_halves_of_a_size_are_put_together() -> None:
    text = "size 42 please"
    halves = [FoundSpan(0, 4, "size", "include", 0.8), FoundSpan(5, 7, "size", "include", 0.8)]
    assert gist(understand(text, halves)) == [("size", "42", "include")]


def test_an_email_needs_no_model_and_a_false_one_is_dropped() -> None:
    text = "mail me at kim@example.com"
    assert gist(understand(text, found(text, email="me"))) == [
        ("email", "kim@example.com", "include")
    ]


def test_people_are_named_one_way() -> None:
    text = "flowers for my mums birthday"
    entities = understand(text, found(text, recipient="mums", occasion="birthday"), hunch=0.0)
    assert ("recipient", "mum", "include") in gist(entities)


def test_a_picture_of_goods_is_read_as_their_name() -> None:
    text = "👢👢"
    (entity,) = understand(text, [FoundSpan(0, 2, "category", "include", 0.8)])
    assert (entity.value, text[entity.start : entity.end]) == ("boot", "👢👢")


def test_around_an_amount_is_a_ceiling_whatever_the_model_thinks() -> None:
    text = "around 50"
    assert gist(understand(text, found(text, price_min="50"))) == [("price_max", 57.0, "include")]


def test_the_ends_of_a_range_are_its_ends_whatever_the_model_thinks() -> None:
    text = "20 to 40 is fine"
    both = [
        FoundSpan(0, 2, "price_max", "include", 0.8),
        FoundSpan(6, 8, "price_max", "include", 0.8),
    ]
    assert gist(understand(text, both)) == [
        ("price_min", 20.0, "include"),
        ("price_max", 40.0, "include"),
    ]


def test_a_pattern_completes_what_the_model_saw_in_part() -> None:
    text = "change it to 12 High Street, Leeds LS1 4AB"
    part = found(text, address="12 High Street", order_id="LS1")
    assert [(e.entity, e.value) for e in understand(text, part)] == [
        ("address", "12 High Street, Leeds LS1 4AB")
    ]
    text = "do they come in UK 8"
    assert gist(understand(text, found(text, quantity="8"))) == [("size", "UK 8", "include")]


def test_what_the_model_is_sure_of_stays() -> None:
    text = "the new xl crew"
    sure = FoundSpan(8, 15, "brand", "include", 0.99)
    assert [e.entity for e in understand(text, [sure])] == ["brand"]


def test_money_that_was_paid_is_no_wish() -> None:
    text = "when do i get my 45 euros back"
    assert understand(text, found(text, price_max="45 euros")) == []


def test_a_number_that_is_replaced_is_refused() -> None:
    text = "make it 3 instead of 2"
    spans = [*found(text, quantity="3"), *found(text, quantity="2")]
    assert gist(understand(text, spans)) == [("quantity", 3, "include"), ("quantity", 2, "exclude")]


def test_two_halves_of_a_makers_name_are_one() -> None:
    text = "the Brackwell & Moss desk"
    brands = [FoundSpan(4, 13, "brand", "include", 0.8), FoundSpan(16, 20, "brand", "include", 0.8)]
    assert ("brand", "Brackwell & Moss", "include") in gist(understand(text, brands))


def test_what_happens_for_the_first_time_picks_nothing() -> None:
    text = "the colour ran in the first wash"
    assert understand(text, found(text, ordinal="first")) == []


def test_a_number_with_a_unit_is_a_size_and_no_price() -> None:
    text = "it needs to hold at least two litres"
    assert gist(understand(text, found(text, price_max="two"))) == [
        ("size", "two litres", "include")
    ]


def test_a_makers_name_is_not_cut_at_its_sign() -> None:
    text = "no H&M stuff"
    assert ("brand", "H&M", "exclude") in gist(understand(text, found(text, brand="H")))
    assert ("brand", "H&M", "exclude") in gist(understand(text, found(text, brand="H&")))


def test_a_least_price_stays_one_whatever_the_model_thinks() -> None:
    text = "minimum 50, maximum 90"
    both = [*found(text, price_max="50"), *found(text, price_min="90")]
    assert gist(understand(text, both)) == [
        ("price_min", 50.0, "include"),
        ("price_max", 90.0, "include"),
    ]


@pytest.mark.parametrize(
    ("text", "entity", "refused", "wanted"),
    [
        ("change M to L on my order", "size", "M", "L"),
        ("can you swap the black one for navy", "color", "black", "navy"),
        ("from size 8 to size 9 please", "size", "size 8", "size 9"),
        ("the leather ones are out, canvas then", "material", "leather", "canvas"),
        ("forget the lamps, i want candles", "category", "lamps", "candles"),
        ("stop showing me heels, show me flats", "category", "heels", "flats"),
        ("not for kids, for women", "recipient", "kids", "women"),
    ],
)
def test_what_gives_way_is_refused_and_what_takes_its_place_is_wanted(
    text: str, entity: str, refused: str, wanted: str
) -> None:
    spans = [*found(text, **{entity: refused}), *found(text, **{entity: wanted})]
    entities = understand(text, spans, vocabulary=Vocabulary())
    assert [(text[e.start : e.end], e.role) for e in entities] == [
        (refused, "exclude"),
        (wanted, "include"),
    ]


@pytest.mark.parametrize(
    ("text", "roles"),
    [
        ("no polyester, terracotta", ["exclude", "include"]),
        ("no polyester or terracotta", ["exclude", "exclude"]),
        ("no need for polyester, terracotta", ["exclude", "include"]),
        ("not bothered about terracotta", ["exclude"]),
    ],
)
def test_a_comma_before_another_kind_of_thing_ends_what_is_refused(
    text: str, roles: list[str]
) -> None:
    material = found(text, material="polyester") if "polyester" in text else []
    spans = [*material, *found(text, color="terracotta")]
    assert [e.role for e in understand(text, spans, vocabulary=Vocabulary())] == roles


def test_two_of_a_kind_share_their_fate_after_a_comma() -> None:
    text = "no nike, adidas"
    spans = [*found(text, brand="nike"), *found(text, brand="adidas")]
    roles = [e.role for e in understand(text, spans, vocabulary=Vocabulary())]
    assert roles == ["exclude", "exclude"]


def test_whoever_says_something_is_not_who_it_is_for() -> None:
    text = "my grandson says i need boots"
    spans = [*found(text, recipient="grandson"), *found(text, category="boots")]
    assert gist(understand(text, spans)) == [("category", "boot", "include")]
    text = "boots for my grandson"
    spans = [*found(text, category="boots"), *found(text, recipient="grandson")]
    assert ("recipient", "grandson", "include") in gist(understand(text, spans))


def test_a_picture_after_a_word_is_no_part_of_it() -> None:
    text = "boots for my nan 🌷"
    spans = [*found(text, category="boots"), *found(text, recipient="nan 🌷")]
    assert ("recipient", "nan", "include") in gist(understand(text, spans))


def test_what_is_out_of_the_box_is_not_ruled_out() -> None:
    text = "the boots are out of the box"
    assert gist(understand(text, found(text, category="boots"))) == [
        ("category", "boot", "include")
    ]


def test_a_sum_of_money_that_is_to_come_back_is_no_size() -> None:
    text = "when will the 45 euros be back on my card"
    assert understand(text, found(text, size="45")) == []
    text = "i paid for a 45"
    assert gist(understand(text, found(text, size="45"))) == [("size", "45", "include")]


def in_doubt(text: str, entity: str, surface: str) -> FoundSpan:
    start = text.index(surface)
    return FoundSpan(start, start + len(surface), entity, "include", 0.5)


def test_the_lists_decide_where_the_model_is_in_doubt() -> None:
    text = "a bench, maybe teak"
    assert gist(understand(text, [in_doubt(text, "color", "teak")], vocabulary=Vocabulary())) == [
        ("material", "teak", "include")
    ]
    sure = found(text, color="teak")
    assert gist(understand(text, sure, vocabulary=Vocabulary())) == [("color", "teak", "include")]


def test_what_stands_in_two_lists_stays_what_the_model_took_it_for() -> None:
    text = "something in copper"
    assert gist(understand(text, [in_doubt(text, "color", "copper")])) == [
        ("color", "copper", "include")
    ]


def test_the_shops_own_word_counts_before_the_lists() -> None:
    shop = build_vocabulary([ProductWords("Wall Paint", "paint", color="Teak")], synonyms={})
    text = "something in teak"
    assert gist(understand(text, [in_doubt(text, "color", "teak")], vocabulary=shop)) == [
        ("color", "Teak", "include")
    ]


def test_a_listed_word_is_found_where_the_model_half_expected_something() -> None:
    text = "ukulele pls"
    assert gist(understand(text, hunch=0.4, vocabulary=Vocabulary())) == [
        ("category", "ukulele", "include")
    ]
    assert understand(text, hunch=0.1, vocabulary=Vocabulary()) == []


@pytest.mark.parametrize(
    ("text", "spans", "wanted"),
    [
        (
            "for my cousin's wedding",
            {"recipient": "cousin'", "occasion": "s wedding"},
            ["cousin", "wedding"],
        ),
        ("the boys’ boots", {"recipient": "boys’", "category": "boots"}, ["boys", "boots"]),
        ("a mast of 6'", {"size": "6'"}, ["6'"]),
        ("the 'S' please", {"size": "S"}, ["S"]),
        ("size 'S' please", {"size": "S"}, ["size 'S'"]),
        ("change it, please", {"address": ","}, []),
    ],
)
def test_an_owners_apostrophe_belongs_to_nothing(
    text: str, spans: dict[str, str], wanted: list[str]
) -> None:
    entities = understand(text, found(text, **spans))
    assert [text[e.start : e.end] for e in entities] == wanted
