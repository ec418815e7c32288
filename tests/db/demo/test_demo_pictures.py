import re
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageStat
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.demo.goods import Good, make_goods
from db.demo.pictures import Painter, mix
from db.demo.sources import DATA, Sources
from db.tables.catalog import Product
from tests.db.demo.conftest import TODAY, DemoShop

SOURCES = Sources()


@pytest.fixture(scope="module")
def goods() -> list[Good]:
    return make_goods(SOURCES, rng=np.random.default_rng(1), today=TODAY, currency="USD")


@pytest.fixture(scope="module")
def painter() -> Painter:
    return Painter(SOURCES)


def test_every_product_has_a_picture_of_the_right_size(
    demo_shop: DemoShop, shop_session: Session
) -> None:
    for product_id, url in shop_session.execute(select(Product.id, Product.image_url)):
        assert url == f"/media/products/{product_id}.webp"
        with Image.open(demo_shop.settings.media / "products" / f"{product_id}.webp") as picture:
            assert (picture.format, picture.size) == ("WEBP", (480, 480))


def test_every_drawing_is_of_a_kind_that_is_sold() -> None:
    kinds = {name for it in SOURCES.departments.values() for name in it.kinds}
    files = {name.replace(" ", "-").replace("'", "") for name in kinds}
    assert {path.stem for path in (DATA / "pictures").glob("*.svg")} == files
    assert len(files) >= 60


def test_every_look_is_drawn() -> None:
    for department in SOURCES.departments.values():
        for name, kind in department.kinds.items():
            classes = " ".join(re.findall(r'class="([^"]+)"', _drawing(name)))
            parts = set(classes.split())
            for look in {model.look for model in kind.models} - {"plain"}:
                assert parts & {look, f"not-{look}"}, f"{name} has no part called {look}"


def test_the_same_product_is_painted_alike(goods: list[Good]) -> None:
    assert Painter(SOURCES).paint(goods[0]) == Painter(SOURCES).paint(goods[0])


def test_a_thing_has_the_colour_it_says(goods: list[Good], painter: Painter) -> None:
    shirts = {it.row["color"]: it for it in goods if it.row["product_type"] == "t-shirt"}
    white, black = (_middle(painter.paint(shirts[color])) for color in ("white", "black"))
    assert min(white) > 200
    assert max(black) < 90


def test_a_thing_stands_in_the_middle(goods: list[Good], painter: Painter) -> None:
    for good in goods[::40]:
        picture = _open(painter.paint(good)).convert("L")
        edges = [picture.crop(box) for box in ((0, 0, 480, 12), (0, 468, 480, 480))]
        assert max(ImageStat.Stat(edge).stddev[0] for edge in edges) < 12, good.id


def test_mixed_colours_lie_between() -> None:
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert mix("#102030", "#ffffff", 0) == "#102030"


def _drawing(kind: str) -> str:
    path: Path = DATA / "pictures" / f"{kind.replace(' ', '-').replace(chr(39), '')}.svg"
    return path.read_text(encoding="utf-8")


def _open(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data)).convert("RGB")


def _middle(data: bytes) -> list[float]:
    return ImageStat.Stat(_open(data).crop((220, 220, 260, 260))).mean
