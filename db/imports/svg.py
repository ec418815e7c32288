"""Drawings (SVG) made into pictures, by a process of their own.

A drawing of a few bytes may ask for more memory than there is, and the renderer then ends its
process; a drawing may also name files. So a child with little memory draws, and nothing that names
anything outside of itself is drawn at all.
"""

import re
import subprocess
import sys

from db.imports.report import BadPicture

WIDTH = 960
LARGEST_BYTES = 2_000_000
PATIENCE_S = 15
MEMORY_BYTES = 1 << 30

_BEGINS = re.compile(rb"\s*(<\?xml|<!--|<!DOCTYPE|<svg)", re.IGNORECASE)
_REFERENCE = re.compile(r"""href\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_WITHIN = re.compile(r"\s*(#|data:image/(png|jpe?g|gif|webp)\b)", re.IGNORECASE)


def is_drawing(content: bytes) -> bool:
    """Whether the bytes begin like SVG."""
    head = content[:4096].removeprefix(b"\xef\xbb\xbf")
    return bool(_BEGINS.match(head)) and b"<svg" in head


def draw(content: bytes) -> bytes:
    """The drawing as PNG, 960 pixels wide.

    Raises:
        BadPicture: it is none, needs too much, or names something outside of itself.
    """
    if len(content) > LARGEST_BYTES:
        raise BadPicture(f"the drawing has {len(content):,} bytes, more than {LARGEST_BYTES:,}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadPicture("the drawing is not in UTF-8") from error
    if "<!ENTITY" in text.upper():
        raise BadPicture("the drawing declares entities")
    for reference in _REFERENCE.finditer(text):
        if not _WITHIN.match(reference[1] or reference[2] or "#"):
            raise BadPicture("the drawing names something outside of itself")
    try:
        drawn = subprocess.run(
            [sys.executable, "-I", "-m", "db.imports.svg"],
            input=text.encode(),
            capture_output=True,
            timeout=PATIENCE_S,
            check=True,
        )
    except subprocess.TimeoutExpired as error:
        raise BadPicture(f"the drawing took longer than {PATIENCE_S} s") from error
    except subprocess.CalledProcessError as error:
        raise BadPicture("the drawing cannot be drawn") from error
    return drawn.stdout


def _draw_input() -> None:
    import resource

    import resvg_py

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    drawing = sys.stdin.buffer.read().decode()
    sys.stdout.buffer.write(bytes(resvg_py.svg_to_bytes(svg_string=drawing, width=WIDTH)))


if __name__ == "__main__":
    _draw_input()
