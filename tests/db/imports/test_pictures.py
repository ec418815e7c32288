from pathlib import Path

import pytest
from PIL import Image

from db.imports.picture_sizing import LARGEST
from db.imports.pictures import PictureFolder, media_url
from db.imports.report import say_nothing


@pytest.fixture
def folder(tmp_path: Path) -> PictureFolder:
    pictures = PictureFolder(tmp_path / "pictures", tmp_path / "media")
    pictures.folder.mkdir()
    return pictures


def draw(path: Path, *, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new(mode, size).save(path)


def test_a_large_picture_shrinks_in_proportion(folder: PictureFolder) -> None:
    draw(folder.folder / "shoes" / "1.jpg", size=(3000, 1500))
    taken, notes = folder.take_over(["shoes/1.jpg"], on_progress=say_nothing)
    assert (taken, notes) == ({"shoes/1.jpg": "shoes/1.jpg"}, [])
    with Image.open(folder.media / "shoes" / "1.jpg") as picture:
        assert (picture.format, picture.size) == ("JPEG", (LARGEST, LARGEST // 2))


def test_what_channels_cannot_show_becomes_webp(folder: PictureFolder) -> None:
    draw(folder.folder / "1.gif", mode="P")
    taken, _ = folder.take_over(["1.gif"], on_progress=say_nothing)
    assert taken == {"1.gif": "1.gif.webp"}
    with Image.open(folder.media / "1.gif.webp") as picture:
        assert picture.format == "WEBP"


def test_missing_and_broken_pictures_are_named(folder: PictureFolder) -> None:
    (folder.folder / "broken.jpg").write_bytes(b"no picture")
    taken, (note,) = folder.take_over(["gone.jpg", "broken.jpg"], on_progress=say_nothing)
    assert taken == {"gone.jpg": None, "broken.jpg": None}
    assert note.startswith("2 pictures could not be taken:")
    assert "gone.jpg" in note


def test_a_picture_that_is_there_already_is_not_made_again(folder: PictureFolder) -> None:
    draw(folder.folder / "1.png")
    folder.take_over(["1.png"], on_progress=say_nothing)
    made = (folder.media / "1.png").stat().st_mtime_ns
    folder.take_over(["1.png"], on_progress=say_nothing)
    assert (folder.media / "1.png").stat().st_mtime_ns == made


def test_a_drawing_becomes_a_picture(folder: PictureFolder) -> None:
    size = 'width="40" height="20"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {size}><rect {size}/></svg>'
    (folder.folder / "1.svg").write_text(drawing)
    taken, _ = folder.take_over(["1.svg"], on_progress=say_nothing)
    assert taken == {"1.svg": "1.svg.webp"}
    with Image.open(folder.media / "1.svg.webp") as picture:
        assert picture.size == (LARGEST, LARGEST // 2)


def test_a_picture_stands_upright(folder: PictureFolder) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6  # as cameras write it: turn it by a quarter
    Image.new("RGB", (2000, 1000)).save(folder.folder / "1.jpg", exif=turned)
    folder.take_over(["1.jpg"], on_progress=say_nothing)
    with Image.open(folder.media / "1.jpg") as picture:
        assert picture.size == (LARGEST // 2, LARGEST)


def test_no_draft_is_left(folder: PictureFolder) -> None:
    draw(folder.folder / "1.png")
    folder.take_over(["1.png"], on_progress=say_nothing)
    assert [file.name for file in folder.media.iterdir()] == ["1.png"]


def test_an_address_holds_no_signs_that_browsers_read_otherwise() -> None:
    assert media_url("red shoes/#1.jpg") == "/media/red%20shoes/%231.jpg"
