from decimal import Decimal
from typing import Any

import pytest

from db.tables.catalog import Product
from shop.compared import find_compared
from shop.comparison import Comparison, Row, compare
from shop.criteria import read_criteria
from shop.measures import read_measure
from tests.builders import a_product
from tests.shop.messages import a_reading

LIST = [
    a_product(id="trail", title="Traverse Backpack", color="teal", material="nylon"),
    a_product(id="run", title="Sprint Backpack", color="black", material="nylon"),
    a_product(id="town", title="Campus Backpack", color="olive", material="canvas"),
    a_product(id="work", title="Ferry Backpack", color="navy", material="leather"),
]


def ids(products: list[Product]) -> list[str]:
    return [product.id for product in products]


def meant(annotated: str, **about: Any) -> list[str]:
    reading = a_reading(annotated, intent="compare_products")
    return ids(find_compared(reading, LIST, **about))


def the_row(comparison: Comparison, name: str) -> Row:
    return next(row for row in comparison.rows if row.name == name)


def two(first: dict[str, Any], second: dict[str, Any], **both: Any) -> list[Product]:
    return [one(**both, **first), one(**both, **second)]


def one(**about: Any) -> Product:
    """A product as it comes from the database, with its defaults."""
    return a_product(**{"attributes": {}, "rating_count": 9, **about})


@pytest.mark.parametrize(
    ("said", "products"),
    [
        ("the [first](ordinal:1) and the [third](ordinal:3)", ["trail", "town"]),
        ("[1](ordinal), 2 and [3](ordinal)", ["trail", "run", "town"]),
        ("compare the [first](ordinal:1) [two](feature)", ["trail", "run"]),
        ("compare the [first](ordinal:1) [3](ordinal)", ["trail", "run", "town"]),
        ("the [last](ordinal:-1) [two](feature)", ["town", "work"]),
        ("between [1](price_min) and [3](price_max)", ["trail", "town"]),
        ("compare all [three](feature)", ["trail", "run", "town"]),
        ("compare all of them", ["trail", "run", "town", "work"]),
        ("the campus or the sprint one?", ["town", "run"]),
        ("the [navy](color) one against the [teal](color) one", ["work", "trail"]),
        ("which is better?", ["trail", "run", "town", "work"]),
    ],
)
def test_the_products_that_are_meant(said: str, products: list[str]) -> None:
    assert meant(said) == products


def test_it_is_the_product_spoken_of() -> None:
    assert meant("compare it with the [second](ordinal:2)", focus=LIST[3]) == ["run", "work"]


def test_the_one_before_is_remembered() -> None:
    found = meant("compare it with the one before", focus=LIST[3], before=LIST[0])
    assert found == ["work", "trail"]


def test_which_is_lighter_goes_on_about_the_last_comparison() -> None:
    assert meant("which is lighter?", compared=[LIST[0], LIST[2]]) == ["trail", "town"]
    assert meant("compare them all", compared=[LIST[0], LIST[2]]) == ids(LIST)


def test_what_was_compared_in_an_earlier_list_is_over() -> None:
    gone = [a_product(id="x"), a_product(id="y")]
    assert meant("which is better?", compared=gone) == ids(LIST)


def test_the_cheaper_and_the_better_rated_are_marked() -> None:
    goods = two({"price": Decimal(40), "rating": 4.1}, {"price": Decimal(60), "rating": 4.6})
    comparison = compare(goods)
    assert the_row(comparison, "price").best == 0
    assert the_row(comparison, "rating").best == 1


def test_nothing_is_marked_where_it_cannot_be_told() -> None:
    goods = two({"rating": 4.61}, {"rating": 4.58}, price=Decimal(40))
    comparison = compare(goods)
    assert [row.best for row in comparison.rows] == [None] * len(comparison.rows)
    abroad = two({"currency": "EUR"}, {"currency": "USD", "price": Decimal(10)})
    assert the_row(compare(abroad), "price").best is None


def test_what_differs_stands_before_what_does_not() -> None:
    rows = compare(two({"material": "wool"}, {"material": "silk"}, price=Decimal(9))).rows
    assert rows[0].name == "material"
    assert [row.differs for row in rows] == sorted((row.differs for row in rows), reverse=True)


def test_what_only_one_is_known_for_is_no_comparison() -> None:
    goods = two({"attributes": {"weight": "1 kg"}}, {"attributes": {"laptop": "15 inches"}})
    names = {row.name for row in compare(goods).rows}
    assert not {"weight", "laptop", "size"} & names


def test_the_shops_own_attributes_stand_in_it_where_they_differ() -> None:
    same = {"care": "wash at 30", "photo": "https://shop.example/a.jpg"}
    goods = two(
        {"attributes": {**same, "weight": "1 kg"}},
        {"attributes": {**same, "weight": "890 g", "photo": "https://shop.example/b.jpg"}},
    )
    own = [row.name for row in compare(goods).rows if row.code == "attribute"]
    assert own == ["weight"]


def test_a_third_that_says_nothing_leaves_a_gap() -> None:
    goods = [*two({}, {"color": "red"}), one(color=None)]
    assert the_row(compare(goods), "color").values[2] is None


def test_no_table_is_longer_than_ten_rows() -> None:
    many = [{"attributes": {f"a{n}": f"{n} {side}" for n in range(20)}} for side in ("x", "y")]
    assert len(compare(two(*many)).rows) == 10


@pytest.mark.parametrize(
    ("said", "row", "best"),
    [
        ("which is lighter?", "weight", 1),
        ("which one is heavier", "weight", 0),
        ("which is bigger?", "capacity", 0),
        ("which has the better battery", "battery life", 1),
        ("what about the drop", "drop", None),
        ("which is cheaper", "price", 0),
    ],
)
def test_the_row_that_is_asked_for(said: str, row: str, best: int | None) -> None:
    first = {"weight": "1.2 kg", "capacity": "2 litres", "battery life": "45 minutes"}
    second = {"weight": "890 g", "capacity": "900 ml", "battery life": "2 hours"}
    goods = two(
        {"attributes": {**first, "drop": "4 mm"}, "price": Decimal(5)},
        {"attributes": {**second, "drop": "8 mm"}},
    )
    (asked,) = read_criteria(a_reading(said), goods)
    assert asked.row is not None
    assert (asked.row.name, asked.row.best) == (row, best)


def test_what_the_shop_does_not_know_is_not_guessed() -> None:
    (asked,) = read_criteria(a_reading("which is lighter?"), two({}, {}))
    assert asked.row is None
    (asked,) = read_criteria(a_reading("which will last longer?"), two({}, {}))
    assert (asked.words, asked.row) == ("last longer", None)


def test_a_purpose_is_looked_for_in_what_the_shop_says() -> None:
    goods = two({"attributes": {"occasion": ["hiking"]}}, {"description": "For the office."})
    (asked,) = read_criteria(a_reading("which is better for [hiking](occasion)?"), goods)
    assert asked.fitting == (0,)


def test_which_is_better_asks_for_nothing_in_particular() -> None:
    assert read_criteria(a_reading("which is better?"), two({}, {})) == []


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("890 g", ("mass", 0.89)),
        ("2.2 kg", ("mass", 2.2)),
        ("1,200 watts", ("watt", 1200.0)),
        ("2 x 3 m", ("length^2", 6.0)),
        ("64 to 128 cm", None),
        ("two", None),
        ("SPF 30", None),
    ],
)
def test_amounts_are_read(text: str, measure: tuple[str, float] | None) -> None:
    found = read_measure(text)
    assert (found and (found[0], pytest.approx(found[1]))) == measure
