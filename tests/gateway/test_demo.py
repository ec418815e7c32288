"""What the demo shop's page is given."""

import json
from typing import Any

from shop.identity import sign
from tests.builders import a_customer, a_product, a_review
from tests.gateway.conftest import Gateway, on_sqlite


def get(gateway: Gateway, path: str, **query: Any) -> Any:
    response = gateway.client.get(f"/api/demo{path}", params=query)
    assert response.status_code == 200, response.text
    return response.json()


def ids(page: Any) -> list[str]:
    return [product["id"] for product in page["products"]]


@on_sqlite
def test_a_real_shop_has_no_customers_to_be(gateway: Gateway) -> None:
    gateway.add(a_customer(id="real"))

    demo = get(gateway, "")

    assert demo["customers"] == []
    assert demo["shop"]["name"] == "Corner Shop"
    assert demo["shop"]["currency"] == "USD"


@on_sqlite
def test_the_demos_customers_come_signed(gateway: Gateway) -> None:
    maya = {"id": "maya", "name": "Maya", "taste": "trail runner"}
    facts = {"name": "Lantern & Loom", "tagline": "Good things", "currency": "EUR"}
    gateway.settings.home.joinpath("demo.json").write_text(
        json.dumps({"shop": facts, "customers": [maya]})
    )

    demo = get(gateway, "")

    assert demo["shop"] == facts
    (customer,) = demo["customers"]
    assert customer == {**maya, "signature": sign("maya", key=gateway.settings.identity_key)}
    signed = {"id": "maya", "signature": customer["signature"]}
    greeting = gateway.chat(customer=signed).session["messages"][0]["text"]
    assert "Lantern & Loom" in greeting


@on_sqlite
def test_a_broken_demo_file_does_not_close_the_shop(gateway: Gateway) -> None:
    gateway.settings.home.joinpath("demo.json").write_text("{")

    assert get(gateway, "")["customers"] == []


def test_departments_are_counted(gateway: Gateway) -> None:
    gateway.add(
        a_product(category="shoes"),
        a_product(category="shoes"),
        a_product(category="bags"),
        a_product(category="bags", active=False),
    )

    assert get(gateway, "")["categories"] == [
        {"name": "shoes", "count": 2},
        {"name": "bags", "count": 1},
    ]


def test_the_grid_shows_the_best_loved_first_a_page_at_a_time(gateway: Gateway) -> None:
    gateway.add(
        a_product(id="a", rating_count=1, rating=5.0),
        a_product(id="b", rating_count=9, rating=3.0),
        a_product(id="c", rating_count=9, rating=4.0),
        a_product(id="gone", active=False),
        a_product(id="d"),
    )

    assert ids(get(gateway, "/products")) == ["c", "b", "a", "d"]
    page = get(gateway, "/products", offset=1, limit=2)
    assert (ids(page), page["total"]) == (["b", "a"], 4)


def test_the_grid_is_searched_by_department_and_words(gateway: Gateway) -> None:
    gateway.add(
        a_product(id="boot", title="Winter Boot", product_type="boot", color="Crimson"),
        a_product(id="bag", title="Tote", category="bags", attributes={"fits": ["Laptop"]}),
        a_product(id="odd", title="100% wool_scarf", category="clothing"),
    )

    assert ids(get(gateway, "/products", category="Bags")) == ["bag"]
    assert ids(get(gateway, "/products", category="boot")) == ["boot"]
    assert ids(get(gateway, "/products", q="CRIMSON boot")) == ["boot"]
    assert ids(get(gateway, "/products", q="laptop")) == ["bag"]
    assert ids(get(gateway, "/products", q="100%")) == ["odd"]
    assert ids(get(gateway, "/products", q="'; DROP TABLE products; --")) == []
    assert ids(get(gateway, "/products", q="nul\x00")) == []


def test_a_products_page_says_everything(gateway: Gateway) -> None:
    product = a_product(
        id="A/1",
        title="Trail Sneaker",
        list_price="79.90",
        material="mesh",
        attributes={"features": ["light", "grippy"], "care": "wipe"},
        image_url="javascript:alert(1)",
    )
    gateway.add(product)
    gateway.add(a_review(product, rating=4))

    page = get(gateway, "/products/A/1")

    assert page["price"] == {"amount": "59.90", "currency": "USD"}
    assert page["list_price"] == {"amount": "79.90", "currency": "USD"}
    assert page["attributes"] == {
        "color": "grey",
        "material": "mesh",
        "features": ["light", "grippy"],
        "care": "wipe",
    }
    assert page["stock"] == 12
    assert page["image_url"] == "/media/placeholder.png"
    assert [review["rating"] for review in page["reviews"]] == [4]


def test_a_product_that_is_not_sold_is_404(gateway: Gateway) -> None:
    gateway.add(a_product(id="gone", active=False))

    for name in ("gone", "never", "nul%00"):
        assert gateway.client.get(f"/api/demo/products/{name}").status_code == 404
