"""Vectors of texts: what makes them, what compares them, and where they are kept on disk."""

import sqlite3
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from recommender.lexical import Floats, Mask

_AT_ONCE = 500


class Nearest(NamedTuple):
    """The k nearest rows to each direction, the nearest first: [m, k] each."""

    rows: NDArray[np.int64]
    scores: Floats


class Vectors(Protocol):
    """The products' embeddings, of length 1, on whatever device they lie."""

    def similar(self, directions: Floats, *, among: Mask | None = None) -> Floats:
        """Dot products of every product with each direction: float32 [n, m] for [m, d].

        Of very many products only the nearest of `among` (bool [n]) need be exact.
        """

    def nearest(self, directions: Floats, k: int, *, among: Mask | None = None) -> Nearest:
        """The k products nearest to each direction [m, d], of `among` (bool [n])."""

    def rows(self, at: NDArray[np.intp]) -> Floats:
        """The embeddings of the products at these rows: float32 [len(at), d]."""


class Encoder(Protocol):
    """Makes vectors of length 1. `name` changes whenever the vectors of a text would."""

    name: str
    dimension: int

    def encode_query(self, text: str) -> Floats:
        """The vector of what a shopper says: float32 [d]."""

    def encode_texts(self, texts: list[str]) -> Floats:
        """The vectors of products' texts: float32 [n, d]."""

    def place(self, matrix: Floats) -> Vectors:
        """Lay products' vectors [n, d] where they are compared."""


class VectorRows:
    """The vectors of a shelf's goods by row, in one matrix that grows in place.

    A reader may hold an older view of it: a row changes only while no shelf that is in use calls
    it encoded, or when the product's text did.

    Attributes:
        encoded: for which rows there is a vector: bool [n].
    """

    def __init__(self, dimension: int) -> None:
        self.encoded = np.zeros(0, dtype=bool)
        self._matrix = np.zeros((0, dimension), dtype=np.float32)
        # A row that holds the vector of a text: variants often share theirs.
        self._row_of: dict[str, int] = {}

    @property
    def matrix(self) -> Floats:
        """All rows, those without a vector zero: float32 [n, d]."""
        return self._matrix[: len(self.encoded)]

    def grow(self, length: int) -> None:
        """Make room for rows at the end."""
        if length > len(self._matrix):
            larger = np.zeros((length + length // 4, self._matrix.shape[1]), dtype=np.float32)
            larger[: len(self._matrix)] = self._matrix
            self._matrix = larger
        encoded = np.zeros(length, dtype=bool)
        encoded[: len(self.encoded)] = self.encoded
        self.encoded = encoded

    def forget(self, row: int, text_hash: str) -> None:
        """The text of this row is another one now."""
        if self._row_of.get(text_hash) == row:
            del self._row_of[text_hash]
        self.encoded[row] = False
        self._matrix[row] = 0.0

    def put(self, row: int, text_hash: str, vector: Floats) -> None:
        """The vector of this row's text."""
        self._matrix[row] = vector
        self.encoded[row] = True
        self._row_of[text_hash] = row

    def of_text(self, text_hash: str) -> Floats | None:
        """The vector of a text that some row has."""
        row = self._row_of.get(text_hash)
        return None if row is None else self._matrix[row]


class VectorFile:
    """Vectors by the encoder's name and the text's hash, in one SQLite file.

    Each text is encoded once in its life. Half precision is enough for a cosine (an error under
    .001) and halves the file.
    """

    def __init__(self, path: Path, *, encoder: str, dimension: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._encoder = encoder
        self._dimension = dimension
        self._file = sqlite3.connect(path, timeout=10, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("PRAGMA synchronous=NORMAL")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS vectors (encoder TEXT, text_hash TEXT, vector BLOB, "
            "PRIMARY KEY (encoder, text_hash)) WITHOUT ROWID"
        )

    def read(self, hashes: Iterable[str]) -> dict[str, Floats]:
        """The vectors that are there, float32 [d], by text hash."""
        wanted = sorted(set(hashes))
        found: dict[str, Floats] = {}
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            # Question marks alone go into the text; the values are bound.
            marks = ",".join("?" * len(some))
            query = f"SELECT text_hash, vector FROM vectors WHERE encoder = ? AND text_hash IN ({marks})"  # noqa: E501, S608
            rows = self._file.execute(query, (self._encoder, *some))
            for text_hash, blob in rows:
                vector = np.frombuffer(blob, dtype=np.float16)
                if len(vector) == self._dimension:
                    found[text_hash] = vector.astype(np.float32)
        return found

    def write(self, vectors: Mapping[str, Floats]) -> None:
        """Keep these; whole or not at all."""
        with self._file:
            self._file.executemany(
                "INSERT OR REPLACE INTO vectors VALUES (?, ?, ?)",
                [
                    (self._encoder, text_hash, vector.astype(np.float16).tobytes())
                    for text_hash, vector in vectors.items()
                ],
            )

    def prune(self, keep: Iterable[str]) -> None:
        """Forget texts that no product has any more, once they are the greater part."""
        kept = set(keep)
        stored = list(self._file.execute("SELECT encoder, text_hash FROM vectors"))
        if len(stored) > 4 * len(kept) + 10_000:
            with self._file:
                # By the whole key: by the hash alone, each deletion would read the whole file.
                self._file.executemany(
                    "DELETE FROM vectors WHERE encoder = ? AND text_hash = ?",
                    [key for key in stored if key[1] not in kept],
                )

    def close(self) -> None:
        """Give the file back."""
        self._file.close()
