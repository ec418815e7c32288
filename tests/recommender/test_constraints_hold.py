"""Random wishes over random shops: what is shown fits, or the answer says which gave way."""

import math
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from db.engine import session_factory
from db.tables.catalog import Product
from recommender.wire import Constraints, Recommendation
from tests.builders import a_product
from tests.recommender.conftest import Counter, WordEncoder, a_shelf

RED = {"red", "crimson", "scarlet"}
COLORS = ["red", "crimson", "scarlet", "blue", None]
KINDS = [("shoes", "sneaker"), ("shoes", "boot"), ("bags", "tote"), ("home", None)]
NAMES = ["Breeze", "Red Breeze", "Leather Court", "Blue Unicorn", "Waterproof Trail"]
TEXTS = ["", "Waterproof and light.", "With crimson laces.", "Soft leather, size L."]

products = st.lists(
    st.builds(
        lambda kind, **values: a_product(category=kind[0], product_type=kind[1], **values),
        kind=st.sampled_from(KINDS),
        title=st.sampled_from(NAMES),
        description=st.sampled_from(TEXTS),
        brand=st.sampled_from(["Northbay", "Fellside", None]),
        color=st.sampled_from(COLORS),
        size=st.sampled_from(["L", "M", None]),
        material=st.sampled_from(["leather", "canvas", None]),
        price=st.sampled_from([5.0, 19.99, 20.0, 59.9, 150.0, math.nan]),
        rating=st.sampled_from([None, 2.0, 4.0, 4.5]),
        stock=st.sampled_from([0, 3, None]),
        active=st.sampled_from([True, True, True, False]),
    ),
    max_size=12,
)
VALUES = {
    "category": ["shoes", "Sneakers", "boot", "tote"],
    "brand": ["northbay", "FELLSIDE", "Nobody"],
    "color": ["red", "blue", "Crimson"],
    "material": ["Leather", "canvas"],
}


def some(name: str) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(VALUES[name]), max_size=2, unique=True)


@st.composite
def wishes(draw: st.DrawFn) -> Constraints:
    prices = sorted(draw(st.lists(st.sampled_from([4.0, 20.0, 60.0, 149.99]), max_size=2)))
    bounds: dict[str, Any] = dict(zip(("price_min", "price_max"), prices, strict=False))
    if len(prices) == 1 and draw(st.booleans()):
        bounds = {"price_max": prices[0]}
    return Constraints(
        **{name: draw(some(name)) for name in VALUES},
        size=draw(st.lists(st.sampled_from(["L", "M"]), max_size=1)),
        features=draw(st.lists(st.sampled_from(["waterproof", "edible"]), max_size=2)),
        rating_min=draw(st.sampled_from([None, None, 4.0])),
        in_stock=draw(st.booleans()),
        exclude={name: draw(some(name)) for name in ("category", "brand", "color")},
        **bounds,
    )


def words(text: str | None) -> set[str]:
    return {word.removesuffix("s") for word in re.findall(r"\w+", (text or "").lower())}


def everything(product: Product) -> set[str]:
    fields = (product.title, product.description, product.color, product.size, product.material)
    return set().union(*(words(field) for field in fields))


def is_kind(product: Product, name: str) -> bool:
    return words(name) in (words(product.category), words(product.product_type))


def is_brand(product: Product, name: str) -> bool:
    own = words(product.brand) or words(product.title)
    return words(name) <= own


def is_color(product: Product, name: str) -> bool:
    shades = RED if name == "red" else {name.lower()}
    return bool(shades & (words(product.color) or everything(product)))


def is_material(product: Product, name: str) -> bool:
    own = words(product.material) | words(product.title)
    return words(name) <= (own if product.material else own | everything(product))


def is_size(product: Product, name: str) -> bool:
    if product.size:
        return product.size == name
    return f"size {name}" in product.description


CHECKS = {"category": is_kind, "brand": is_brand, "color": is_color, "material": is_material,
          "size": is_size}  # fmt: skip


def broken(product: Product, wish: Constraints) -> set[str]:
    """The names of the wishes that this product does not satisfy."""
    names = {
        name
        for name, check in CHECKS.items()
        if getattr(wish, name) and not any(check(product, value) for value in getattr(wish, name))
    }
    if any(feature not in everything(product) for feature in wish.features):
        names.add("features")
    if wish.rating_min is not None and not (product.rating or 0) >= wish.rating_min:
        names.add("rating_min")
    price = float(product.price)
    if wish.price_max is not None and not price <= wish.price_max:
        names.add("price_max")
    if wish.price_min is not None and not price >= wish.price_min:
        names.add("price_min")
    return names


def is_forbidden(product: Product, wish: Constraints) -> bool:
    out = product.stock == 0 and wish.in_stock
    excluded = any(
        CHECKS[name](product, value) for name, values in wish.exclude.items() for value in values
    )
    return not product.active or out or excluded


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> Counter:
    # Nobody is known here, so no database is asked.
    home = Path(tmp_path_factory.mktemp("counter"))
    return Counter(session_factory(create_engine("sqlite://")), home, WordEncoder)


def ask(
    counter: Counter, shop: list[Product], query: str | None, wish: Constraints
) -> Recommendation:
    counter.catalogue.shelf = a_shelf(*shop)
    return counter.ask(query, constraints=wish.model_dump(), k=20)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shop=products, wish=wishes(), query=st.sampled_from([None, "light shoes", "zzz", "red"]))
def test_wishes_hold_or_the_answer_says_which_gave_way(
    counter: Counter, shop: list[Product], wish: Constraints, query: str | None
) -> None:
    answer = ask(counter, shop, query, wish)
    by_id = {product.id: product for product in shop}
    shown = [by_id[item.product_id] for item in answer.items]
    said = {each.constraint for each in answer.relaxed}
    allowed = [product for product in shop if not is_forbidden(product, wish)]
    assert all(product in allowed for product in shown)
    for product in shown:
        assert broken(product, wish) <= said
    if any(not broken(product, wish) for product in allowed):
        assert said == set()
        assert shown
    if shown and said & {"price_max", "price_min"} and query is None:
        distances = [distance(product, wish) for product in shown]
        assert distances == sorted(distances)


def distance(product: Product, wish: Constraints) -> float:
    price = float(product.price)
    if math.isnan(price):
        return math.inf
    low = -math.inf if wish.price_min is None else wish.price_min
    high = math.inf if wish.price_max is None else wish.price_max
    return max(low - price, price - high, 0.0)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shop=products, wish=wishes(), data=st.data())
def test_goods_excluded_by_id_are_never_shown(
    counter: Counter, shop: list[Product], wish: Constraints, data: st.DataObject
) -> None:
    ids = [product.id for product in shop]
    hidden = data.draw(st.lists(st.sampled_from(ids), unique=True)) if ids else []
    answer = ask(counter, shop, None, wish.model_copy(update={"exclude_ids": hidden}))
    assert not {item.product_id for item in answer.items} & set(hidden)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(shop=products, wish=wishes())
def test_scores_are_finite_and_the_sum_of_their_parts(
    counter: Counter, shop: list[Product], wish: Constraints
) -> None:
    for item in ask(counter, shop, "waterproof leather", wish).items:
        assert math.isfinite(item.score)
        assert item.score == pytest.approx(sum(item.parts.values()), abs=1e-4)
