"""Labelled messages from a CSV file: a text and a label a row, any label set."""

import csv
from collections.abc import Sequence
from pathlib import Path

from nlu.dataset import Example
from nlu.errors import DatasetError

TEXT_COLUMNS = ("text", "sentence", "utterance")
LABEL_COLUMNS = ("label", "intent", "category")


def read_sheet(file: Path) -> list[Example]:
    """Every row of a CSV file with a header.

    The first column named text, sentence or utterance is the message, the first named label,
    intent or category is its label.

    Raises:
        DatasetError: the file cannot be read, lacks a column, or a row has no text or label.
    """
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.DictReader(lines)
            header = reader.fieldnames or []
            text = _find_column(header, TEXT_COLUMNS, file=file)
            label = _find_column(header, LABEL_COLUMNS, file=file)
            rows = [(reader.line_num, row[text], row[label]) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DatasetError(f"{file} cannot be read as CSV: {error}") from error
    examples = []
    for line, said, meant in rows:
        if not (said or "").strip() or not (meant or "").strip():
            raise DatasetError(f"{file.name}, line {line}: {text} or {label} is empty.")
        examples.append(Example(said.strip(), meant.strip()))
    if not examples:
        raise DatasetError(f"{file} has a header and no rows.")
    return examples


def _find_column(header: Sequence[str], names: Sequence[str], *, file: Path) -> str:
    found = next((column for column in header if column.strip().lower() in names), None)
    if found is None:
        raise DatasetError(
            f"{file.name} has the columns {', '.join(header) or 'none'}: "
            f"name one {' or '.join(names)}."
        )
    return found
