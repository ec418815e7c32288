"""Pictures as Telegram takes them."""

import asyncio
import io
from pathlib import Path

import httpx
import pytest
from PIL import Image

from gateway.channels.telegram.photos import Photos
from gateway.pictures import draw_placeholder


def a_picture(format_: str, size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    out = io.BytesIO()
    Image.new(mode, size, 128 if mode == "L" else "teal").save(out, format_)
    return out.getvalue()


def read(media: Path, address: str, *, answers: bytes = b"", status: int = 200) -> bytes:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, content=answers)

    async def read_one() -> bytes:
        photos = Photos(media, http=httpx.AsyncClient(transport=httpx.MockTransport(answer)))
        try:
            first = await photos.read(address)
            assert await photos.read(address) == first
            return first
        finally:
            await photos.aclose()

    return asyncio.run(read_one())


def size_and_format(raw: bytes) -> tuple[tuple[int, int], str | None]:
    with Image.open(io.BytesIO(raw)) as image:
        return image.size, image.format


@pytest.mark.parametrize("format_", ["JPEG", "PNG"])
def test_what_telegram_takes_is_sent_as_it_is(tmp_path: Path, format_: str) -> None:
    raw = a_picture(format_)
    assert read(tmp_path, "https://img.example/a", answers=raw) == raw


@pytest.mark.parametrize(
    ("raw", "size"),
    [
        (a_picture("WEBP"), (40, 30)),
        (a_picture("GIF", mode="L"), (40, 30)),
        (a_picture("WEBP", mode="RGBA"), (40, 30)),
        (a_picture("PNG", size=(3000, 1500)), (1280, 640)),
        (a_picture("PNG", size=(1000, 10)), (1000, 1000)),
    ],
)
def test_the_rest_becomes_jpeg_of_a_size_it_takes(
    tmp_path: Path, raw: bytes, size: tuple[int, int]
) -> None:
    sent = read(tmp_path, "https://img.example/a", answers=raw)
    assert size_and_format(sent) == (size, "JPEG")


@pytest.mark.parametrize(
    "answers", [b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"", a_picture("PNG")[:60]]
)
def test_what_is_no_picture_is_a_placeholder(tmp_path: Path, answers: bytes) -> None:
    assert read(tmp_path, "https://img.example/a", answers=answers) == draw_placeholder()


def test_a_picture_that_is_gone_or_too_large_is_a_placeholder(tmp_path: Path) -> None:
    assert read(tmp_path, "https://img.example/a", status=404) == draw_placeholder()
    huge = b"x" * 10_000_001
    assert read(tmp_path, "https://img.example/a", answers=huge) == draw_placeholder()


@pytest.mark.parametrize(
    "address", ["/media/../secret.png", "/media/%2e%2e/secret.png", "/secret.png", "secret.png"]
)
def test_nothing_outside_of_the_media_is_sent(tmp_path: Path, address: str) -> None:
    media = tmp_path / "media"
    media.mkdir()
    (tmp_path / "secret.png").write_bytes(a_picture("PNG"))
    (media / "mug.png").write_bytes(a_picture("PNG"))

    assert read(media, address) == draw_placeholder()
    assert read(media, "/media/mug.png") == a_picture("PNG")
