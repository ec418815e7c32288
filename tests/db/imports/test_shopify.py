import csv
import io
from typing import Any

import pytest

from db.imports.report import BadFile
from db.imports.shopify import shopify_rows

OLD = {
    "handle": "Handle",
    "title": "Title",
    "description": "Body (HTML)",
    "vendor": "Vendor",
    "tags": "Tags",
    "published": "Published",
    "option": "Option1 Name",
    "value": "Option1 Value",
    "option2": "Option2 Name",
    "value2": "Option2 Value",
    "sku": "Variant SKU",
    "tracker": "Variant Inventory Tracker",
    "stock": "Variant Inventory Qty",
    "policy": "Variant Inventory Policy",
    "price": "Variant Price",
    "before": "Variant Compare At Price",
    "picture": "Image Src",
    "own_picture": "Variant Image",
    "cost": "Cost per item",
    "fabric": "Fabric (product.metafields.shopify.fabric)",
    "status": "Status",
}
NEW = {
    **OLD,
    "handle": "URL handle",
    "description": "Description",
    "published": "Published on online store",
    "option": "Option1 name",
    "value": "Option1 value",
    "option2": "Option2 name",
    "value2": "Option2 value",
    "sku": "SKU",
    "tracker": "Inventory tracker",
    "stock": "Inventory quantity",
    "policy": "Continue selling when out of stock",
    "price": "Price",
    "before": "Compare-at price",
    "picture": "Product image URL",
    "own_picture": "Variant image URL",
}
SHIRT = {
    "handle": "shirt",
    "title": "Shirt",
    "vendor": "Northbay",
    "option": "Color",
    "value": "Red",
    "sku": "S1",
    "price": "20",
    "status": "active",
}


def variants(*rows: dict[str, str], names: dict[str, str] = OLD) -> list[dict[str, Any]]:
    """What an export of these rows holds, each with its line."""
    file = io.StringIO(newline="")
    writer = csv.DictWriter(file, list(names.values()))
    writer.writeheader()
    writer.writerows({names[name]: value for name, value in row.items()} for row in rows)
    file.seek(0)
    return [{**row.values, "line": row.line} for row in shopify_rows(file)]


@pytest.mark.parametrize("names", [OLD, NEW])
def test_variants_share_what_the_first_row_says(names: dict[str, str]) -> None:
    red, blue = variants(
        {**SHIRT, "description": "<p>Soft.</p>", "before": "25"},
        {"handle": "shirt", "value": "Blue", "sku": "S2", "price": "22"},
        names=names,
    )
    assert (red["id"], red["color"], red["price"], red["list_price"]) == ("S1", "Red", "20", "25")
    assert (blue["id"], blue["color"], blue["price"]) == ("S2", "Blue", "22")
    assert (blue["title"], blue["brand"], blue["description"]) == (
        "Shirt",
        "Northbay",
        "<p>Soft.</p>",
    )
    assert "list_price" not in blue
    assert red["item_group_id"] == blue["item_group_id"] == "shirt"
    assert (red["line"], blue["line"]) == (2, 3)
    assert red["link"] == "/products/shirt"


def test_rows_with_nothing_but_a_picture_belong_to_the_product_before() -> None:
    red, cap = variants(
        {**SHIRT, "picture": "https://x.example/1.jpg", "own_picture": "https://x.example/r.jpg"},
        {"handle": "shirt", "picture": "https://x.example/2.jpg"},
        {"handle": "cap", "title": "Cap", "price": "5", "picture": "https://x.example/c.jpg"},
    )
    assert red["image_link"] == "https://x.example/r.jpg"
    assert red["additional_image_link"] == ["https://x.example/1.jpg", "https://x.example/2.jpg"]
    assert (cap["image_link"], cap["additional_image_link"]) == ("https://x.example/c.jpg", [])


def test_without_a_sku_the_id_comes_from_handle_and_options() -> None:
    unnamed = {**SHIRT, "sku": ""}
    red, blue = variants(
        {**unnamed, "option2": "Size", "value2": "XL / wide"},
        {"handle": "shirt", "value": "Blue", "value2": "S", "price": "20"},
    )
    assert (red["id"], red["size"], blue["id"]) == (
        "shirt-red-xl-wide",
        "XL / wide",
        "shirt-blue-s",
    )


def test_a_product_without_options_goes_by_its_handle() -> None:
    (cap,) = variants(
        {"handle": "cap", "title": "Cap", "option": "Title", "value": "Default Title", "price": "5"}
    )
    assert (cap["id"], cap["title"]) == ("cap", "Cap")


def test_an_option_that_is_no_field_of_ours_tells_variants_apart_in_the_title() -> None:
    (candle,) = variants({**SHIRT, "title": "Candle", "option": "Scent", "value": "Fig"})
    assert (candle["title"], candle["Scent"]) == ("Candle – Fig", "Fig")


@pytest.mark.parametrize(
    ("values", "listed"),
    [
        ({"status": "draft"}, "false"),
        ({"status": "archived"}, "false"),
        ({"published": "FALSE"}, "false"),
        ({"status": "Active", "published": "TRUE"}, "true"),
        ({"status": ""}, "true"),
    ],
)
def test_drafts_and_hidden_products_are_not_for_sale(values: dict[str, str], listed: str) -> None:
    red, blue = variants({**SHIRT, **values}, {"handle": "shirt", "value": "Blue", "price": "20"})
    assert (red["listed"], blue["listed"]) == (listed, listed)


@pytest.mark.parametrize(
    ("values", "stock", "availability"),
    [
        ({"tracker": "shopify", "stock": "3"}, "3", None),
        ({"tracker": "", "stock": "0"}, "", None),
        ({"tracker": "shopify", "stock": "-2", "policy": "continue"}, "0", "backorder"),
        ({"tracker": "shopify", "stock": "0", "policy": "TRUE"}, "0", "backorder"),
        ({"tracker": "shopify", "stock": "0", "policy": "deny"}, "0", None),
    ],
)
def test_stock_counts_where_shopify_counts_it(
    values: dict[str, str], stock: str, availability: str | None
) -> None:
    (red,) = variants({**SHIRT, **values})
    assert (red["stock"], red.get("availability")) == (stock, availability)


def test_what_the_shop_pays_is_nobodys_business() -> None:
    (red,) = variants({**SHIRT, "cost": "3.20"})
    assert "3.20" not in red.values()


def test_metafields_go_by_their_labels() -> None:
    (red,) = variants({**SHIRT, "fabric": "Linen; Cotton"})
    assert red["fabric"] == ["Linen", "Cotton"]


def test_a_table_of_somebody_else_is_refused() -> None:
    with pytest.raises(BadFile, match="no column is Handle or URL handle"):
        list(shopify_rows(io.StringIO("id,title\n1,Cap\n")))
