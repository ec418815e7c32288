from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from db.imports.fields import Fields
from db.imports.mapping import FieldMap
from db.imports.products import ALIASES, parse_product
from db.imports.rows import Value

TODAY = datetime(2026, 5, 4, tzinfo=UTC)


def parse(**values: Value) -> tuple[dict[str, Any], Fields]:
    row = {"id": "1", "title": "Cap", "price": "5.00", **values}
    fields = Fields(FieldMap({}, aliases=ALIASES).apply(row))
    product = parse_product(fields, currency="USD", highest=Decimal(1000), at=TODAY)
    return {**product.values, "picture": product.picture, "is_listed": product.is_listed}, fields


def product(**values: Value) -> dict[str, Any]:
    parsed, fields = parse(**values)
    assert fields.problems == []
    return parsed


def problems(**values: Value) -> list[str]:
    return [name for name, _ in parse(**values)[1].problems]


def test_id_title_and_price_are_enough() -> None:
    parsed = product()
    assert (parsed["title"], parsed["price"], parsed["currency"]) == ("Cap", Decimal(5), "USD")
    assert (parsed["availability"], parsed["category"], parsed["stock"]) == ("in_stock", "", None)


def test_all_that_is_wrong_with_a_row_is_named() -> None:
    assert problems(id="", title=" ", price="free", stock="many", rating="6") == [
        "price",
        "stock",
        "id",
        "title",
        "rating",
    ]


def test_a_sale_price_below_the_price_makes_the_price_the_one_before() -> None:
    on_sale = product(price="20 EUR", sale_price="15 EUR")
    assert (on_sale["price"], on_sale["list_price"]) == (Decimal(15), Decimal(20))
    not_lower = product(price="20", sale_price="25")
    assert (not_lower["price"], not_lower["list_price"]) == (Decimal(20), None)


def test_a_list_price_counts_where_it_is_higher() -> None:
    assert product(price="15", list_price="20")["list_price"] == Decimal(20)
    assert product(price="15", list_price="15")["list_price"] is None


def test_a_sale_price_in_another_currency_is_a_mistake() -> None:
    assert problems(price="20 EUR", sale_price="15 USD") == ["sale_price"]


@pytest.mark.parametrize(
    ("values", "place"),
    [
        ({"category": "Footwear", "style": "Sneaker"}, ("footwear", "sneaker")),
        ({"category": "Footwear"}, ("footwear", None)),
        ({"product_type": "Shoes > Sport > Sneaker"}, ("shoes", "sneaker")),
        ({"category": "Men", "product_type": "Shoes > Sneaker"}, ("men", "sneaker")),
        ({"category": "Home > Light > Lamp"}, ("home", "lamp")),
        ({"product_type": "Lamp"}, ("", "lamp")),
        ({"google_product_category": "Apparel > Shoes"}, ("apparel", "shoes")),
        ({"google_product_category": "187", "type": "Home > Lamp"}, ("home", "lamp")),
    ],
)
def test_department_and_kind_come_from_names_and_paths(
    values: dict[str, str], place: tuple[str, str | None]
) -> None:
    parsed = product(**values)
    assert (parsed["category"], parsed["product_type"]) == place


def test_without_stock_a_product_is_out_of_stock_unless_the_feed_says_otherwise() -> None:
    assert product(stock="0")["availability"] == "out_of_stock"
    assert product(inventory="0", availability="preorder")["availability"] == "preorder"
    assert product(availability="In Stock")["availability"] == "in_stock"
    assert problems(availability="maybe") == ["availability"]


def test_unknown_columns_become_attributes() -> None:
    parsed = product(fit="<i>slim</i>", care=["30°", "", "no iron"], season="")
    assert parsed["attributes"] == {"fit": "slim", "care": ["30°", "no iron"]}


def test_a_picture_is_a_web_address_or_a_file_name() -> None:
    elsewhere = product(image_link="https://cdn.example/1.jpg")
    assert (elsewhere["image_url"], elsewhere["picture"]) == ("https://cdn.example/1.jpg", None)
    own = product(image="\\shoes\\1.jpg")
    assert (own["image_url"], own["picture"]) == (None, "shoes/1.jpg")


@pytest.mark.parametrize("image", ["../../etc/passwd", "data:image/png;base64,AAAA", "file:x", "/"])
def test_a_picture_never_leaves_its_folder(image: str) -> None:
    parsed, fields = parse(image_link=image)
    assert parsed["picture"] is None
    assert [name for name, _ in fields.left_out] == ["image_link"]


def test_a_feed_without_ratings_has_no_opinion_on_them() -> None:
    assert "rating" not in product()
    assert product(rating="4.5", review_count="7")["rating_count"] == 7


@pytest.mark.parametrize(
    ("period", "price"),
    [
        ("2026-05-01T00:00+0200/2026-05-31T23:59+0200", "15"),
        ("2026-05-04/2026-05-05", "15"),
        ("2026-04-01T00:00Z/2026-04-30T00:00Z", "20"),
        ("2026-06-01T00:00Z/2026-06-30T00:00Z", "20"),
    ],
)
def test_a_sale_lasts_as_long_as_the_feed_says(period: str, price: str) -> None:
    sold = product(price="20", sale_price="15", sale_price_effective_date=period)
    assert sold["price"] == Decimal(price)


def test_a_period_that_is_none_is_a_mistake() -> None:
    assert problems(sale_price="2", sale_price_effective_date="all of May") == [
        "sale_price_effective_date"
    ]


def test_what_is_hidden_or_expired_is_not_for_sale_whatever_else_it_says() -> None:
    hidden, fields = parse(listed="false", price="", stock="many")
    assert (hidden["is_listed"], hidden["id"], fields.problems) == (False, "1", [])
    assert not product(expiration_date="2026-05-03")["is_listed"]
    assert product(expiration_date="2026-05-05")["is_listed"]


def test_of_several_product_types_the_first_counts() -> None:
    parsed = product(product_type=["Shoes > Sneaker", "Sale > Summer"])
    assert (parsed["category"], parsed["product_type"]) == ("shoes", "sneaker")


def test_availability_may_be_written_as_schema_org_does() -> None:
    assert product(availability="https://schema.org/OutOfStock")["availability"] == "out_of_stock"
