"""Where models lie: a folder for each training run, a link `current` to the one in use, and a log.

Every kind of model (`nlu`, `recommender`) has a shelf of this shape under HOME/models. Whoever
serves looks at the link again and again, so that a promoted model is taken up without a restart.

A promotion is first written down as a whole, then carried out. One that was broken off anywhere
leaves the model in use that was before, or the new one, and is finished by whoever comes next.
"""

import fcntl
import json
import os
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from common.errors import ShopkeeperError
from common.trials import is_on_trial

CURRENT, CARD, LOG, TRIAL = "current", "card.json", "promotions.jsonl", "trial.json"
# What is about to be done, and who does it.
_UNDER_WAY, _LOCK = ".promotion.json", ".lock"


class UnknownModel(ShopkeeperError):
    """There is no such model on the shelf, or none to go back to; the detail says which are."""

    code = "unknown_model"
    status = 404


@dataclass(frozen=True)
class StoredModel:
    """A model as its card tells of it.

    Attributes:
        in_use: whether `current` leads here.
    """

    folder: Path
    card: Mapping[str, Any]
    in_use: bool


@dataclass(frozen=True)
class Trial:
    """A model that answers some of the shoppers, beside the one in use.

    Attributes:
        model: its name.
        share: of the shoppers, 0 to 1.
        since: when it began.
    """

    model: str
    share: float
    since: datetime

    def takes(self, shopper: str) -> bool:
        """Whether this shopper is answered by the model on trial, for as long as it lasts."""
        name = f"{self.model} {self.since.isoformat()}"
        return is_on_trial(shopper, trial=name, share=self.share)


def new_folder(shelf: Path) -> Path:
    """A folder for the next run, named by the time."""
    return shelf / datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")


def current_model(shelf: Path) -> Path | None:
    """The folder in use; None where none was promoted. It may be gone: whoever loads it says so."""
    link = shelf / CURRENT
    return link.resolve() if link.is_symlink() or link.exists() else None


def stored_models(shelf: Path) -> Iterator[StoredModel]:
    """The models on a shelf, the oldest first. A folder without a readable card is none."""
    current = current_model(shelf)
    for card in sorted(shelf.glob(f"*/{CARD}")):
        if card.parent.is_symlink():
            continue
        try:
            told = json.loads(card.read_text())
        except (OSError, ValueError):
            continue
        yield StoredModel(card.parent, told, in_use=card.parent.resolve() == current)


def find_model(shelf: Path, name: str) -> Path:
    """The folder of a model by its name.

    Raises:
        UnknownModel: there is none.
    """
    known = [stored.folder.name for stored in stored_models(shelf)]
    if name not in known:
        there = f"There are: {', '.join(known)}." if known else "None has been trained yet."
        raise UnknownModel(f"There is no model {name!r} in {shelf}. {there}")
    return shelf / name


def promote(folder: Path, *, facts: Mapping[str, Any] | None = None) -> None:
    """Put a model into use; whoever reads meanwhile sees the old one or this.

    Args:
        folder: the model's.
        facts: for the log: who did it, and why it was allowed.
    """
    shelf = folder.parent
    with _alone(shelf):
        done = _finish(shelf)
        if done and done["model"] == folder.name and not done["back"]:
            return
        _begin(shelf, folder.name, back=False, facts=facts)
        _finish(shelf)


def roll_back(shelf: Path, *, facts: Mapping[str, Any] | None = None) -> Path | None:
    """Put the model into use that was in use before; None where that was what ships, or none.

    Raises:
        UnknownModel: none is in use.
    """
    with _alone(shelf):
        done = _finish(shelf)
        if done and done["back"]:
            return shelf / done["model"] if done["model"] else None
        current = current_model(shelf)
        if current is None:
            raise UnknownModel(
                f"No model of {shelf} is in use, so there is nothing to go back from."
            )
        before = _before(shelf, current.name)
        _begin(shelf, before, back=True, facts=facts)
        _finish(shelf)
    return shelf / before if before else None


def finish(shelf: Path) -> None:
    """Carry out what was broken off, if anything was."""
    if (shelf / _UNDER_WAY).exists():
        with _alone(shelf):
            _finish(shelf)


def read_log(shelf: Path) -> list[dict[str, Any]]:
    """Every promotion and every way back, the oldest first: {at, model, back} and further facts.

    A model of None is what ships.
    """
    log = shelf / LOG
    steps = []
    for line in log.read_text().splitlines() if log.is_file() else ():
        try:
            step = json.loads(line)
        except ValueError:
            # An older version could be cut off in the middle of a line.
            continue
        if isinstance(step, dict) and {"model", "back"} <= step.keys():
            steps.append(step)
    return steps


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    """Two at once would each go back from what the other has just put there."""
    shelf.mkdir(parents=True, exist_ok=True)
    with (shelf / _LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _begin(shelf: Path, name: str | None, *, back: bool, facts: Mapping[str, Any] | None) -> None:
    current = current_model(shelf)
    step = {
        **(facts or {}),
        "id": uuid.uuid4().hex,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "model": name,
        "before": current.name if current else None,
        "back": back,
    }
    _write_whole(shelf / _UNDER_WAY, json.dumps(step) + "\n")


def _finish(shelf: Path) -> dict[str, Any] | None:
    """Carry out what is written down, and return it; each part may be done twice."""
    plan = shelf / _UNDER_WAY
    if not plan.exists():
        return None
    step: dict[str, Any] = json.loads(plan.read_text())
    if step["model"] is None:
        (shelf / CURRENT).unlink(missing_ok=True)
    else:
        _point(shelf / step["model"])
    steps = read_log(shelf)
    if all(each.get("id") != step["id"] for each in steps):
        _write_whole(shelf / LOG, "".join(json.dumps(each) + "\n" for each in [*steps, step]))
    plan.unlink()
    return step


def _write_whole(file: Path, content: str) -> None:
    """Readers, and a machine that loses its power, have the old content or the new one."""
    draft = file.with_name(f".{file.name.lstrip('.')}.{os.getpid()}")
    with draft.open("w") as opened:
        opened.write(content)
        opened.flush()
        os.fsync(opened.fileno())
    draft.replace(file)


def _point(folder: Path) -> None:
    link = folder.parent / CURRENT
    draft = folder.parent / f".{CURRENT}.{os.getpid()}"
    draft.unlink(missing_ok=True)
    draft.symlink_to(folder.name, target_is_directory=True)
    draft.replace(link)


def _before(shelf: Path, name: str) -> str | None:
    """What was in use before this: by the log, else the newest model that is older."""
    there = {stored.folder.name for stored in stored_models(shelf)} - {name}
    promoted = _promoted(shelf)
    if promoted and promoted[-1] == name:
        return next((each for each in reversed(promoted) if each in there), None)
    return max((each for each in there if each < name), default=None)


def _promoted(shelf: Path) -> list[str]:
    """The models that were promoted and not gone back from, the last one last."""
    promoted: list[str] = []
    for step in read_log(shelf):
        if not step["back"]:
            # What was put there by hand was in use all the same.
            before = step.get("before")
            promoted += [before] if before and promoted[-1:] != [before] else []
            promoted.append(step["model"])
            continue
        while promoted and promoted[-1] != step["model"]:
            promoted.pop()
    return promoted


def start_trial(folder: Path, *, share: float) -> Trial:
    """Let a model answer this share of the shoppers from now on; a trial before it ends."""
    trial = Trial(folder.name, share, datetime.now(UTC))
    told = {"model": trial.model, "share": share, "since": trial.since.isoformat()}
    draft = folder.parent / f".{TRIAL}.{os.getpid()}"
    draft.write_text(json.dumps(told) + "\n")
    draft.replace(folder.parent / TRIAL)
    return trial


def current_trial(shelf: Path) -> Trial | None:
    """The trial under way; None where there is none, or what is there cannot be read."""
    try:
        told = json.loads((shelf / TRIAL).read_text())
        return Trial(told["model"], float(told["share"]), datetime.fromisoformat(told["since"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def end_trial(shelf: Path) -> None:
    """Let the model in use answer everybody again.

    Raises:
        UnknownModel: no trial is under way.
    """
    if current_trial(shelf) is None:
        raise UnknownModel(f"No trial is under way in {shelf}.")
    (shelf / TRIAL).unlink()
