"""Rows from files that Rasa reads too."""

from pathlib import Path

import pytest

from nlu.dataset import Span
from nlu.errors import DatasetError
from nlu.sources import read_examples

FILE = """
version: "3.1"
nlu:
- intent: greet
  examples: |
    - hi there
    - good-day - to you
- intent: search_product
  examples: |
    - [red](color) boots
    - boots not [red]{"entity": "color", "role": "exclude"}
    - a hotel in [Berlin](city)
- intent: faq/opening_hours
  examples:
  - text: |
      - when are you open
    metadata: {sentiment: neutral}
- synonym: boots
  examples: |
    - wellies
"""


def write(folder: Path, content: str) -> Path:
    file = folder / "nlu.yml"
    file.write_text(content)
    return file


def test_every_intent_gives_its_rows(tmp_path: Path) -> None:
    rows = read_examples(write(tmp_path, FILE))
    assert [(row.text, row.intent) for row in rows] == [
        ("hi there", "greet"),
        ("good-day - to you", "greet"),
        ("red boots", "search_product"),
        ("boots not red", "search_product"),
        ("a hotel in Berlin", "search_product"),
        ("when are you open", "faq/opening_hours"),
    ]
    assert read_examples(tmp_path) == rows


def test_entities_of_ours_are_kept_and_others_are_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    rows = read_examples(write(tmp_path, FILE))
    assert rows[2].spans == (Span(0, 3, "color"),)
    assert rows[3].spans == (Span(10, 13, "color", "exclude"),)
    assert rows[4].spans is None
    assert "1 rows with other entities" in caplog.text


def test_without_entities_only_intents_are_taught(tmp_path: Path) -> None:
    rows = read_examples(write(tmp_path, "nlu: [{intent: greet, examples: [hi, hello]}]"))
    assert [row.spans for row in rows] == [None, None]


@pytest.mark.parametrize(
    "content",
    ["nlu: 3", "nlu: []", "nlu: [{intent: greet, examples: [7]}]", "nlu: [", "- a list"],
)
def test_a_wrong_file_is_named(tmp_path: Path, content: str) -> None:
    with pytest.raises(DatasetError, match=r"nlu\.yml"):
        read_examples(write(tmp_path, content))
