"""Bars in groups, as an SVG that needs no library and reads on light and dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

COLOURS = ("#2f6fde", "#d9822b", "#3a9d5d", "#8f6bd1", "#777777")
_LEFT, _WIDTH, _BAR, _GAP, _TOP = 220, 420, 11, 14, 34
_LOW = 0.4


@dataclass(frozen=True)
class Bar:
    """One value between 0 and 1."""

    group: str
    series: str
    value: float


def draw_bars(bars: Sequence[Bar]) -> str:
    """Horizontal bars from 0.4 to 1, a colour for each series."""
    series = list(dict.fromkeys(bar.series for bar in bars))
    parts: list[str] = []
    for place, name in enumerate(series):
        x = _LEFT + place * 110
        parts.append(f'<rect x="{x}" y="8" width="10" height="10" fill="{_colour(place)}"/>')
        parts.append(_text(x + 15, 17, name))
    y = _TOP
    for group in dict.fromkeys(bar.group for bar in bars):
        members = [bar for bar in bars if bar.group == group]
        parts.append(_text(_LEFT - 8, y + len(members) * _BAR / 2 + 4, group, anchor="end"))
        for bar in members:
            width = max(0.0, (bar.value - _LOW) / (1 - _LOW)) * _WIDTH
            fill = _colour(series.index(bar.series))
            parts.append(
                f'<rect x="{_LEFT}" y="{y}" width="{width:.1f}" height="{_BAR - 2}" fill="{fill}"/>'
            )
            parts.append(_text(_LEFT + width + 4, y + _BAR - 3, f"{bar.value:.3f}", size=9))
            y += _BAR
        y += _GAP
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_LEFT + _WIDTH + 50} {y}" '
        f'font-family="sans-serif">\n' + "\n".join(parts) + "\n</svg>\n"
    )


def _colour(place: int) -> str:
    return COLOURS[place % len(COLOURS)]


def _text(x: float, y: float, words: str, *, anchor: str = "start", size: int = 11) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" fill="#777777">'
        f"{escape(words)}</text>"
    )
