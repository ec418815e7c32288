from decimal import Decimal
from typing import Any

from db.tables.catalog import Product
from shop.pick import Pick, Rival, pick


def a_product(
    name: str, price: str, rating: float | None = None, count: int = 0, **more: Any
) -> Product:
    columns = {"currency": "USD", "availability": "in_stock", "stock": 10} | more
    return Product(
        id=name, title=name, price=Decimal(price), rating=rating, rating_count=count, **columns
    )


def picked(*products: Product) -> tuple[str, tuple[str, ...], tuple[str, str] | None]:
    chosen: Pick = pick(products)
    rival: Rival | None = chosen.rival
    return (
        chosen.product.id,
        chosen.reasons,
        (rival.product.id, rival.ahead) if rival else None,
    )


def test_cheapest_and_best_rated_is_an_easy_pick() -> None:
    found = picked(a_product("a", "200", 4.1, 30), a_product("b", "80", 4.6, 30))
    assert found == ("b", ("best_rated", "cheapest"), None)


def test_much_better_rated_is_worth_its_price_and_the_cheapest_is_named() -> None:
    found = picked(a_product("a", "60", 3.6, 90), a_product("b", "90", 4.8, 90))
    assert found == ("b", ("best_rated",), ("a", "cheapest"))


def test_a_star_by_one_buyer_is_worth_little() -> None:
    found = picked(a_product("a", "60", 4.4, 90), a_product("b", "90", 5.0, 1))
    assert found == ("a", ("well_rated", "cheapest"), None)


def test_who_is_rated_best_but_dear_is_named_beside_the_pick() -> None:
    found = picked(a_product("a", "60", 4.4, 90), a_product("b", "190", 4.6, 40))
    assert found == ("a", ("well_rated", "cheapest"), ("b", "best_rated"))


def test_what_cannot_be_had_is_not_picked() -> None:
    gone = a_product("a", "60", 4.9, 90, availability="out_of_stock")
    assert picked(gone, a_product("b", "90", 3.9, 5))[:2] == ("b", ("in_stock",))


def test_alike_ones_are_told_apart_by_their_order() -> None:
    assert picked(a_product("a", "60"), a_product("b", "60")) == ("a", ("fits_best",), None)


def test_prices_in_two_currencies_are_not_compared() -> None:
    found = picked(a_product("a", "60"), a_product("b", "50", currency="EUR"))
    assert found == ("a", ("fits_best",), None)


def test_a_sale_is_a_reason() -> None:
    found = picked(a_product("a", "60", list_price=Decimal(100)), a_product("b", "60"))
    assert found == ("a", ("on_sale",), None)
