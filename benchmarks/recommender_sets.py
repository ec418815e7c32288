"""The sequence sets that `benchmarks.recommender` measures on, from the folder of real data."""

import csv
import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from common.settings import Settings
from recommender.encoders import load_encoder
from recommender.sequence.texts import embed
from recommender.vectors import VectorFile

REAL = Path(os.environ.get("SHOPKEEPER_DATA", Path(__file__).parents[2] / "shared" / "data"))
FILES = {
    "beauty": "amazon_beauty/Beauty.txt",
    "sports": "amazon_sports/Sports_and_Outdoors.txt",
}


@dataclass(frozen=True)
class SequenceSet:
    """Who bought what in which order.

    Attributes:
        sequences: the items of each shopper, oldest first, as rows of the catalogue.
        texts: what the shop says of each item.
        key: changes with any of it.
    """

    sequences: list[list[int]]
    texts: list[str]
    key: str


def read_set(name: str, *, users: int | None = None) -> SequenceSet:
    """One set of `FILES`, or the first so many shoppers of it."""
    file = REAL / "recommender" / FILES[name]
    lines = file.read_text().splitlines()[:users]
    # Items are numbered from 1 in the file, rows of the catalogue from 0.
    sequences = [[int(item) - 1 for item in line.split()[1:]] for line in lines]
    with (file.parent / "items.tsv").open(encoding="utf-8", newline="") as rows:
        texts = [_text(row) for row in csv.DictReader(rows, delimiter="\t", quoting=3)]
    items = 1 + max(max(sequence) for sequence in sequences)
    if items > len(texts):
        raise ValueError(f"{file} names items that items.tsv does not have.")
    if users:
        # Items are numbered as they first occur: those of the first shoppers come first.
        texts = texts[:items]
    digest = hashlib.sha256("\n".join([*lines, *texts]).encode())
    return SequenceSet(sequences, texts, digest.hexdigest()[:16])


def _text(row: dict[str, str]) -> str:
    parts = row.get("attributes", "").split("|")
    said = row.get("title") or row["short_text"]
    return ". ".join(part for part in (said, *parts) if part and part != "Unknown")


def encode(texts: list[str], *, file: Path) -> NDArray[np.float32]:
    """The texts' vectors [n, d] by the encoder that serves; each is made once, kept in `file`."""
    encoder = load_encoder(Settings(home=file.parent))
    kept = VectorFile(file, encoder=encoder.name, dimension=encoder.dimension)
    vectors = embed(texts, encoder=encoder, kept=kept)
    kept.close()
    return vectors
