"""Where a product's picture is, and the one drawn for products without."""

import functools
import io

from PIL import Image, ImageDraw

PLACEHOLDER = "/media/placeholder.png"

_SIDE = 480
_GROUND, _LINE = (238, 240, 243), (176, 183, 193)


def safe_address(url: str | None) -> str | None:
    """The address if it is one of ours or on the web; None for anything else a feed may hold."""
    if url and (url.startswith(("https://", "http://")) or _is_local(url)):
        return url
    return None


def _is_local(url: str) -> bool:
    # Two slashes begin another host's address.
    return url.startswith("/") and not url.startswith(("//", "/\\"))


@functools.cache
def draw_placeholder() -> bytes:
    """A parcel on a plain ground, as PNG, for products without a picture."""
    # Drawn at twice the size and halved: Pillow's lines are not smooth.
    image = Image.new("RGB", (_SIDE * 2, _SIDE * 2), _GROUND)
    pen = ImageDraw.Draw(image)
    left, right, lid, top, bottom = 270, 690, 280, 430, 690
    pen.rounded_rectangle((left, top, right, bottom), radius=24, outline=_LINE, width=20)
    flaps = [(left + 10, top + 20), (left + 70, lid), (right - 70, lid), (right - 10, top + 20)]
    pen.line(flaps, fill=_LINE, width=20, joint="curve")
    pen.line((_SIDE, lid, _SIDE, top + 110), fill=_LINE, width=20)
    out = io.BytesIO()
    image.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS).save(out, "PNG", optimize=True)
    return out.getvalue()
