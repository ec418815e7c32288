"""Training data as Rasa writes it: intents with their examples, any names."""

import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from nlu.dataset import Example, read_annotations
from nlu.errors import DatasetError

logger = logging.getLogger(__name__)

_ITEM = re.compile(r"^\s*-\s+", re.MULTILINE)
_ANNOTATION = re.compile(r"\[(?P<surface>[^\[\]]+)\](?:\([^()]*\)|\{[^{}]*\})")


def is_rasa(file: Path) -> bool:
    """Whether this YAML file is of Rasa's form."""
    return "nlu" in _load(file)


def read_rasa(file: Path) -> list[Example]:
    """The rows of every intent; lookups, synonyms and patterns are passed over.

    Spans are kept of entities that our model knows. A row that names any other is read for its
    intent alone, and a warning says how many there were.

    Raises:
        DatasetError: the file is no YAML of that form, or has no examples.
    """
    blocks = _load(file).get("nlu")
    if not isinstance(blocks, list):
        raise DatasetError(f"{file}: `nlu` must be a list of intents with their examples.")
    examples, unknown = [], 0
    for block in blocks:
        if not isinstance(block, dict) or "intent" not in block:
            continue
        for row in _rows(block, file):
            try:
                text, spans = read_annotations(row)
                examples.append(Example(text, str(block["intent"]), None, spans))
            except DatasetError:
                unknown += 1
                plain = _ANNOTATION.sub(r"\g<surface>", row)
                examples.append(Example(plain, str(block["intent"])))
    if not examples:
        raise DatasetError(f"{file} holds no examples of any intent.")
    if unknown:
        logger.warning("%s: %d rows with other entities teach their intent alone", file, unknown)
    if not any(example.spans for example in examples):
        return [Example(example.text, example.intent) for example in examples]
    return examples


def _rows(block: dict[str, Any], file: Path) -> Iterator[str]:
    """The texts, written as one block of lines or as a list."""
    written = block.get("examples") or []
    texts = _ITEM.split(written) if isinstance(written, str) else written
    for text in texts:
        said = text.get("text") if isinstance(text, dict) else text
        if not isinstance(said, str):
            raise DatasetError(f"{file.name}, intent {block['intent']}: {said!r} is no text.")
        if said := _ITEM.sub("", said).strip():
            yield said


def _load(file: Path) -> dict[str, Any]:
    try:
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise DatasetError(f"{file} cannot be read as YAML: {error}") from error
    if not isinstance(content, dict):
        raise DatasetError(f"{file} must map names to values.")
    return content
