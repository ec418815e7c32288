"""What lies on the shelves, as whoever decides about it needs to see it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy.orm import Session

from common.model_shelf import CARD, Trial, current_model, current_trial, stored_models
from learning.registry import PAGE, SHIPPED, Entry, Kind, name_in_use, read_registry, read_report
from learning.trials import Arm, read_arms

KINDS: tuple[Kind, ...] = ("nlu", "recommender")
_SHIPPED_CARD = Path(__file__).resolve().parents[1] / "nlu" / "adapter" / CARD
_NAMED_BY_TIME = "%Y%m%dT%H%M%SZ"


@dataclass(frozen=True, slots=True)
class ShelfModel:
    """A model, or what ships.

    Attributes:
        figures: what its card tells, and of the same what the gate measured since.
        verdict: of the gate; None where it was not asked.
        refused_by: the names of the checks that it did not pass.
        beside: the model it was judged beside.
        stale: another model serves by now than the one it was judged beside.
        by: who had it trained, as the registry names people.
        learnt: how many rows of which kind it was made from.
        page: whether there is a report to read.
    """

    name: str
    trained_at: datetime | None
    in_use: bool
    figures: Mapping[str, float]
    verdict: Literal["passed", "refused"] | None = None
    refused_by: tuple[str, ...] = ()
    beside: str | None = None
    stale: bool = False
    by: str = ""
    code: str = ""
    data_hash: str = ""
    learnt: Mapping[str, int] | None = None
    page: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """All models of a kind, the newest first, and what was decided about them, the latest first.

    Attributes:
        arms: of the trial under way, the model on trial last.
    """

    in_use: str
    models: list[ShelfModel]
    history: list[Entry]
    trial: Trial | None
    arms: list[Arm]


def read_shelf(session: Session, models: Path, kind: Kind) -> Shelf:
    """A shelf as it is now.

    Args:
        models: HOME/models.
    """
    shelf = models / kind
    in_use = name_in_use(shelf)
    found = [_read(stored.folder, stored.card, in_use) for stored in stored_models(shelf)]
    if kind == "nlu":
        found.insert(0, _shipped(in_use))
    trial = current_trial(shelf)
    return Shelf(
        in_use=in_use,
        models=found[::-1],
        history=read_registry(shelf)[::-1],
        trial=trial,
        arms=read_arms(session, kind, trial) if trial else [],
    )


def is_first(shelf: Path) -> bool:
    """Whether there is nothing to go back from."""
    return current_model(shelf) is None


def _read(folder: Path, card: Mapping[str, Any], in_use: str) -> ShelfModel:
    report = read_report(folder) or {}
    origin = _mapping(card.get("origin"))
    checks = report.get("checks") or []
    return ShelfModel(
        name=folder.name,
        trained_at=_time(origin.get("at"), folder.name),
        in_use=folder.name == in_use,
        figures=_numbers(card.get("metrics")) | _numbers(report.get("headline")),
        verdict=("passed" if report.get("passed") else "refused") if report else None,
        refused_by=tuple(str(each.get("name")) for each in checks if not each.get("passed")),
        beside=report.get("beside"),
        stale=bool(report) and report.get("beside") != in_use,
        by=str(origin.get("by", "")),
        code=str(origin.get("code", "")),
        data_hash=str(card.get("data_hash") or card.get("catalogue") or ""),
        learnt={name: int(count) for name, count in _numbers(origin.get("rows")).items()},
        page=(folder / PAGE).is_file(),
    )


def _shipped(in_use: str) -> ShelfModel:
    try:
        card = json.loads(_SHIPPED_CARD.read_text())
    except (OSError, ValueError):
        card = {}
    return ShelfModel(
        name=SHIPPED,
        trained_at=None,
        in_use=in_use == SHIPPED,
        figures=_numbers(card.get("metrics")),
        data_hash=str(card.get("data_hash", "")),
    )


def _time(told: object, name: str) -> datetime | None:
    """When it was made: by its card, else by its name."""
    try:
        return datetime.fromisoformat(str(told))
    except ValueError:
        pass
    try:
        return datetime.strptime(name, _NAMED_BY_TIME).replace(tzinfo=UTC)
    except ValueError:
        return None


def _numbers(given: object) -> dict[str, float]:
    return {
        str(name): float(value)
        for name, value in _mapping(given).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }


def _mapping(given: object) -> Mapping[str, Any]:
    return given if isinstance(given, Mapping) else {}
