"""Finds the FAQ entry that answers a question, or says that none does."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.tables.catalog import FaqEntry
from nlu.phrases import fold
from nlu.wire import FaqHit, FaqSearch

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

# How much counts: the nearest way of asking, the entry as a whole with its answer, and how many of
# the telling words the entry knows ("klarna"). Chosen on nlu_data/faq/validation.yml.
_WAY, _WHOLE, _KNOWN = 0.6, 0.3, 0.1
# An answer must be this near. Of the questions of that file that no entry answers, all of them
# about shopping, it lets 1 in 10 pass; benchmarks/faq.py prints the trade.
ANSWERABLE = 0.487
_COMMON_WORDS = (
    "a an and any are be can do does for from have how i in is it me my of on or our that the "
    "there this to u we what whats when where which who why will with you your"
)
_STOP = frozenset(_COMMON_WORDS.split())
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class FaqIndex:
    """Entries with a row of `ways` for each way of asking.

    Attributes:
        owners: the entry that each way of asking belongs to.
        ways: unit vectors of the questions and their examples.
        wholes: unit vectors of each entry's question with its answer.
        words: the telling words of each entry, answer included.
    """

    entries: list[FaqEntry]
    owners: NDArray[np.int64]
    ways: Vectors
    wholes: Vectors
    words: list[frozenset[str]]

    def search(self, text: str, *, k: int, embed: Embed) -> FaqSearch:
        """The k nearest entries, best first; answerable if the first is near enough."""
        if not self.entries or not text.strip():
            return FaqSearch()
        scores = self._score(text, embed([text])[0])
        hits = [
            FaqHit(
                id=entry.id,
                question=entry.question,
                answer=entry.answer,
                score=round(float(scores[n]), 4),
            )
            for n in scores.argsort()[::-1][:k]
            for entry in (self.entries[n],)
        ]
        return FaqSearch(entries=hits, answerable=hits[0].score >= ANSWERABLE)

    def _score(self, text: str, vector: Vectors) -> NDArray[np.float64]:
        """How well each entry fits, 0 to 1."""
        nearest = np.zeros(len(self.entries))
        np.maximum.at(nearest, self.owners, self.ways @ vector)
        asked = words_of(text)
        weights = {word: self._weight(word) for word in asked}
        total = sum(weights.values()) or 1.0
        known = [sum(weights[word] for word in asked & words) / total for words in self.words]
        whole = np.clip(self.wholes @ vector, 0, 1)
        return np.asarray(_WAY * nearest + _WHOLE * whole + _KNOWN * np.array(known))

    def _weight(self, word: str) -> float:
        """What a word tells: the more, the fewer entries have it."""
        bearers = sum(word in words for words in self.words)
        return math.log((len(self.words) + 1) / (bearers + 0.5))


def words_of(text: str) -> frozenset[str]:
    """The telling words of a question, folded."""
    return frozenset(word for word in _WORD.findall(fold(text)) if word not in _STOP)


def build_index(entries: Sequence[FaqEntry], *, embed: Embed) -> FaqIndex:
    """An index over every question, every example of it, and every answer."""
    ways = [
        (number, way)
        for number, entry in enumerate(entries)
        for way in dict.fromkeys([entry.question, *(entry.examples or [])])
        if way.strip()
    ]
    texts = [" ".join([e.question, *(e.examples or []), e.answer]) for e in entries]
    return FaqIndex(
        entries=list(entries),
        owners=np.array([number for number, _ in ways], dtype=np.int64),
        ways=embed([way for _, way in ways]),
        wholes=embed([f"{entry.question} {entry.answer}" for entry in entries]),
        words=[words_of(text) for text in texts],
    )
