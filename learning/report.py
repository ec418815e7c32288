"""What the gate found of a candidate, as a file for programs and a page for people."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from learning.evidence import Rows, Stories, rows_by_intent
from learning.gate import Verdict
from learning.registry import PAGE, REPORT, acting_person, code_version, content_hash
from learning.replay import EXAMPLES, Replay
from learning.report_page import page
from nlu.exam import calibration_bins


def build(
    folder: Path,
    verdict: Verdict,
    *,
    kind: str,
    beside: str,
    card: Mapping[str, Any],
    headline: Mapping[str, float],
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """What every report says.

    Args:
        folder: the candidate's.
        verdict: of the gate.
        kind: nlu or recommender.
        beside: the name of the model in use.
        card: the candidate's.
        headline: the figures that the registry keeps.
        more: what only this kind has.
    """
    origin = dict(card.get("origin") or {})
    return {
        "kind": kind,
        "model": folder.name,
        "beside": beside,
        "content": content_hash(folder),
        "passed": verdict.passed,
        "checks": [asdict(check) for check in verdict.checks],
        "headline": {name: round(value, 4) for name, value in headline.items()},
        "judged_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "judged_by": acting_person(),
        "code": code_version(),
        "data_hash": card.get("data_hash") or card.get("catalogue", ""),
        "origin": origin,
        "rows": origin.get("rows", {}),
        **(more or {}),
    }


def of_language(
    heldout: Rows, corrected: Rows, *, stories: Stories, replay: Replay
) -> dict[str, Any]:
    """What a language model's report has besides. Texts are masked before they come here."""
    return {
        "figures": dict(zip(("before", "after"), heldout.figures, strict=True)),
        "intents": rows_by_intent(heldout, corrected),
        "calibration": {
            "before": calibration_bins(heldout.examples, heldout.before),
            "after": calibration_bins(heldout.examples, heldout.after),
        },
        "stories": asdict(stories),
        "readings": _texts(replay.differences),
        "readings_count": len(replay.differences),
        "answers": None if replay.answers is None else _texts(replay.answers),
        "answers_missing": replay.missing,
        "turns": replay.turns,
    }


def write(folder: Path, report: Mapping[str, Any]) -> None:
    """Write the report and its page beside the candidate, for the eyes of their owner alone.

    The page first: whoever finds a verdict finds the page as well.
    """
    for name, content in (
        (PAGE, page(report)),
        (REPORT, json.dumps(report, ensure_ascii=False, indent=1) + "\n"),
    ):
        draft = folder / f".{name}.draft"
        draft.touch(mode=0o600)
        draft.write_text(content, encoding="utf-8")
        draft.replace(folder / name)


def _texts(found: Sequence[Any]) -> list[dict[str, Any]]:
    return [asdict(each) for each in found[:EXAMPLES]]
