"""Annotated messages: read from YAML, checked, split, and told apart by a hash."""

import hashlib
import json
import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nlu.errors import DatasetError
from nlu.labels import ENTITIES, ROLES, SENTIMENTS

DATA = Path(__file__).resolve().parents[1] / "nlu_data"

# Rasa's inline annotation: [surface](entity), or [surface]{"entity": ...} with "role" or "value".
_ANNOTATION = re.compile(
    r"\[(?P<surface>[^\[\]]+)\](?:\((?P<entity>[^()]*)\)|(?P<json>\{[^{}]*\}))"
)

# Between the words of an intent's name: signs, or a capital after a small letter.
_NAME_BREAK = re.compile(r"[\W_]+|(?<=[a-z])(?=[A-Z])")
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Span:
    """An entity in a text: `text[start:end]` is its surface.

    Attributes:
        value: what was meant, where the surface is misspelt.
    """

    start: int
    end: int
    entity: str
    role: str = "include"
    value: str | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One message with what it means; None where the source does not say.

    Attributes:
        tells_intent: whether its intent is to be learnt; some rows are there for their mood alone.
    """

    text: str
    intent: str
    sentiment: str | None = None
    spans: tuple[Span, ...] | None = None
    tells_intent: bool = True


def read_annotations(row: str) -> tuple[str, tuple[Span, ...]]:
    """Split a row of Rasa's inline syntax into the plain text and its spans.

    Raises:
        DatasetError: an annotation names an unknown entity or role, or is no JSON.
    """
    parts: list[str] = []
    spans: list[Span] = []
    length = done = 0
    for match in _ANNOTATION.finditer(row):
        plain, surface = row[done : match.start()], match["surface"]
        entity, role, value = _read_label(match)
        start = length + len(plain)
        spans.append(Span(start, start + len(surface), entity, role, value))
        parts += [plain, surface]
        length = start + len(surface)
        done = match.end()
    return "".join([*parts, row[done:]]), tuple(spans)


def _read_label(match: re.Match[str]) -> tuple[str, str, str | None]:
    if match["json"] is None:
        entity, role, value = match["entity"], "include", None
    else:
        try:
            label = json.loads(match["json"])
            entity, role = label["entity"], label.get("role", "include")
            value = label.get("value")
        except (ValueError, KeyError) as error:
            raise DatasetError(f"{match[0]!r} is no annotation: name the entity.") from error
    if entity not in ENTITIES:
        raise DatasetError(f"unknown entity {entity!r} in {match[0]!r}")
    if role not in ROLES:
        raise DatasetError(f"unknown role {role!r} in {match[0]!r}: it is include or exclude")
    if not (value is None or isinstance(value, str | int | float)):
        raise DatasetError(f"{value!r} in {match[0]!r} is no text: a value is what was meant.")
    return entity, role, None if value is None else str(value)


def write_annotations(text: str, spans: Sequence[Span]) -> str:
    """The row that `read_annotations` reads back as this text and these spans."""
    parts: list[str] = []
    done = 0
    for span in sorted(spans, key=lambda s: s.start):
        label = f"({span.entity})"
        rest = {"role": span.role} if span.role != "include" else {}
        rest |= {"value": span.value} if span.value else {}
        if rest:
            label = json.dumps({"entity": span.entity} | rest, ensure_ascii=False)
        parts += [text[done : span.start], f"[{text[span.start : span.end]}]", label]
        done = span.end
    return "".join([*parts, text[done:]])


def read_intents(file: Path = DATA / "intents.yml") -> tuple[str, ...]:
    """The names of all intents, in their order."""
    return tuple(_load_yaml(file))


def read_folder(folder: Path, *, intents: Sequence[str] | None = None) -> list[Example]:
    """Every row of every `<intent>.yml` in a folder, in the order of names and rows.

    Args:
        folder: for instance `nlu_data/train`.
        intents: those that may occur; those of `intents.yml` by default.

    Raises:
        DatasetError: the folder has no rows, or a row is wrong; the file and row are named.
    """
    allowed = read_intents() if intents is None else intents
    examples: list[Example] = []
    for file in sorted(folder.glob("*.yml")):
        examples += read_file(file, intents=allowed)
    if not examples:
        raise DatasetError(f"{folder} holds no rows: it needs one <intent>.yml for each intent.")
    return examples


def read_file(file: Path, *, intents: Sequence[str]) -> list[Example]:
    """The rows of one file.

    Raises:
        DatasetError: the file or one of its rows is wrong.
    """
    content = _load_yaml(file)
    intent, tells_intent = content.pop("intent", None), content.pop("tells_intent", True)
    if intent not in intents:
        raise DatasetError(f"{file.name}: unknown intent {intent!r}; intents.yml lists them all.")
    if unknown := sorted(set(content) - set(SENTIMENTS)):
        raise DatasetError(f"{file.name}: unknown list {unknown[0]!r}; a list is a sentiment.")
    examples = []
    for sentiment, rows in content.items():
        for number, row in enumerate(rows or [], start=1):
            where = f"{file.name}, {sentiment} row {number}"
            if not isinstance(row, str) or not row.strip():
                raise DatasetError(f"{where}: {row!r} is no text; put it in single quotes.")
            try:
                text, spans = read_annotations(row)
            except DatasetError as error:
                raise DatasetError(f"{where}: {error.detail}") from error
            examples.append(Example(text, intent, sentiment, spans, bool(tells_intent)))
    return examples


def _load_yaml(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise DatasetError(f"{file} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{file} must map names to values.")
    return content


def split(
    examples: Sequence[Example], *, share: float, seed: int
) -> tuple[list[Example], list[Example]]:
    """Part of every intent's rows set aside for choosing, the rest for learning.

    Rows that do not tell their intent are all for learning.

    Args:
        share: how much of each intent to set aside; at least one row of an intent with two.

    Returns:
        The rows to learn from, and those set aside.
    """
    rows: defaultdict[str, list[Example]] = defaultdict(list)
    learn = [example for example in examples if not example.tells_intent]
    for example in examples:
        if example.tells_intent:
            rows[example.intent].append(example)
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    aside: list[Example] = []
    for intent in sorted(rows):
        mine = rows[intent]
        rng.shuffle(mine)
        count = max(1, round(len(mine) * share)) if len(mine) > 1 else 0
        aside += mine[:count]
        learn += mine[count:]
    return learn, aside


def spell_names(intents: Iterable[str]) -> list[Example]:
    """The intents' own names as rows: "CHAT_WITH_AGENT" is said as "chat with agent".

    A name without a letter says nothing and is left out.
    """
    words = {intent: _NAME_BREAK.sub(" ", intent).strip().lower() for intent in intents}
    return [Example(said, intent) for intent, said in words.items() if _LETTER.search(said)]


def fingerprint(examples: Iterable[Example]) -> str:
    """A hash of what is learnt: the same rows in any order and any file give the same."""
    rows = sorted(json.dumps(_as_list(example), ensure_ascii=False) for example in examples)
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()


def _as_list(example: Example) -> list[Any]:
    spans = [[s.start, s.end, s.entity, s.role] for s in example.spans or ()]
    known = [example.text, example.intent, example.sentiment, spans]
    return known if example.tells_intent else [*known, "mood"]
