import pytest

from recommender.matching import find_category, with_value
from tests.builders import a_product
from tests.recommender.conftest import a_shelf, titles

LAMP = {"category": "home", "product_type": "lighting"}


def test_a_category_is_a_department_or_a_type_in_any_number_and_case() -> None:
    shelf = a_shelf(
        a_product(title="A", product_type="boot"),
        a_product(title="B"),
        a_product(title="C", **LAMP),
    )
    for name, found in [("Boots", {"A"}), ("shoes", {"A", "B"}), ("SHOE", {"A", "B"})]:
        category = find_category(shelf, name)
        assert category is not None
        assert titles(shelf, category.mask) == found
        assert category.given is None


@pytest.mark.parametrize("name", ["wraps", "sandwich"])
def test_a_part_of_a_type_names_it(name: str) -> None:
    shelf = a_shelf(a_product(title="A", product_type="sandwiches/wraps"), a_product(title="B"))
    category = find_category(shelf, name)
    assert category is not None
    assert titles(shelf, category.mask) == {"A"}


def test_a_type_may_be_named_by_its_last_word() -> None:
    shelf = a_shelf(a_product(title="A", product_type="running shoes", category="x"), a_product())
    category = find_category(shelf, "shoe")
    assert category is not None
    # The department "shoes" is a name of its own and comes first.
    assert titles(shelf, category.mask) != {"A"}


def test_another_shops_word_for_a_department_is_understood() -> None:
    shelf = a_shelf(a_product(title="A", category="floral", product_type="arrangement"))
    category = find_category(shelf, "flowers")
    assert category is not None
    assert titles(shelf, category.mask) == {"A"}


def test_an_unknown_category_is_looked_for_in_titles() -> None:
    shelf = a_shelf(a_product(title="Unicorn Lamp", **LAMP), a_product(title="Desk Lamp", **LAMP))
    category = find_category(shelf, "unicorn lamps")
    assert category is not None
    assert titles(shelf, category.mask) == {"Unicorn Lamp"}
    assert category.given is None


def test_the_head_of_an_unknown_category_is_given_in_its_stead() -> None:
    shelf = a_shelf(a_product(title="Desk Lamp", **LAMP), a_product())
    category = find_category(shelf, "dragon lamp")
    assert category is not None
    assert (category.given, category.spare) == ("lamp", "dragon")


def test_what_nobody_sells_is_no_category() -> None:
    assert find_category(a_shelf(a_product()), "zeppelin") is None


def test_a_retired_product_does_not_keep_its_category_alive() -> None:
    assert find_category(a_shelf(a_product(product_type="kilt", active=False)), "kilt") is None


def test_a_plain_color_takes_in_its_shades_and_a_shade_only_itself() -> None:
    shelf = a_shelf(
        a_product(title="A", color="Red"),
        a_product(title="B", color="crimson/white"),
        a_product(title="C", color="blue", description="With red laces."),
    )
    assert titles(shelf, with_value(shelf, "color", "red")) == {"A", "B"}
    assert titles(shelf, with_value(shelf, "color", "crimson")) == {"B"}


def test_where_the_color_field_is_empty_the_text_tells() -> None:
    shelf = a_shelf(
        a_product(title="Crimson Vase", color=None),
        a_product(title="Bored Cat", color=None, description="Altered, redder, cured."),
        a_product(title="Ruby Wedding Card", color=None),
    )
    assert titles(shelf, with_value(shelf, "color", "red")) == {"Crimson Vase"}


def test_large_is_l_and_is_not_extra_large() -> None:
    shelf = a_shelf(
        a_product(title="A", size="L"),
        a_product(title="B", size="extra large"),
        a_product(title="C", size=None, description="Comes in size L."),
        a_product(title="D", size=None, attributes={"sizes": ["S", "L"], "size": ["S", "L"]}),
    )
    assert titles(shelf, with_value(shelf, "size", "large")) == {"A", "C", "D"}


def test_a_material_is_in_the_field_or_the_title_or_else_the_text() -> None:
    shelf = a_shelf(
        a_product(title="A", material="Leather"),
        a_product(title="Leather Bag", material="hide"),
        a_product(title="C", material="canvas", description="Leather trim."),
        a_product(title="D", description="Soft leather."),
    )
    assert titles(shelf, with_value(shelf, "material", "leather")) == {"A", "Leather Bag", "D"}


def test_every_word_of_a_feature_must_stand_in_the_text() -> None:
    shelf = a_shelf(
        a_product(title="A", description="A battery with a long life."),
        a_product(title="B", description="Needs a battery."),
        a_product(title="C", attributes={"features": ["long battery life"]}),
    )
    assert titles(shelf, with_value(shelf, "features", "long battery life")) == {"A", "C"}


def test_any_attribute_can_be_asked_for_and_an_audience_in_plain_words() -> None:
    shelf = a_shelf(
        a_product(title="A", attributes={"gender_affinity": "M", "closure": "zip"}),
        a_product(title="B", attributes={"gender_affinity": "F"}),
    )
    assert titles(shelf, with_value(shelf, "gender_affinity", "men")) == {"A"}
    assert titles(shelf, with_value(shelf, "closure", "Zip")) == {"A"}


def test_a_value_without_words_matches_nothing() -> None:
    shelf = a_shelf(a_product())
    assert not with_value(shelf, "color", "???").any()
