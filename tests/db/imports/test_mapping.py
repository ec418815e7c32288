import pytest

from db.imports.mapping import FieldMap
from db.imports.report import BadFile

ALIASES = {"title": ("name",), "stock": ("inventory", "quantity")}


def test_what_the_owner_says_goes_first() -> None:
    renamed = FieldMap({"title": "Label"}, aliases=ALIASES).apply({"label": "Cap", "title": "no"})
    assert renamed == {"title": "Cap"}


def test_an_alias_serves_where_the_field_is_absent_or_empty() -> None:
    fields = FieldMap({}, aliases=ALIASES)
    assert fields.apply({"name": "Cap"}) == {"title": "Cap"}
    assert fields.apply({"title": "", "name": "Cap"}) == {"title": "Cap"}
    assert fields.apply({"title": "Cap", "name": "n1"}) == {"title": "Cap", "name": "n1"}


def test_names_are_ours_in_any_spelling() -> None:
    fields = FieldMap({})
    assert fields.apply({"Image Link": "a", "g:item-group_ID": "b", "salePrice": "c"}) == {
        "image_link": "a",
        "item_group_id": "b",
        "sale_price": "c",
    }


def test_a_name_holds_nothing_that_a_database_refuses() -> None:
    assert FieldMap({}).apply({"fit\0\ud83d": "slim"}) == {"fit": "slim"}


def test_one_column_may_fill_two_fields() -> None:
    assert FieldMap({"id": "sku", "mpn": "sku"}).apply({"SKU": "7"}) == {"id": "7", "mpn": "7"}


def test_a_mapped_column_that_no_row_has_is_named() -> None:
    fields = FieldMap({"title": "nmae"})
    fields.apply({"name": "Cap", "id": "1"})
    with pytest.raises(BadFile, match="--map title=nmae: no row has 'nmae'; there is id, name"):
        fields.check(needed=())


def test_a_needed_field_without_a_column_is_named() -> None:
    fields = FieldMap({}, aliases=ALIASES)
    fields.apply({"name": "Cap", "sku": "1"})
    with pytest.raises(BadFile, match="No row has id; there is name, sku"):
        fields.check(needed=("title", "id"))
