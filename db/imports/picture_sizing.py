"""Pictures made no larger than they are shown, in a form that every channel shows."""

import io
from pathlib import Path

from PIL import Image, ImageOps, UnidentifiedImageError

from db.imports.report import BadPicture
from db.imports.svg import draw, is_drawing

# Twice the width of the largest picture that the widget and the shop's page show.
LARGEST = 960
# What every channel can show, with the endings they are served by; anything else becomes WebP.
SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp"}
# What is read at all: some of Pillow's other readers start programs or are seldom looked after.
READ = (*SUFFIXES, "GIF", "BMP", "TIFF", "AVIF")
# A small file may unpack to gigabytes.
MOST_PIXELS = 40_000_000
LARGEST_BYTES = 20_000_000


def open_picture(content: bytes) -> tuple[Image.Image, str]:
    """The picture, not unpacked yet, and the form to keep it in: JPEG, PNG or WEBP.

    Raises:
        BadPicture: it is none that is read here, or has too many pixels.
    """
    if is_drawing(content):
        picture, _ = open_picture(draw(content))
        return picture, "WEBP"
    try:
        picture = Image.open(io.BytesIO(content), formats=READ)
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError) as error:
        raise BadPicture(f"this is no picture that can be read: expected {_listed()}") from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        raise BadPicture(f"has {width} x {height} pixels, more than {MOST_PIXELS:,}")
    return picture, picture.format if picture.format in SUFFIXES else "WEBP"


def save_sized(picture: Image.Image, target: Path, *, form: str) -> None:
    """Write the picture upright and at most 960 pixels wide and high.

    Raises:
        BadPicture: it is damaged.
    """
    try:
        # Before it is turned: shrinking it while it is unpacked saves most of the work.
        picture.thumbnail((LARGEST, LARGEST))
        upright = ImageOps.exif_transpose(picture)
        profile = upright.info.get("icc_profile")
        if form == "JPEG" and upright.mode not in ("RGB", "L"):
            upright, profile = upright.convert("RGB"), None
        target.parent.mkdir(parents=True, exist_ok=True)
        # A shopper's browser must never load half a picture.
        draft = target.with_name(f".{target.name}.part")
        upright.save(draft, format=form, icc_profile=profile)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise BadPicture(f"the picture is damaged: {error}") from error
    draft.replace(target)


def _listed() -> str:
    return ", ".join((*READ, "SVG"))
