"""The goods' pictures: a drawing for each product type, in the product's own colour.

The drawings are plain SVG under `data/pictures/`: shapes with class names. A style sheet that
comes with each rendering says what `main` or `accent` look like here, and which of a drawing's
optional parts are shown.
"""

import io
from typing import Final

import resvg_py
from PIL import Image, ImageColor, ImageFilter

from db.demo.goods import Good
from db.demo.sources import DATA, Sources

SIDE: Final = 480
# Shadows are blurred at a quarter of the size: nobody sees it, and it takes a tenth of the time.
SMALL: Final = SIDE // 4
THUMBNAIL: Final = 60
SHADOW: Final = (38, 32, 48)
INK: Final = "#1d2030"
WALL: Final = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 480 480">
<defs>
<radialGradient id="light" cx=".5" cy=".42" r=".62">
<stop offset="0" stop-color="{light}"/><stop offset="1" stop-color="{wall}"/>
</radialGradient>
</defs>
<rect width="480" height="480" fill="url(#light)"/>
</svg>"""


# Left, top, right and bottom edge in pixels.
Box = tuple[int, int, int, int]


class Painter:
    """Draws goods, each before the wall of its department."""

    def __init__(self, sources: Sources) -> None:
        self._colors = sources.colors
        self._house_style = (DATA / "pictures" / "house.css").read_text(encoding="utf-8")
        self._drawings = {
            path.stem: path.read_text(encoding="utf-8")
            for path in (DATA / "pictures").glob("*.svg")
        }
        self._walls = {
            name: _render(WALL.format(wall=it.wall, light=mix(it.wall, "#ffffff", 0.55)))
            for name, it in sources.departments.items()
        }
        self._frames: dict[tuple[str, str], Box] = {}

    def paint(self, good: Good) -> bytes:
        """A WebP picture of 480 by 480 pixels."""
        drawing = self._drawings[_file_name(good.row["product_type"])]
        color = self._colors[good.row["color"]]
        look = good.model.look
        style = self._house_style + style_of(color.paint, color.accent, look=look)
        key = (good.row["product_type"], look)
        if key not in self._frames:
            self._frames[key] = _frame_of(drawing, style)
        thing = _center(_render(_crop(drawing, self._frames[key]), style=style))
        picture = self._walls[good.row["category"]].copy()
        lying = 'class="lying"' in drawing
        for layer in (_shadow_behind(thing) if lying else _shadow_below(thing), thing):
            picture.alpha_composite(layer)
        file = io.BytesIO()
        picture.convert("RGB").save(file, "WEBP", quality=90, method=2)
        return file.getvalue()


def style_of(paint: str, accent: str, *, look: str) -> str:
    """The style sheet for one product: its colours, and the parts that this look has."""
    deep, lite = mix(paint, INK, 0.24), mix(paint, "#ffffff", 0.3)
    return (
        f".main{{fill:{paint}}} .deep{{fill:{deep}}} .lite{{fill:{lite}}} "
        f".accent{{fill:{accent}}} .main-line{{stroke:{paint}}} .deep-line{{stroke:{deep}}} "
        f".lite-line{{stroke:{lite}}} .accent-line{{stroke:{accent}}} "
        f".{look}{{display:inline}} .not-{look}{{display:none}}"
    )


def mix(one: str, other: str, share: float) -> str:
    """The colour that lies this share of the way from one to the other."""
    pairs = zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in pairs)


def _render(svg: str, *, style: str | None = None, width: int | None = None) -> Image.Image:
    png = resvg_py.svg_to_bytes(
        svg_string=svg, style_sheet=style, width=width, skip_system_fonts=True
    )
    return Image.open(io.BytesIO(bytes(png))).convert("RGBA")


def _frame_of(drawing: str, style: str) -> Box:
    """What the drawing fills of its canvas, found on a thumbnail of it."""
    scale = SIDE // THUMBNAIL
    filled = _render(drawing, style=style, width=THUMBNAIL).getbbox() or (0, 0, 1, 1)
    left, top, right, bottom = (edge * scale for edge in filled)
    return left, top, right, bottom


def _crop(drawing: str, frame: Box) -> str:
    # Half of a canvas is empty, and rendering takes as long as there are pixels.
    left, top, right, bottom = frame
    width, height = right - left, bottom - top
    size = f'viewBox="{left} {top} {width} {height}" width="{width}" height="{height}"'
    return drawing.replace('viewBox="0 0 480 480"', size, 1)


def _center(thing: Image.Image) -> Image.Image:
    centered = Image.new("RGBA", (SIDE, SIDE))
    centered.paste(thing, ((SIDE - thing.width) // 2, (SIDE - thing.height) // 2))
    return centered


def _shadow_behind(thing: Image.Image) -> Image.Image:
    """Of something that lies flat, lit from the upper left."""
    outline = thing.getchannel("A").reduce(SIDE // SMALL)
    mask = Image.new("L", (SMALL, SMALL))
    mask.paste(outline, (1, 4))
    return _shade(mask.filter(ImageFilter.GaussianBlur(4)), strength=0.34)


def _shadow_below(thing: Image.Image) -> Image.Image:
    """Of something that stands: as wide as its foot."""
    outline = thing.getchannel("A").reduce(SIDE // SMALL)
    left, top, right, bottom = outline.getbbox() or (0, 0, SMALL, SMALL)
    foot = outline.crop((left, bottom - max(3, (bottom - top) // 12), right, bottom))
    mask = Image.new("L", (SMALL, SMALL))
    mask.paste(foot.resize((foot.width + 4, 7)), (left - 2, bottom - 4))
    return _shade(mask.filter(ImageFilter.GaussianBlur(2.4)), strength=0.42)


def _shade(mask: Image.Image, *, strength: float) -> Image.Image:
    layer = Image.new("RGBA", (SIDE, SIDE), SHADOW)
    mask = mask.point(lambda alpha: round(alpha * strength))
    layer.putalpha(mask.resize((SIDE, SIDE), Image.Resampling.BILINEAR))
    return layer


def _file_name(kind: str) -> str:
    return kind.replace(" ", "-").replace("'", "")
