"""Plots of a report as SVG within its page, whose style knows light and dark. No script."""

from collections.abc import Sequence
from html import escape

_WIDTH, _ROW, _LEFT, _RIGHT = 680, 26, 190, 110
_SIDE, _MARGIN = 300, 36


def paired_bars(rows: Sequence[tuple[str, float, float, str]]) -> str:
    """Two thin bars a row: before and after, each a share from 0 to 1.

    Args:
        rows: name, before, after, and what stands at the end.
    """
    height = _ROW * len(rows) + 8
    span = _WIDTH - _LEFT - _RIGHT
    parts = [f'<svg role="img" viewBox="0 0 {_WIDTH} {height}" width="100%">']
    for number, (name, before, after, end) in enumerate(rows):
        top = 4 + number * _ROW
        parts.append(
            f'<text x="{_LEFT - 10}" y="{top + 15}" text-anchor="end" class="name">'
            f"{escape(name)}</text>"
            f'<rect x="{_LEFT}" y="{top + 2}" width="{max(1.0, span * before):.1f}" height="8" '
            'rx="2" class="before"/>'
            f'<rect x="{_LEFT}" y="{top + 12}" width="{max(1.0, span * after):.1f}" height="8" '
            'rx="2" class="after"/>'
            f'<text x="{_LEFT + span + 8}" y="{top + 15}" class="end">{escape(end)}</text>'
        )
    return "".join([*parts, "</svg>"])


def calibration_plot(
    before: Sequence[tuple[float, float, int]], after: Sequence[tuple[float, float, int]]
) -> str:
    """Confidence against the share that is right, with a dot a bin."""
    size = _SIDE + 2 * _MARGIN
    most = max((count for _, _, count in [*before, *after]), default=1)
    low, high = _MARGIN, _MARGIN + _SIDE
    parts = [
        f'<svg role="img" viewBox="0 0 {size} {size}" width="{size}">',
        f'<rect x="{low}" y="{low}" width="{_SIDE}" height="{_SIDE}" class="frame"/>',
        f'<path d="M{low} {high} L{high} {low}" class="ideal" stroke-dasharray="4 4"/>',
    ]
    for tick in (0.0, 0.5, 1.0):
        x, y = _at(tick, 0.0)
        parts.append(
            f'<text x="{x:.0f}" y="{y + 18:.0f}" text-anchor="middle" class="end">{tick:.0%}</text>'
        )
        x, y = _at(0.0, tick)
        parts.append(
            f'<text x="{x - 6:.0f}" y="{y + 4:.0f}" text-anchor="end" class="end">{tick:.0%}</text>'
        )
    for kind, bins in (("before", before), ("after", after)):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in (_at(s, r) for s, r, _ in bins))
        parts.append(f'<polyline points="{points}" class="{kind} line"/>')
        for sure, right, count in bins:
            x, y = _at(sure, right)
            radius = 2.5 + 5 * (count / most) ** 0.5
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" class="{kind}"/>')
    return "".join([*parts, "</svg>"])


def _at(sure: float, right: float) -> tuple[float, float]:
    return _MARGIN + _SIDE * sure, _MARGIN + _SIDE * (1 - right)
