"""Finds the FAQ entry that answers a question, or says that none does."""

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from db.tables.catalog import FaqEntry
from nlu.phrases import fold
from nlu.wire import FaqHit, FaqSearch

Vectors = NDArray[np.float32]
Embed = Callable[[Sequence[str]], Vectors]

# Meaning counts most; shared rare words ("klarna") settle what the encoder does not know.
_MEANING = 0.75
# An answer must be this near. On the demo shop this answers 73 in 100 of the training questions and
# 1 in 100 of the rows that are out of scope.
ANSWERABLE = 0.5
_COMMON_WORDS = (
    "a an and any are be can do does for from have how i in is it me my of on or our that the "
    "there this to u we what whats when where which who why will with you your"
)
_STOP = frozenset(_COMMON_WORDS.split())
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class FaqIndex:
    """Entries with a row of `vectors` and of `words` for each way of asking.

    Attributes:
        owners: the entry that each way of asking belongs to.
        weights: how much a word tells, by its rarity among the ways of asking.
    """

    entries: list[FaqEntry]
    owners: NDArray[np.int64]
    vectors: Vectors
    words: list[frozenset[str]]
    weights: dict[str, float]

    def search(self, text: str, *, k: int, embed: Embed) -> FaqSearch:
        """The k nearest entries, best first; answerable if the first is near enough."""
        if not self.entries or not text.strip():
            return FaqSearch()
        meaning = self.vectors @ embed([text])[0]
        asked = words_of(text)
        overlap = np.array([self._overlap(asked, words) for words in self.words])
        scores = _MEANING * np.clip(meaning, 0, 1) + (1 - _MEANING) * overlap
        best = np.full(len(self.entries), -1.0)
        np.maximum.at(best, self.owners, scores)
        order = best.argsort()[::-1][:k]
        hits = [
            FaqHit(
                id=entry.id,
                question=entry.question,
                answer=entry.answer,
                score=round(float(best[n]), 4),
            )
            for n in order
            for entry in (self.entries[n],)
        ]
        return FaqSearch(entries=hits, answerable=hits[0].score >= ANSWERABLE)

    def _overlap(self, asked: frozenset[str], words: frozenset[str]) -> float:
        """Weighted share of common words, over those of either (weighted Jaccard)."""
        both, either = asked & words, asked | words
        total = sum(self._weight(word) for word in either)
        return sum(self._weight(word) for word in both) / total if total else 0.0

    def _weight(self, word: str) -> float:
        return self.weights.get(word, 1.0)


def words_of(text: str) -> frozenset[str]:
    """The telling words of a question, folded."""
    return frozenset(word for word in _WORD.findall(fold(text)) if word not in _STOP)


def build_index(entries: Sequence[FaqEntry], *, embed: Embed) -> FaqIndex:
    """An index over every question and every example of it."""
    ways = [
        (number, way)
        for number, entry in enumerate(entries)
        for way in dict.fromkeys([entry.question, *(entry.examples or [])])
        if way.strip()
    ]
    words = [words_of(way) for _, way in ways]
    counts = Counter(word for each in words for word in each)
    return FaqIndex(
        entries=list(entries),
        owners=np.array([number for number, _ in ways], dtype=np.int64),
        vectors=embed([way for _, way in ways]) if ways else np.zeros((0, 1), np.float32),
        words=words,
        weights={word: 1 + math.log(len(ways) / count) for word, count in counts.items()},
    )
