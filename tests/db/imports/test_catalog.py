from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from db.engine import session_factory
from db.imports.catalog import CatalogOptions, import_catalog
from db.imports.report import BadFile, BadRows, ImportReport
from db.tables.catalog import Product
from tests.builders import a_product


class Shop:
    """A shop that imports catalogues."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.folder = folder

    def take(self, text: str, *, file_format: str = "csv", **options: Any) -> ImportReport:
        file = self.folder / f"goods.{file_format}"
        file.write_text(text, encoding="utf-8")
        defaults: Mapping[str, Any] = {
            "currency": "USD",
            "max_price": Decimal("9999999.99"),
            "media": self.folder / "media",
        }
        return import_catalog(
            self.database,
            file,
            CatalogOptions(file_format=file_format, **{**defaults, **options}),
        )

    def products(self) -> dict[str, Product]:
        with session_factory(self.database)() as session:
            return {product.id: product for product in session.scalars(select(Product))}

    def add(self, *products: Product) -> None:
        with session_factory(self.database).begin() as session:
            session.add_all(products)


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def test_goods_come_in(shop: Shop) -> None:
    report = shop.take("id,name,price,color,fit\n1,Cap,5.00,Red,slim\n2,Hat,€9,,\n")
    assert (report.rows, report.added) == (2, 2)
    cap, hat = shop.products()["1"], shop.products()["2"]
    assert (cap.title, cap.price, cap.color, cap.attributes) == (
        "Cap",
        Decimal("5.00"),
        "Red",
        {"fit": "slim"},
    )
    assert (hat.currency, hat.color, hat.active) == ("EUR", None, True)


def test_yaml_comes_in_as_csv_does(shop: Shop) -> None:
    shop.take(
        "- id: 1\n  name: Cap\n  price: 5\n  care: [wash, dry]\n",
        file_format="yaml",
        mapping={"title": "name"},
    )
    assert shop.products()["1"].attributes == {"care": ["wash", "dry"]}


# The same two products in every format.
FEEDS = {
    "csv": "id,title,price\n1,Cap,5.00\n2,Hat,9.00\n",
    "google": "<rss><channel><item><g:id>1</g:id><title>Cap</title><g:price>5.00</g:price></item>\n"
    "<item><g:id>2</g:id><title>Hat</title><g:price>9.00</g:price></item></channel></rss>",
    "jsonl": '{"id": 1, "title": "Cap", "price": 5.00}\n{"id": 2, "title": "Hat", "price": 9.00}',
    "shopify": "Handle,Title,Variant Price\n1,Cap,5.00\n2,Hat,9.00\n",
    "yaml": "- {id: 1, title: Cap, price: 5.00}\n- {id: 2, title: Hat, price: 9.00}\n",
}


@pytest.mark.parametrize("file_format", FEEDS)
def test_in_every_format_goods_come_in_change_and_retire(shop: Shop, file_format: str) -> None:
    text = FEEDS[file_format]
    assert shop.take(text, file_format=file_format).added == 2
    again = shop.take(text, file_format=file_format)
    assert (again.unchanged, again.changed, again.added, again.retired) == (2, 0, 0, 0)
    dearer = shop.take(text.replace("9.00", "9.50"), file_format=file_format)
    assert (dearer.unchanged, dearer.changed) == (1, 1)
    other = shop.take(text.replace("2", "3"), file_format=file_format)
    assert (other.added, other.retired) == (1, 1)
    assert {id_: product.active for id_, product in shop.products().items()} == {
        "1": True,
        "2": False,
        "3": True,
    }


@pytest.mark.parametrize(
    ("file_format", "line"), [("csv", 3), ("google", 2), ("jsonl", 2), ("shopify", 3), ("yaml", 2)]
)
def test_in_every_format_a_bad_row_is_named_by_line_and_field(
    shop: Shop, file_format: str, line: int
) -> None:
    with pytest.raises(BadRows, match=f"line {line}, price: 'free' is no price"):
        shop.take(
            FEEDS[file_format].replace("9.00", '"free"' if file_format == "jsonl" else "free"),
            file_format=file_format,
        )
    assert shop.products() == {}


@pytest.mark.parametrize("keep_missing", [True, False])
def test_a_product_that_became_a_draft_retires(shop: Shop, keep_missing: bool) -> None:
    header = "Handle,Title,Variant Price,Status\n"
    shop.take(header + "1,Cap,5,active\n2,Hat,9,active\n", file_format="shopify")
    report = shop.take(
        header + "1,Cap,5,active\n2,Hat,,draft\n3,Bag,,draft\n",
        file_format="shopify",
        keep_missing=keep_missing,
    )
    assert (report.rows, report.unchanged, report.retired) == (1, 1, 1)
    assert "2 products are not for sale" in report.notes[0]
    assert {id_: product.active for id_, product in shop.products().items()} == {
        "1": True,
        "2": False,
    }


def test_a_file_of_nothing_but_drafts_does_not_empty_the_shop(shop: Shop) -> None:
    shop.add(a_product(id="old"))
    with pytest.raises(BadFile, match="holds no product"):
        shop.take("Handle,Title,Variant Price,Status\n1,Cap,5,draft\n", file_format="shopify")
    assert shop.products()["old"].active


def test_skus_that_are_not_unique_can_be_left_for_handles(shop: Shop) -> None:
    text = "Handle,Title,Variant SKU,Variant Price\ncap,Cap,none,5\nhat,Hat,none,9\n"
    with pytest.raises(BadRows, match="'none' is already on line 2"):
        shop.take(text, file_format="shopify")
    shop.take(text, file_format="shopify", mapping={"id": "Handle"})
    assert sorted(shop.products()) == ["cap", "hat"]


def test_a_file_that_is_plainly_of_another_format_is_refused(shop: Shop) -> None:
    with pytest.raises(BadFile, match="looks like google: say --format google"):
        shop.take(FEEDS["google"], file_format="csv")


def test_two_files_put_together_are_refused(shop: Shop) -> None:
    with pytest.raises(BadRows, match="line 4, price: "):
        shop.take(FEEDS["csv"] + FEEDS["jsonl"])
    with pytest.raises(BadRows, match="line 3, row: is no JSON"):
        shop.take(FEEDS["jsonl"] + "\n" + FEEDS["csv"], file_format="jsonl")
    with pytest.raises(BadRows, match="line 4, row: names the columns again"):
        shop.take(FEEDS["csv"] * 2)
    assert shop.products() == {}


def test_one_bad_row_leaves_everything_as_it_was(shop: Shop) -> None:
    shop.add(a_product(id="old"))
    with pytest.raises(BadRows) as refusal:
        shop.take("id,title,price\n1,Cap,5.00\n2,,free\n")
    assert "line 3, price: 'free' is no price" in refusal.value.detail
    assert "line 3, title: is missing or empty" in refusal.value.detail
    assert refusal.value.data == {"bad_rows": 1}
    assert {id_: product.active for id_, product in shop.products().items()} == {"old": True}


def test_the_first_problems_are_shown_and_all_rows_counted(shop: Shop) -> None:
    with pytest.raises(BadRows) as refusal:
        shop.take("id,title,price\n" + "".join(f"{n},Cap,free\n" for n in range(50)))
    assert refusal.value.detail.startswith("50 bad rows, the first 20 problems:")
    assert "line 21, price" in refusal.value.detail
    assert "line 22, price" not in refusal.value.detail


def test_bad_rows_can_be_skipped(shop: Shop) -> None:
    report = shop.take("id,title,price\n1,Cap,5.00\n2,Hat,free\n", skip_bad_rows=True)
    assert (report.rows, report.bad.rows) == (1, 1)
    assert list(shop.products()) == ["1"]


def test_an_id_that_comes_twice_is_a_bad_row(shop: Shop) -> None:
    with pytest.raises(BadRows, match="line 4, id: '1' is already on line 2"):
        shop.take("id,title,price\n1,Cap,5\n2,Hat,5\n1,Cap,6\n")


def test_importing_again_updates_and_touches_only_what_changed(shop: Shop) -> None:
    shop.take("id,title,price,fit\n1,Cap,5.00,slim\n2,Hat,9.00,wide\n")
    before = shop.products()
    report = shop.take("id,title,price,fit\n1,Cap,5,slim\n2,Hat,8.50,wide\n3,Bag,20,\n")
    after = shop.products()
    assert (report.added, report.changed, report.unchanged) == (1, 1, 1)
    assert after["1"].updated_at == before["1"].updated_at
    assert after["2"].updated_at > before["2"].updated_at
    assert after["2"].created_at == before["2"].created_at
    assert after["2"].price == Decimal("8.50")


def test_goods_that_the_file_lacks_retire_and_come_back(shop: Shop) -> None:
    both = "id,title,price\n1,Cap,5\n2,Hat,9\n"
    shop.take(both)
    assert shop.take("id,title,price\n1,Cap,5\n").retired == 1
    assert not shop.products()["2"].active
    assert shop.take(both).changed == 1
    assert shop.products()["2"].active


def test_missing_goods_stay_where_the_owner_asks_for_it(shop: Shop) -> None:
    shop.take("id,title,price\n1,Cap,5\n")
    assert shop.take("id,title,price\n2,Hat,5\n", keep_missing=True).retired == 0
    assert shop.products()["1"].active


def test_a_product_whose_row_is_bad_does_not_retire(shop: Shop) -> None:
    shop.take("id,title,price\n1,Cap,5\n2,Hat,9\n")
    report = shop.take("id,title,price\n1,Cap,5\n2,Hat,free\n", skip_bad_rows=True)
    assert report.retired == 0
    assert shop.products()["2"].active


def test_a_file_without_a_single_product_does_not_empty_the_shop(shop: Shop) -> None:
    shop.add(a_product(id="old"))
    for text in ("id,title,price\n", "id,title,price\n1,Cap,free\n"):
        with pytest.raises(BadFile, match="holds no product"):
            shop.take(text, skip_bad_rows=True)
    assert shop.products()["old"].active


def test_ratings_from_reviews_survive_a_feed_without_ratings(shop: Shop) -> None:
    shop.add(a_product(id="1", rating=4.5, rating_count=7))
    shop.take("id,title,price\n1,Cap,5\n")
    assert (shop.products()["1"].rating, shop.products()["1"].rating_count) == (4.5, 7)
    shop.take("id,title,price,rating\n1,Cap,5,3\n")
    assert (shop.products()["1"].rating, shop.products()["1"].rating_count) == (3, 7)


def test_a_link_that_is_none_is_left_out_and_said_so(shop: Shop) -> None:
    report = shop.take("id,title,price,link\n1,Cap,5,javascript:alert(1)\n")
    assert shop.products()["1"].url is None
    (problem,) = report.left_out.first
    assert str(problem).startswith("line 2, link: 'javascript:alert(1)' is no web address")


def test_pictures_come_from_the_owners_folder(shop: Shop) -> None:
    pictures = shop.folder / "pictures"
    pictures.mkdir()
    Image.new("RGB", (8, 8)).save(pictures / "cap 1.gif")
    report = shop.take(
        "id,title,price,image\n1,Cap,5,cap 1.gif\n2,Hat,5,gone.jpg\n3,Bag,5,https://x.example/b.png\n",
        pictures=pictures,
    )
    assert [product.image_url for product in shop.products().values()] == [
        "/media/cap%201.gif.webp",
        None,
        "https://x.example/b.png",
    ]
    assert (shop.folder / "media" / "cap 1.gif.webp").exists()
    assert "gone.jpg" in report.notes[0]


def test_more_goods_than_one_transaction_holds(shop: Shop) -> None:
    rows = "".join(f"{n},Cap {n},5\n" for n in range(1203))
    assert shop.take("id,title,price\n" + rows).added == 1203
    assert shop.take("id,title,price\n0,Cap 0,5\n").retired == 1202


def test_progress_reaches_the_end(database: Engine, tmp_path: Path) -> None:
    file = tmp_path / "goods.csv"
    file.write_text("id,title,price\n1,Cap,5\n")
    options = CatalogOptions("csv", "USD", Decimal(1000), tmp_path)
    said: dict[str, float] = {}
    import_catalog(database, file, options, on_progress=said.__setitem__)
    assert said == {"Reading": 1.0, "Merging": 1.0}


def test_the_real_catalogue_comes_in_whole(
    real_data: Path, database: Engine, session: Session, tmp_path: Path
) -> None:
    options = CatalogOptions(
        "yaml",
        "USD",
        Decimal("9999999.99"),
        tmp_path,
        mapping={"title": "name", "stock": "current_stock"},
    )
    file = real_data / "shop" / "retail_demo_store" / "products.yaml"
    assert import_catalog(database, file, options).added == 2465
    shirt = session.get_one(Product, "00096972-5f6b-44df-917b-f7d21ae5644c")
    assert (shirt.title, shirt.category, shirt.product_type, shirt.price, shirt.stock) == (
        "Sunlit Serenity Linen Shirt",
        "apparel",
        "shirt",
        Decimal("89.99"),
        11,
    )
    assert shirt.image_url == "/media/00096972-5f6b-44df-917b-f7d21ae5644c.jpg"
    assert shirt.attributes["gender_affinity"] == "F"
