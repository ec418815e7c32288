"""A report as one page: no script, nothing fetched, everything escaped, for light and dark."""

from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

import yaml

from learning.registry import SHIPPED
from learning.report_plots import calibration_plot, paired_bars

_WORDS = Path(__file__).with_name("report.yml")
_STYLE = Path(__file__).with_name("report.css")
_SHOWN = 40


@cache
def words() -> dict[str, Any]:
    """What the page says."""
    content: dict[str, Any] = yaml.safe_load(_WORDS.read_text(encoding="utf-8"))
    return content


def page(report: Mapping[str, Any]) -> str:
    """The page of a report, as `learning.report.build` made it."""
    said, passed = words(), bool(report["passed"])
    failed = sum(not check["passed"] for check in report["checks"])
    verdict = said["passed"] if passed else said["refused"]
    other = said["shipped"] if report["beside"] == SHIPPED else report["beside"]
    beside = said["beside"].format(
        model=report["model"], beside=other, at=_when(report["judged_at"])
    )
    verdict = escape(verdict.format(count=failed, of=len(report["checks"])))
    body = [
        f"<h1>{escape(said['title'])}</h1>",
        f'<p class="soft">{escape(beside)}<br>{escape(_made(report))}</p>',
        f'<p class="verdict {"passed" if passed else "refused"}">{verdict}</p>',
        _heading("checks"),
        _checks(report["checks"]),
        *_intents(report.get("intents", {})),
        *_calibration(report.get("calibration")),
        *_differences("readings", report.get("readings")),
        *_differences("answers", report.get("answers")),
        *_stories(report.get("stories")),
        *_set_aside(report.get("rows", {})),
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta http-equiv="Content-Security-Policy" '
        "content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(said['title'])}</title><style>{_STYLE.read_text()}</style></head>"
        f"<body><main>{''.join(body)}</main></body></html>\n"
    )


def _made(report: Mapping[str, Any]) -> str:
    origin = report.get("origin") or {}
    if not origin:
        return ""
    named = words()["rows"]
    counts = [(named[name], n) for name, n in origin.get("rows", {}).items() if name in named and n]
    rows = ", ".join(said.format(count=count) for said, count in counts)
    return str(
        words()["made"].format(
            by=origin.get("by", "?"),
            at=_when(origin.get("at", "")),
            code=origin.get("code", "?"),
            rows=rows or "?",
        )
    )


def _when(moment: str) -> str:
    return moment[:16].replace("T", " ") + " UTC" if moment else ""


def _heading(name: str) -> str:
    said = words()["headings"]
    what = said.get(f"{name}_what")
    return f"<h2>{escape(said[name])}</h2>" + (
        f'<p class="soft">{escape(what)}</p>' if what else ""
    )


def _checks(checks: Sequence[Mapping[str, Any]]) -> str:
    rows = []
    for check in checks:
        title, what = words()["checks"].get(check["name"], (check["name"], ""))
        good = "passed" if check["passed"] else "refused"
        rows.append(
            f'<tr><td class="mark {good}">{"✓" if check["passed"] else "✗"}</td>'
            f"<td><strong>{escape(title)}</strong><small>{escape(what)}</small></td>"
            f'<td class="figure">{_figure(check["name"], check["before"])}</td>'
            f'<td class="figure">{_figure(check["name"], check["after"])}</td>'
            f"<td>{escape(check['detail'])}</td></tr>"
        )
    said = words()
    head = (
        f'<tr><th></th><th></th><th class="figure">{escape(said["before"])}</th>'
        f'<th class="figure">{escape(said["after"])}</th><th></th></tr>'
    )
    return f'<div class="box"><table>{head}{"".join(rows)}</table></div>'


def _figure(name: str, value: float | None) -> str:
    if value is None:
        return "–"
    if name == "speed":
        return f"{value:.1f} ms"
    if name == "stories":
        return f"{value:.0f}"
    if name in ("heldout", "corrected", "intents", "moods", "replay", "policy"):
        return f"{value:.1%}"
    return f"{value:.3f}" if abs(value) >= 0.001 or not value else f"{value:.5f}"


def _intents(intents: Mapping[str, Sequence[int]]) -> list[str]:
    moved = sorted(
        ((name, n, was, now) for name, (n, was, now) in intents.items() if was != now),
        key=lambda each: (each[3] - each[2]) / each[1],
    )
    if not moved:
        return []
    bars = paired_bars(
        [(name, was / n, now / n, f"{was}→{now} of {n}") for name, n, was, now in moved[:_SHOWN]]
    )
    return [_heading("intents"), f'<div class="box"><figure>{bars}</figure></div>', _legend()]


def _calibration(bins: Mapping[str, Any] | None) -> list[str]:
    if not bins:
        return []
    plot = calibration_plot(bins["before"], bins["after"])
    return [_heading("calibration"), f'<div class="box"><figure>{plot}</figure></div>', _legend()]


def _legend() -> str:
    said = words()
    return (
        f'<p class="legend"><span class="dot before"></span>{escape(said["before"])}'
        f'<span class="dot after"></span>{escape(said["after"])}</p>'
    )


def _differences(name: str, found: Sequence[Mapping[str, str]] | None) -> list[str]:
    if found is None:
        return []
    said = words()
    if not found:
        return [_heading(name), f'<p class="soft">{escape(said["none"])}</p>']
    rows = [
        f"<tr><td>{escape(each['text'])}</td><td>{escape(each['before'])}</td>"
        f"<td>{escape(each['after'])}</td></tr>"
        for each in found[:_SHOWN]
    ]
    head = f"<tr><th></th><th>{escape(said['before'])}</th><th>{escape(said['after'])}</th></tr>"
    table = f'<div class="box"><table>{head}{"".join(rows)}</table></div>'
    rest = len(found) - len(rows)
    more = [f'<p class="soft">{escape(said["more"].format(count=rest))}</p>'] if rest > 0 else []
    return [_heading(name), table, *more]


def _stories(stories: Mapping[str, Any] | None) -> list[str]:
    wrong = [(n, why) for n, why in ((stories or {}).get("after") or {}).items() if why]
    if not wrong:
        return []
    rows = [
        f"<tr><td>{escape(name)}</td><td>{escape(' '.join(why))}</td></tr>" for name, why in wrong
    ]
    return [_heading("stories"), f'<div class="box"><table>{"".join(rows)}</table></div>']


def _set_aside(counts: Mapping[str, int]) -> list[str]:
    said = words()["lines"]["set_aside"]
    rows = [
        f'<tr><td class="figure">{count}</td><td>{escape(said[name])}</td></tr>'
        for name, count in counts.items()
        if name in said and count
    ]
    if not rows:
        return []
    return [_heading("set_aside"), f'<div class="box"><table>{"".join(rows)}</table></div>']
