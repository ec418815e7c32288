"""Numbers, prices, counts, contacts and refusals: tables of what people write."""

import pytest

from nlu.entities.contacts import find_contacts, read_contact
from nlu.entities.counts import find_counts, read_ordinal, read_quantity, read_rating
from nlu.entities.negation import points_at, polarity
from nlu.entities.numbers import find_numbers
from nlu.entities.people import find_people
from nlu.entities.prices import find_limits, read_amount
from nlu.entities.sizes import find_sizes


@pytest.mark.parametrize(
    ("text", "value", "money"),
    [
        ("80", 80, False),
        ("80 bucks", 80, True),
        ("$1,299.99", 1299.99, True),
        ("1.299,00 €", 1299, True),
        ("£30", 30, True),
        ("1.5k", 1500, False),
        ("twenty", 20, False),
        ("forty five quid", 45, True),
        ("a hundred dollars", 100, True),
        ("two hundred and fifty", 250, False),
        ("fifteen hundred", 1500, False),
        ("a grand", 1000, False),
        ("12 thousand rupees", 12_000, True),
        ("3 hundred", 300, False),
        ("3 cents", 0.03, True),
        ("12,50 euros", 12.5, True),
        ("two fifty", 250, False),
        ("one twenty five dollars", 125, True),
        ("a tenner", 10, True),
    ],
)
def test_a_number_is_read_however_it_is_written(text: str, value: float, money: bool) -> None:
    (number,) = find_numbers(text)
    assert (number.value, number.money, text[number.start : number.end]) == (value, money, text)


@pytest.mark.parametrize(
    ("text", "limits"),
    [
        ("under 80 bucks", {"price_max": 80}),
        ("red handbag below 80", {"price_max": 80}),
        ("piano under 1000", {"price_max": 1000}),
        ("max £30", {"price_max": 30}),
        ("no more than 25 quid", {"price_max": 25}),
        ("20 or less", {"price_max": 20}),
        ("up to a grand", {"price_max": 1000}),
        ("two hundred and fifty tops", {"price_max": 250}),
        ("over 50 dollars", {"price_min": 50}),
        ("$40 and up", {"price_min": 40}),
        ("starting at £100", {"price_min": 100}),
        ("nothing under $30", {"price_min": 30}),
        ("between 20 and 40", {"price_min": 20, "price_max": 40}),
        ("$20-40", {"price_min": 20, "price_max": 40}),
        ("20-40 dollars", {"price_min": 20, "price_max": 40}),
        ("from fifty to a hundred dollars", {"price_min": 50, "price_max": 100}),
        ("over 50 but less than 80 euros", {"price_min": 50, "price_max": 80}),
        ("between ten and twenty", {"price_min": 10, "price_max": 20}),
        ("between a hundred and two hundred", {"price_min": 100, "price_max": 200}),
        ("between a hundred and fifty and two hundred", {"price_min": 150, "price_max": 200}),
        ("between one and two thousand", {"price_min": 1000, "price_max": 2000}),
        ("i can't go over 80", {"price_max": 80}),
        ("without going above 60", {"price_max": 60}),
        ("twenty five is my limit", {"price_max": 25}),
        # Rough amounts get fifteen in a hundred of leeway; hard limits none.
        ("budget around 100 bucks", {"price_max": 115}),
        ("about forty dollars", {"price_max": 46}),
        ("120ish", {"price_max": 138}),
        ("about 100 max", {"price_max": 100}),
        # Numbers of other things.
        ("at least 4 stars", {}),
        ("size 42", {}),
        ("under 5 kg", {}),
        ("within 3 days", {}),
        ("i need 6 glasses", {}),
        ("order #10234", {}),
        # Money that changed hands.
        ("when do i get my 45 euros back", {}),
        ("you charged me 60 dollars twice", {}),
        ("20 dollars off", {}),
    ],
)
def test_price_limits_are_found_in_the_words_around_a_number(
    text: str, limits: dict[str, float]
) -> None:
    assert {limit.bound: limit.value for limit in find_limits(text)} == limits


def test_a_bare_number_is_no_sure_price() -> None:
    assert find_limits("two of those for 30") == []
    assert [limit.sure for limit in find_limits("a scarf, 30 dollars")] == [False]


def test_an_amount_inside_a_span_takes_leeway_from_the_words_before_it() -> None:
    text = "around 60"
    assert read_amount(text, start=7, end=9) == 69
    assert read_amount("60", start=0, end=2) == 60
    assert read_amount("cheap", start=0, end=5) is None


@pytest.mark.parametrize(
    ("surface", "place"),
    [
        ("first", 1),
        ("2nd", 2),
        ("#3", 3),
        ("number 4", 4),
        ("last", -1),
        ("last one", -1),
        ("second to last", -2),
        ("latter", -1),
        ("top", 1),
        ("middle one", None),
        ("0", None),
    ],
)
def test_ordinals_become_places(surface: str, place: int | None) -> None:
    assert read_ordinal(surface) == place


@pytest.mark.parametrize(
    ("surface", "count"),
    [
        ("two", 2),
        ("3x", 3),
        ("x5", 5),
        ("a couple", 2),
        ("a dozen", 12),
        ("half a dozen", 6),
        ("12", 12),
        ("several", None),
    ],
)
def test_quantities_become_counts(surface: str, count: int | None) -> None:
    assert read_quantity(surface) == count


@pytest.mark.parametrize(
    ("surface", "stars"),
    [("4 stars", 4), ("4.5", 4.5), ("four and a half", 4.5), ("4+", 4), ("10", 5), ("good", None)],
)
def test_ratings_become_stars_of_five(surface: str, stars: float | None) -> None:
    assert read_rating(surface) == stars


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("the second one please", [("ordinal", 2)]),
        ("#3 looks nice", [("ordinal", 3)]),
        ("number 2 and the last one", [("ordinal", 2), ("ordinal", -1)]),
        ("cancel my last order", [("ordinal", -1)]),
        ("a second hand sofa", []),
        ("order #10234", []),
        ("4 stars or better", [("rating", 4)]),
        ("i ordered it on the 4th, any news", []),
        ("half a dozen eggs", [("quantity", None)]),
        ("a couple of days", []),
    ],
)
def test_counts_are_found_only_where_they_are_plain(
    text: str, found: list[tuple[str, float]]
) -> None:
    assert [(m.entity, m.value) for m in find_counts(text)] == found


@pytest.mark.parametrize(
    ("text", "entity", "value"),
    [
        ("mail Ann.Lee@Example.org please", "email", "ann.lee@example.org"),
        ("call +44 7700 900218", "phone", "+447700900218"),
        ("555-0119", "phone", "5550119"),
        ("ring (415) 555-0132", "phone", "4155550132"),
        ("1-800-555-0199", "phone", "18005550199"),
        ("order #10234", "order_id", "10234"),
        ("so-88121 is late", "order_id", "SO-88121"),
        ("order number 55123", "order_id", "55123"),
    ],
)
def test_contacts_are_found_and_written_one_way(text: str, entity: str, value: str) -> None:
    (mention,) = find_contacts(text)
    assert mention.entity == entity
    assert read_contact(entity, text[mention.start : mention.end]) == value


@pytest.mark.parametrize(
    ("text", "thing", "role"),
    [
        ("i dont want boots, i want sandals", "boots", "exclude"),
        ("i dont want boots, i want sandals", "sandals", "include"),
        ("I don’t like the red ones", "red", "exclude"),
        ("shoes, not from adidas", "adidas", "exclude"),
        ("anything but black", "black", "exclude"),
        ("without the zip", "zip", "exclude"),
        ("except leather", "leather", "exclude"),
        ("any brand but Philips", "Philips", "exclude"),
        ("from somebody else than ikea", "ikea", "exclude"),
        ("it came without the charger", "charger", None),
        ("without hood and in beige", "beige", "include"),
        ("not boots but sandals", "sandals", "include"),
        ("why not show me boots", "boots", "include"),
        ("no thanks, boots", "boots", None),
        ("can't find boots", "boots", None),
        ("boots", "boots", None),
    ],
)
def test_the_words_before_a_thing_say_whether_it_is_refused(
    text: str, thing: str, role: str | None
) -> None:
    assert polarity(text, text.index(thing)) == role


@pytest.mark.parametrize(
    ("text", "thing", "picked"),
    [
        ("i don't like the black one", "black", True),
        ("i dont want the belt any more", "belt", True),
        ("i don't need the red hat in my cart", "red hat", True),
        ("this is not the lamp i ordered", "lamp", True),
        ("i don't like the black ones", "black", False),
        ("no leather, i want one in cotton", "leather", False),
    ],
)
def test_what_is_there_already_is_picked_and_no_wish(text: str, thing: str, picked: bool) -> None:
    start = text.index(thing)
    assert points_at(text, start, start + len(thing)) is picked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my name is Ana Silva, please erase all", [("person", "Ana Silva")]),
        ("my name's ben carter and i want a refund", [("person", "ben carter")]),
        ("my name is on the parcel", []),
        (
            "put 12 High Street, Leeds LS1 4AB as the address",
            [("address", "12 High Street, Leeds LS1 4AB")],
        ),
        (
            "send it to 7 harbour street, bristol instead",
            [("address", "7 harbour street, bristol")],
        ),
        ("Flat 4, 9 Mill Lane, Cardiff by saturday", [("address", "Flat 4, 9 Mill Lane, Cardiff")]),
        ("3 Castle Street, Durham, delete both", [("address", "3 Castle Street, Durham")]),
        ("1600 Elm Ave, Dayton, OH 45402", [("address", "1600 Elm Ave, Dayton, OH 45402")]),
        ("2 nice gold hill towels", []),
        ("3 red garden chairs", []),
    ],
)
def test_people_and_addresses_are_found_whole(text: str, found: list[tuple[str, str]]) -> None:
    assert [(m.entity, text[m.start : m.end]) for m in find_people(text)] == found


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("size 42 please", ["size 42"]),
        ("in size m?", ["size m"]),
        ("UK 8.5 or eu39", ["UK 8.5", "eu39"]),
        ("black jeans 32x34, W34 L32", ["32x34", "W34 L32"]),
        ("xl or 3XL", ["xl", "3XL"]),
        ("size matters", []),
        ("show us 5 more", []),
        ("in us 9 or a US 10", ["us 9", "US 10"]),
        ("a rug of 160x230", []),
        ("wine glasses, set of six", ["set of six"]),
        ("36 leg or 34 waist", ["36 leg", "34 waist"]),
        ("a set of rules", []),
    ],
)
def test_sizes_are_found_by_their_writing(text: str, sizes: list[str]) -> None:
    assert [text[m.start : m.end] for m in find_sizes(text)] == sizes
