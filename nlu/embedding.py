"""Sentence vectors of the plain encoder, without the adapter."""

from collections.abc import Sequence

from tokenizers import Tokenizer

from nlu.engine import Floats, Pooler
from nlu.landmarks import unit_rows
from nlu.words import cut_words


class Embedder:
    """Turns texts into unit vectors. Safe to share between threads."""

    def __init__(self, pooler: Pooler, tokenizer: Tokenizer) -> None:
        self._pooler = pooler
        self._tokenizer = tokenizer

    @property
    def width(self) -> int:
        """The length of a vector."""
        return self._pooler.width

    def embed(self, texts: Sequence[str]) -> Floats:
        """Unit vectors [texts, width]; the zero vector never occurs."""
        words = cut_words(texts, tokenizer=self._tokenizer)
        return unit_rows(self._pooler.pool([each.ids for each in words]))
