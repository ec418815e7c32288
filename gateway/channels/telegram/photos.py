"""Products' pictures as bytes that Telegram takes: its servers cannot reach a shop at home."""

import asyncio
import io
import logging
from collections import OrderedDict
from pathlib import Path
from urllib.parse import unquote, urlsplit

import httpx
from PIL import Image

from common.client import certificates
from gateway.pictures import draw_placeholder

logger = logging.getLogger(__name__)

_MEDIA = "/media/"
# Telegram takes up to 10 MB; a phone shows less than it takes.
_MOST_BYTES = 10_000_000
_MOST_PIXELS = 40_000_000
_SIDE = 1280
_TIMEOUT_S = 5.0
_KEPT = 200
# What is sent as it is. The rest, WebP among it, becomes JPEG.
_SENT_AS_IS = frozenset({"JPEG", "PNG"})


class Photos:
    """Reads, fetches and re-encodes pictures; a placeholder stands for those that cannot be had.

    Args:
        media: the folder behind /media/.
    """

    def __init__(self, media: Path, *, http: httpx.AsyncClient | None = None) -> None:
        self._media = media
        self._http = http or httpx.AsyncClient(
            timeout=_TIMEOUT_S, follow_redirects=True, max_redirects=3, verify=certificates()
        )
        self._kept: OrderedDict[str, bytes] = OrderedDict()

    async def read(self, address: str) -> bytes:
        """The picture at an address of ours or on the web, as PNG or JPEG."""
        if address in self._kept:
            self._kept.move_to_end(address)
            return self._kept[address]
        try:
            raw = await self._raw(address)
            picture = await asyncio.to_thread(_encode, raw)
        except (OSError, ValueError, httpx.HTTPError, Image.DecompressionBombError) as error:
            logger.warning("a picture cannot be sent", extra={"error": type(error).__name__})
            return await asyncio.to_thread(draw_placeholder)
        self._kept[address] = picture
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return picture

    async def aclose(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def _raw(self, address: str) -> bytes:
        if address.startswith(("http://", "https://")):
            return await self._fetch(address)
        path = unquote(urlsplit(address).path)
        if not path.startswith(_MEDIA):
            raise ValueError("no picture of ours")
        folder = self._media.resolve()
        file = (folder / path.removeprefix(_MEDIA)).resolve()
        if not file.is_relative_to(folder):
            raise ValueError("outside of the media")
        return await asyncio.to_thread(file.read_bytes)

    async def _fetch(self, address: str) -> bytes:
        async with asyncio.timeout(_TIMEOUT_S), self._http.stream("GET", address) as response:
            response.raise_for_status()
            raw = bytearray()
            async for piece in response.aiter_bytes():
                raw += piece
                if len(raw) > _MOST_BYTES:
                    raise ValueError("too large")
            return bytes(raw)


def _encode(raw: bytes) -> bytes:
    """The picture as it is where Telegram takes it so; otherwise as JPEG.

    Raises:
        OSError: it is no picture that is made of pixels; a drawing in SVG is none.
        ValueError: it is far too large.
    """
    with Image.open(io.BytesIO(raw), formats=("JPEG", "PNG", "WEBP", "GIF")) as image:
        width, height = image.size
        if width * height > _MOST_PIXELS:
            raise ValueError("too many pixels")
        # Telegram refuses what is more than twenty times as long as wide.
        narrow = max(width, height) > 20 * min(width, height)
        small = max(width, height) <= _SIDE and len(raw) <= _MOST_BYTES
        if image.format in _SENT_AS_IS and small and not narrow:
            image.verify()
            return raw
        image.thumbnail((_SIDE, _SIDE))
        flat = Image.new("RGB", image.size, "white")
        shown = image.convert("RGBA")
        flat.paste(shown, mask=shown.getchannel("A"))
    if narrow:
        side = max(flat.size)
        square = Image.new("RGB", (side, side), "white")
        square.paste(flat, ((side - flat.width) // 2, (side - flat.height) // 2))
        flat = square
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=88)
    return out.getvalue()
