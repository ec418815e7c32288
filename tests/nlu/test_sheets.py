from pathlib import Path

import pytest

from nlu.dataset import Example
from nlu.errors import DatasetError
from nlu.sheets import read_sheet
from nlu.sources import read_examples


def test_the_text_and_label_columns_are_found_by_their_names(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_text('id,Sentence,Label\n1,"hi, there",GREET\n2,bye,BYE\n')
    assert read_sheet(file) == [Example("hi, there", "GREET"), Example("bye", "BYE")]


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("words,label\nhi,a\n", "text or sentence or utterance"),
        ("text,kind\nhi,a\n", "label or intent or category"),
        ("text,label\nhi,a\n,b\n", "line 3"),
        ("text,label\n", "no rows"),
        ("", "none"),
    ],
)
def test_a_wrong_sheet_is_refused_with_the_cure(
    tmp_path: Path, content: str, complaint: str
) -> None:
    file = tmp_path / "rows.csv"
    file.write_text(content)
    with pytest.raises(DatasetError) as error:
        read_examples(file)
    assert complaint in error.value.detail


def test_a_binary_file_is_no_sheet(tmp_path: Path) -> None:
    file = tmp_path / "rows.csv"
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(DatasetError, match="cannot be read"):
        read_examples(file)


def test_an_absent_source_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="not there"):
        read_examples(tmp_path / "nothing.csv")
