"""The colours that a product's picture shows, for shops that say none in words."""

import logging
from collections import Counter
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

logger = logging.getLogger(__name__)

_SIDE = 48
# Nearer to the edge's colour than this a pixel is taken for the wall behind (CIE 1976 distance).
_WALL = 12.0
# A colour that fewer of the thing's pixels have is a detail of it.
_SHARE = 0.3
# Where the thing is so small a part of the picture, nothing can be said.
_LEAST = 0.02
# The plain colours by the names that the lexicon has for them.
_PLAIN = {
    "black": [(18, 18, 20), (45, 45, 48)],
    "white": [(248, 248, 246), (235, 234, 230)],
    "gray": [(128, 128, 130), (175, 176, 178), (85, 86, 90)],
    "red": [(200, 25, 35), (150, 20, 30), (228, 60, 60)],
    "orange": [(240, 130, 30), (220, 105, 40)],
    "yellow": [(245, 215, 50), (220, 185, 60)],
    "green": [(40, 140, 60), (25, 80, 45), (130, 180, 90), (110, 120, 60)],
    "turquoise": [(50, 180, 175), (30, 125, 125)],
    "blue": [(35, 80, 190), (25, 40, 95), (110, 165, 220)],
    "purple": [(115, 55, 150), (165, 130, 200)],
    "pink": [(240, 130, 170), (245, 190, 205), (215, 60, 130)],
    "brown": [(110, 70, 40), (150, 100, 60), (70, 45, 30)],
    "beige": [(220, 200, 170), (200, 178, 145)],
}
_FOLDER = "/media/"
# (Pillow calls a PNG that breaks off in the middle a SyntaxError.)
_UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    UnidentifiedImageError,
    Image.DecompressionBombError,
)


def open_picture(file: Path, *, side: int) -> Image.Image | None:
    """A picture on white, no wider or higher than this; None where it cannot be read."""
    try:
        with Image.open(file) as picture:
            picture.draft("RGB", (side * 2, side * 2))
            flat = Image.new("RGB", picture.size, "white")
            whole = picture.convert("RGBA")
            flat.paste(whole, mask=whole.getchannel("A"))
            flat.thumbnail((side, side))
    except _UNREADABLE as error:
        logger.warning(
            "picture not read", extra={"error": type(error).__name__, "picture": file.name}
        )
        return None
    return flat


def read_colors(file: Path) -> tuple[str, ...]:
    """The plain colours of the thing in a picture, the greatest first; () where none is told."""
    flat = open_picture(file, side=_SIDE)
    if flat is None:
        return ()
    pixels = _lab(np.asarray(flat, dtype=np.float64))
    edge = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
    wall = np.median(edge, axis=0)
    thing = pixels[np.linalg.norm(pixels - wall, axis=-1) > _WALL]
    if len(thing) < _LEAST * pixels.shape[0] * pixels.shape[1]:
        return ()
    names, places = _palette()
    nearest = np.linalg.norm(thing[:, None] - places, axis=-1).argmin(1)
    counts = Counter(names[at] for at in nearest.tolist())
    return tuple(name for name, count in counts.most_common(2) if count >= _SHARE * len(thing))


def file_of(image_url: str | None, media: Path) -> Path | None:
    """The file of a picture that lies on this machine; None for any other address."""
    if image_url is None or not image_url.startswith(_FOLDER):
        return None
    file = (media / image_url.removeprefix(_FOLDER)).resolve()
    return file if file.is_relative_to(media.resolve()) and file.is_file() else None


def _palette() -> tuple[list[str], NDArray[np.float64]]:
    names = [name for name, shades in _PLAIN.items() for _ in shades]
    places = np.array([shade for shades in _PLAIN.values() for shade in shades], dtype=np.float64)
    return names, _lab(places)


def _lab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """CIE L*a*b* (D65) of sRGB 0 to 255: distances are about as people see them [..., 3]."""
    share = rgb / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    xyz = linear @ to_xyz.T / np.array([0.9505, 1.0, 1.089])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = f[..., 0], f[..., 1], f[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)
