from decimal import Decimal

import pytest

from shop.facts import find_facts, stock_state, summary
from tests.builders import a_product
from tests.shop.messages import a_reading

BOOT = a_product(
    title="Harbour Boot",
    description="Made for wet days. The sole is stitched. Waterproof up to the ankle.",
    material="leather",
    color=None,
    price=Decimal(80),
    list_price=Decimal(100),
    rating=4.6,
    rating_count=12,
    attributes={"care": "wipe clean", "features": ["warm", "lined"]},
)


def asked(question: str) -> list[str] | None:
    facts = find_facts(BOOT, a_reading(question, intent="ask_product_detail"))
    return None if facts is None else [fact.code for fact in facts]


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("how much is the [first](ordinal:1) one?", ["price"]),
        ("what is it made of", ["material"]),
        ("is it in stock", ["availability"]),
        ("any good reviews?", ["rating"]),
        ("who makes it", ["brand"]),
        ("is it waterproof?", ["sentence"]),
        ("is it lined", ["attribute"]),
        ("how do i care for it", ["attribute"]),
        ("price and material?", ["price", "material"]),
    ],
)
def test_a_question_is_answered_by_what_the_shop_knows(question: str, codes: list[str]) -> None:
    assert asked(question) == codes


def test_what_the_shop_does_not_know_is_not_answered() -> None:
    assert asked("does it glow in the dark") == []
    assert asked("what colour is it") == []


def test_a_question_about_the_whole_is_no_question_about_a_fact() -> None:
    assert asked("tell me about the [first](ordinal:1) one") is None


def test_the_description_is_quoted_as_it_stands() -> None:
    facts = find_facts(BOOT, a_reading("is it waterproof?"))
    assert facts is not None
    assert facts[0].values["sentence"] == "Waterproof up to the ankle."


@pytest.mark.parametrize(
    ("stock", "state"), [(0, "out_of_stock"), (2, "low"), (50, "in_stock"), (None, "in_stock")]
)
def test_stock_is_told_as_it_is(stock: int | None, state: str) -> None:
    assert stock_state(a_product(stock=stock)) == state


def test_a_summary_is_the_beginning_of_the_description() -> None:
    assert summary(BOOT, sentences=1) == "Made for wet days."


def test_an_aspect_is_found_under_the_names_that_a_shop_gives_it() -> None:
    bag = a_product(
        title="Marmot Bag",
        category="outdoors",
        product_type="sleeping bag",
        description="Packs small.",
        attributes={"comfort temperature": "-5 °C", "features": ["comfortable"]},
    )
    facts = find_facts(bag, a_reading("is it good for winter?"))
    assert facts is not None
    assert [fact.values["name"] for fact in facts] == ["comfort temperature"]
