"""Lines with bands, as an SVG that needs no library and reads on light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from benchmarks.nlu_plot import COLOURS

_LEFT, _TOP, _WIDTH, _HEIGHT = 46, 14, 560, 300
_GREY = "#777777"


@dataclass(frozen=True)
class Line:
    """One series.

    Attributes:
        name: in the key.
        x: rising.
        y: shares, 0 to 1.
        spread: the standard deviation of each y, drawn as a band where it is not 0.
    """

    name: str
    x: Sequence[float]
    y: Sequence[float]
    spread: Sequence[float]


def draw_lines(
    lines: Sequence[Line], *, across: str = "corrections", rise: float = 0.05, stride: int = 100
) -> str:
    """All lines in one picture, with a key beneath.

    Args:
        lines: which.
        across: what x counts.
        rise: between two lines of the grid.
        stride: between two numbers under it.
    """
    most = max(max(line.x) for line in lines)
    low = min(min(line.y) for line in lines)
    floor = int(low / rise) * rise
    ceiling = min(1.0, (int(max(max(line.y) for line in lines) / rise) + 1) * rise)

    def place(x: float, y: float) -> str:
        left = _LEFT + x / most * _WIDTH
        down = _TOP + (ceiling - y) / (ceiling - floor) * _HEIGHT
        return f"{left:.1f},{down:.1f}"

    parts = [_text(_LEFT + _WIDTH / 2, _TOP + _HEIGHT + 34, across)]
    parts += _grid(floor, ceiling, most, rise=rise, stride=stride)
    for number, line in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        dash = ' stroke-dasharray="5 3"' if number >= len(COLOURS) else ""
        if any(line.spread):
            upper = [place(x, y + s) for x, y, s in zip(line.x, line.y, line.spread, strict=True)]
            lower = [place(x, y - s) for x, y, s in zip(line.x, line.y, line.spread, strict=True)]
            points = " ".join([*upper, *reversed(lower)])
            parts.append(f'<polygon points="{points}" fill="{colour}" opacity="0.12"/>')
        path = " ".join(place(x, y) for x, y in zip(line.x, line.y, strict=True))
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"{dash}/>'
        )
        x, y = _LEFT + number % 2 * 290, _TOP + _HEIGHT + 56 + number // 2 * 18
        parts.append(
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 22}" y2="{y - 4}" stroke="{colour}" '
            f'stroke-width="2"{dash}/>'
        )
        parts.append(_text(x + 28, y, line.name, anchor="start"))
    height = _TOP + _HEIGHT + 56 + (len(lines) + 1) // 2 * 18
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 20} {height}" '
        f'font-family="sans-serif">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _grid(floor: float, ceiling: float, most: float, *, rise: float, stride: int) -> list[str]:
    parts = []
    steps = round((ceiling - floor) / rise)
    for step in range(steps + 1):
        share = floor + step * rise
        y = _TOP + (ceiling - share) / (ceiling - floor) * _HEIGHT
        parts.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_LEFT + _WIDTH}" y2="{y:.1f}" '
            f'stroke="{_GREY}" stroke-width="0.5" opacity="0.5"/>'
        )
        parts.append(_text(_LEFT - 6, y + 4, f"{share:.2f}", anchor="end"))
    marks = range(0, int(most) + 1, stride)
    return parts + [_text(_LEFT + x / most * _WIDTH, _TOP + _HEIGHT + 16, str(x)) for x in marks]


def _text(x: float, y: float, words: str, *, anchor: str = "middle") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="11" text-anchor="{anchor}" fill="{_GREY}">'
        f"{escape(words)}</text>"
    )
