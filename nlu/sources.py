"""Rows from wherever they lie: a folder of YAML, one YAML file, or a CSV file."""

from pathlib import Path

from nlu.dataset import Example, read_file, read_folder, read_intents
from nlu.errors import DatasetError
from nlu.sheets import read_sheet


def read_examples(source: Path) -> list[Example]:
    """Every row of a folder of `<intent>.yml`, of one such file, or of a CSV file.

    Raises:
        DatasetError: there is no such thing, or a row is wrong.
    """
    if source.is_dir():
        return read_folder(source)
    if not source.is_file():
        raise DatasetError(f"{source} is not there: name a CSV file or a folder of <intent>.yml.")
    if source.suffix.lower() in (".yml", ".yaml"):
        return read_file(source, intents=read_intents())
    return read_sheet(source)
