"""Colours that only the picture tells."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from recommender.pictures import file_of, read_colors
from tests.builders import a_product
from tests.recommender.conftest import Counter


def a_picture(file: Path, color: str, *, wall: str = "#f4f1ea", spot: str | None = None) -> Path:
    """A disc before a wall, perhaps with a spot on it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    picture = Image.new("RGB", (240, 200), wall)
    draw = ImageDraw.Draw(picture)
    draw.ellipse((60, 40, 180, 160), fill=color)
    if spot:
        draw.ellipse((110, 90, 130, 110), fill=spot)
    picture.save(file)
    return file


@pytest.mark.parametrize(
    ("paint", "name"),
    [
        ("#c41e2a", "red"),
        ("#1f3f9e", "blue"),
        ("#2e8b45", "green"),
        ("#f2d230", "yellow"),
        ("#e97f22", "orange"),
        ("#6f3a94", "purple"),
        ("#ef86ad", "pink"),
        ("#6b4428", "brown"),
        ("#141416", "black"),
        ("#808082", "gray"),
    ],
)
def test_the_thing_is_seen_and_not_the_wall(tmp_path: Path, paint: str, name: str) -> None:
    assert read_colors(a_picture(tmp_path / "a.png", paint)) == (name,)
    assert read_colors(a_picture(tmp_path / "b.webp", paint, spot="#ffffff")) == (name,)


def test_a_white_thing_is_seen_before_a_coloured_wall(tmp_path: Path) -> None:
    assert read_colors(a_picture(tmp_path / "a.png", "#fafaf8", wall="#27408b")) == ("white",)


def test_an_empty_or_damaged_picture_says_nothing(tmp_path: Path) -> None:
    assert read_colors(a_picture(tmp_path / "a.png", "#f4f1ea")) == ()
    damaged = tmp_path / "b.png"
    damaged.write_bytes(b"\x89PNG no more")
    assert read_colors(damaged) == ()


def test_only_pictures_of_the_shops_own_folder_are_opened(tmp_path: Path) -> None:
    media = tmp_path / "media"
    file = a_picture(media / "products" / "a.png", "red")
    a_picture(tmp_path / "secret.png", "red")
    assert file_of("/media/products/a.png", media) == file.resolve()
    others = (None, "https://shop.example/a.png", "/media/../secret.png", "/media/none.png")
    assert [file_of(other, media) for other in others] == [None] * 4


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_in_red_finds_what_only_looks_red(counter: Counter) -> None:
    for name, paint in (("plain", "#c41e2a"), ("told", "#c41e2a"), ("blue", "#1f3f9e")):
        a_picture(counter.media / f"{name}.png", paint)
    picture = {"color": None, "description": ""}
    counter.stock(
        a_product(id="plain", title="Tin Kettle", image_url="/media/plain.png", **picture),
        # The words go before the picture.
        a_product(id="told", title="Green Kettle", image_url="/media/told.png", **picture),
        a_product(id="blue", title="Enamel Kettle", image_url="/media/blue.png", **picture),
        a_product(id="field", title="Steel Kettle", image_url="/media/plain.png", color="gray"),
    )
    answer = counter.ask("kettle", constraints={"color": "red"}, k=9)
    assert [item.product_id for item in answer.items] == ["plain"]
    assert answer.relaxed == []
    hidden = counter.ask("kettle", constraints={"exclude": {"color": ["red"]}}, k=9)
    assert {item.product_id for item in hidden.items} == {"told", "blue", "field"}
    # Goods that come later keep what was seen.
    counter.stock(a_product(id="later", title="Copper Pan"))
    assert counter.ask("kettle", constraints={"color": "red"}).items[0].product_id == "plain"
