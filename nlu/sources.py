"""Rows from wherever they lie: YAML of ours or of Rasa, a file or a folder, or a CSV file."""

from pathlib import Path

from nlu.dataset import Example, read_file, read_folder, read_intents
from nlu.errors import DatasetError
from nlu.rasa_yaml import is_rasa, read_rasa
from nlu.sheets import read_sheet


def read_examples(source: Path) -> list[Example]:
    """Every row of a folder of `<intent>.yml`, of one such file, of Rasa's YAML, or of a CSV file.

    Raises:
        DatasetError: there is no such thing, or a row is wrong.
    """
    if source.is_dir():
        files = sorted([*source.glob("*.yml"), *source.glob("*.yaml")])
        if any(is_rasa(file) for file in files[:1]):
            return [row for file in files for row in read_rasa(file)]
        return read_folder(source)
    if not source.is_file():
        raise DatasetError(
            f"{source} is not there: name a CSV file, Rasa's YAML or a folder of <intent>.yml."
        )
    if source.suffix.lower() in (".yml", ".yaml"):
        if is_rasa(source):
            return read_rasa(source)
        return read_file(source, intents=read_intents())
    return read_sheet(source)
