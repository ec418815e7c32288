"""Which model serves, since when, who decided it and on what grounds.

The shelf's log is the registry: an entry for each promotion and each way back. What a model was
made of is on its card, what the gate found of it in its report.
"""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from common.errors import BadRequest, Conflict
from common.model_shelf import (
    CARD,
    Trial,
    current_model,
    current_trial,
    end_trial,
    find_model,
    finish,
    promote,
    read_log,
    roll_back,
    start_trial,
)

Kind = Literal["nlu", "recommender"]

REPORT, PAGE = "report.json", "report.html"
# What ships has no folder on the shelf.
SHIPPED = "shipped"
_ROOT = Path(__file__).resolve().parents[1]
# Beside the model; nothing of it decides what the model answers.
_NOT_THE_MODEL = frozenset({REPORT, PAGE, "set_aside.jsonl"})


class NotPassed(Conflict):
    """The gate has not let this model pass; the detail says what to do."""

    code = "not_passed"


@dataclass(frozen=True, slots=True)
class Entry:
    """One promotion, or one way back.

    Attributes:
        model: its name; None is what ships.
        by: who did it.
        passed: whether the gate had let it pass; None where it was not asked.
        reason: why it was put into use all the same.
        data_hash, code: what the model was made of, and by which version of the code.
        metrics: from its report.
    """

    at: datetime
    model: str | None
    back: bool
    by: str = ""
    passed: bool | None = None
    reason: str = ""
    data_hash: str = ""
    code: str = ""
    metrics: Mapping[str, float] = field(default_factory=dict)


def put_into_use(
    shelf: Path, name: str, *, by: str, anyway: str | None = None, served: str | None = None
) -> None:
    """Promote a model that has passed the gate beside the one that serves now; ends its trial.

    Args:
        shelf: HOME/models/nlu or HOME/models/recommender.
        name: the model's.
        by: who promotes, for the registry.
        anyway: why it is to serve whatever the gate says; noted.
        served: the name that the report gives the model in use; worked out by default.

    Raises:
        UnknownModel: there is none of this name.
        NotPassed: it has not been judged, not as it is now or not beside the model in use, or
            it was refused.
    """
    finish(shelf)
    folder = find_model(shelf, name)
    report = read_report(folder)
    if not anyway:
        _check_passed(shelf, folder, report, served=served)
    promote(folder, facts=_facts(folder, report, by=by, reason=anyway))
    # From here on it answers everybody. A trial of another model goes on beside it.
    trial = current_trial(shelf)
    if trial and trial.model == name:
        end_trial(shelf)


def try_out(shelf: Path, name: str, *, share: float) -> Trial:
    """Have a model that has passed the gate answer some of the shoppers, beside the one in use.

    Args:
        shelf: HOME/models/nlu or HOME/models/recommender.
        name: the model's.
        share: of the shoppers, above 0 and at most 1.

    Raises:
        UnknownModel: there is none of this name.
        BadRequest: it serves everybody already, or the share is none.
        NotPassed: as with `put_into_use`.
    """
    if not 0 < share <= 1:
        raise BadRequest(f"A share of {share:g} is none: give one above 0 and at most 1.")
    finish(shelf)
    folder = find_model(shelf, name)
    if name == name_in_use(shelf):
        raise BadRequest(f"{name} serves everybody already.")
    _check_passed(shelf, folder, read_report(folder), served=None)
    return start_trial(folder, share=share)


def take_back(shelf: Path, *, by: str) -> Path | None:
    """Put the model into use that was in use before; None where that is what ships.

    Raises:
        UnknownModel: none is in use.
    """
    return roll_back(shelf, facts={"by": by})


def read_registry(shelf: Path) -> list[Entry]:
    """Every step, the oldest first."""
    return [
        Entry(
            at=datetime.fromisoformat(step["at"])
            if "at" in step
            else datetime.min.replace(tzinfo=UTC),
            model=step["model"],
            back=bool(step["back"]),
            by=step.get("by", ""),
            passed=step.get("passed"),
            reason=step.get("reason", ""),
            data_hash=step.get("data_hash", ""),
            code=step.get("code", ""),
            metrics=step.get("metrics", {}),
        )
        for step in read_log(shelf)
    ]


def read_report(folder: Path) -> dict[str, Any] | None:
    """What the gate found of a model; None where it was not asked, or that cannot be read."""
    try:
        report = json.loads((folder / REPORT).read_text())
    except (OSError, ValueError):
        return None
    return report if isinstance(report, dict) else None


def name_in_use(shelf: Path) -> str:
    """The name of the model that serves."""
    current = current_model(shelf)
    return current.name if current else SHIPPED


def content_hash(folder: Path) -> str:
    """A short hash of everything of a model that decides what it answers."""
    digest = hashlib.sha256()
    for file in sorted(each for each in folder.iterdir() if each.is_file()):
        if file.name not in _NOT_THE_MODEL and not file.name.startswith("."):
            digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()[:16]


def acting_person(given: str | None = None) -> str:
    """Who had a command done: the account that a job was asked for by, else the system's user."""
    if given or (asked := os.environ.get("SHOPKEEPER_JOB_BY")):
        return given or f"staff:{asked}"
    if os.environ.get("SHOPKEEPER_JOB"):
        return os.environ.get("SHOPKEEPER_JOB_ORIGIN", "schedule")
    return f"command:{os.environ.get('USER') or os.environ.get('LOGNAME') or os.getuid()}"


@cache
def code_version() -> str:
    """The version of Shopkeeper, and the commit where it runs from a clone."""
    try:
        number = version("shopkeeper")
    except PackageNotFoundError:
        number = "unknown"
    try:
        found = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607 - whichever git there is
            cwd=_ROOT,
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return number
    return f"{number}+{found.stdout.strip()}"


def _check_passed(
    shelf: Path, folder: Path, report: Mapping[str, Any] | None, *, served: str | None
) -> None:
    kind, name = shelf.name, folder.name
    again = f"run `shopkeeper models judge {kind} {name}`"
    if report is None:
        raise NotPassed(f"{name} has not been judged: {again} first.")
    if report.get("content") != content_hash(folder):
        raise NotPassed(f"{name} has changed since it was judged: {again} again.")
    now = served or name_in_use(shelf)
    if report.get("beside") != now:
        raise NotPassed(
            f"{name} was judged beside {report.get('beside')}, and {now} serves now: {again} again."
        )
    if not report.get("passed"):
        refused = [check["name"] for check in report.get("checks", ()) if not check.get("passed")]
        raise NotPassed(
            f"{name} did not pass the gate ({', '.join(refused) or 'no check was made'}): its "
            'report says why. To promote it all the same, give --anyway "a reason".'
        )


def _facts(
    folder: Path, report: Mapping[str, Any] | None, *, by: str, reason: str | None
) -> dict[str, Any]:
    card = json.loads((folder / CARD).read_text())
    origin = card.get("origin", {})
    return {
        "by": by,
        "passed": report.get("passed") if report else None,
        **({"reason": reason} if reason else {}),
        "content": content_hash(folder),
        "data_hash": card.get("data_hash") or card.get("catalogue", ""),
        "code": origin.get("code") or code_version(),
        "metrics": (report or {}).get("headline") or _numbers(card.get("metrics", {})),
    }


def _numbers(metrics: Mapping[str, Any]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if isinstance(value, int | float)}
