from collections import defaultdict
from statistics import fmean

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.demo.sources import Sources, price_of
from db.tables.catalog import FaqEntry, Product, Review
from tests.db.demo.conftest import DemoShop

SOURCES = Sources()


@pytest.fixture
def products(shop_session: Session) -> list[Product]:
    return list(shop_session.scalars(select(Product)))


def test_titles_and_ids_are_unique_and_addresses_simple(products: list[Product]) -> None:
    assert len({product.title for product in products}) == len(products)
    assert all(product.id.replace("-", "").isalnum() for product in products)
    assert all(product.id.isascii() for product in products)


def test_a_title_says_no_word_twice(products: list[Product]) -> None:
    for product in products:
        words = product.title.split(",")[0].lower().split()
        assert len(words) == len(set(words)), product.title


def test_a_price_never_exceeds_the_price_it_had(products: list[Product]) -> None:
    on_sale = [product for product in products if product.list_price is not None]
    assert 50 < len(on_sale) < 150
    assert all(product.list_price and product.price < product.list_price for product in on_sale)
    assert all(product.price > 0 for product in products)


def test_some_goods_are_out_of_stock_and_say_so(products: list[Product]) -> None:
    empty = [product for product in products if product.stock == 0]
    assert 10 < len(empty) < 70
    assert all(product.availability == "out_of_stock" for product in empty)
    assert all(product.availability == "in_stock" for product in products if product.stock)


def test_a_rating_is_the_mean_of_the_reviews(
    products: list[Product], shop_session: Session
) -> None:
    stars: dict[str, list[int]] = defaultdict(list)
    for review in shop_session.scalars(select(Review)):
        stars[review.product_id].append(review.rating)
    for product in products:
        given = stars[product.id]
        assert product.rating_count == len(given)
        assert product.rating == (pytest.approx(fmean(given), abs=0.005) if given else None)


def test_descriptions_are_two_to_four_sentences(products: list[Product]) -> None:
    for product in products:
        sentences = product.description.count(". ") + product.description.count("? ") + 1
        assert sentences >= 2, product.description
        assert len(product.description) < 420, product.description


def test_every_feature_can_be_said() -> None:
    for department in SOURCES.departments.values():
        for kind in department.kinds.values():
            for model in kind.models:
                assert set(model.features) <= set(department.says) | set(kind.says), model.model


def test_every_brand_colour_season_fact_and_aspect_is_known() -> None:
    for department in SOURCES.departments.values():
        for kind in department.kinds.values():
            assert kind.season in SOURCES.seasons
            assert set(kind.aspects) <= set(SOURCES.reviews.aspects)
            for model in kind.models:
                assert model.brand in SOURCES.brands
                assert set(model.colors) <= set(SOURCES.colors), model.model
                assert set(model.facts) <= set(SOURCES.facts), model.model


def test_tastes_name_what_the_shop_sells() -> None:
    kinds = {name for it in SOURCES.departments.values() for name in it.kinds}
    people = SOURCES.people
    for taste in [*people.tastes.values(), *(star.likes for star in people.stars)]:
        assert set(taste.categories) <= set(SOURCES.departments)
        assert set(taste.kinds) <= kinds
        assert set(taste.brands) <= set(SOURCES.brands)
        assert set(taste.colors) <= set(SOURCES.colors)


def test_reviews_without_perfume_do_not_praise_the_scent(
    products: list[Product], shop_session: Session
) -> None:
    neutral = [it.id for it in products if "fragrance free" in it.attributes["features"]]
    texts = shop_session.scalars(select(Review.text).where(Review.product_id.in_(neutral))).all()
    assert texts
    assert not any("scent" in text or "Smells" in text for text in texts)


def test_reviews_are_worded_whole(shop_session: Session, demo_shop: DemoShop) -> None:
    for review in shop_session.scalars(select(Review)):
        assert review.title
        assert review.text
        assert "{" not in review.title + review.text


def test_faq_entries_have_other_ways_of_asking(shop_session: Session) -> None:
    entries = shop_session.scalars(select(FaqEntry)).all()
    assert all(3 <= len(entry.examples) <= 6 for entry in entries)
    assert all(len(entry.answer) > 60 for entry in entries)
    examples = [example for entry in entries for example in entry.examples]
    assert len(set(examples)) == len(examples)


def test_prices_end_as_their_maker_likes() -> None:
    assert str(price_of(60, "90")) == "59.90"
    assert str(price_of(60, "00")) == "60"
