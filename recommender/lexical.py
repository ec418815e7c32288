"""Search by words: BM25F over the catalogue, and which products hold a phrase.

bm25s was tried: it scores one flat text, where a word in a title must count more than one in a
description, and it holds no positions for phrases.
"""

from collections.abc import Container, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from recommender.goods import Good

# Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework". Titles are short, so
# length says little here: b is low.
K1 = 1.2
B = 0.4
# A word of a query that no product has is read as the nearest one that some product has.
_TYPO_LENGTH = 5
_TYPO_LIKENESS = 84

Floats = NDArray[np.float32]
Mask = NDArray[np.bool_]


class LexicalIndex:
    """An inverted index over a fixed sequence of goods; rows are their positions."""

    def __init__(self, goods: Sequence[Good], *, stop: Container[str] = ()) -> None:
        self._goods = goods
        self._stop = stop
        rows: dict[str, list[int]] = {}
        counts: dict[str, list[float]] = {}
        for row, good in enumerate(goods):
            for term, count in good.terms.items():
                rows.setdefault(term, []).append(row)
                counts.setdefault(term, []).append(count)
        lengths = np.array([good.length for good in goods], dtype=np.float32)
        usual = float(lengths.mean()) if goods else 1.0
        slack = (K1 * (1 - B + B * lengths / (usual or 1.0))).astype(np.float32)
        self._rows: dict[str, NDArray[np.int32]] = {}
        self._scores: dict[str, Floats] = {}
        self._rarity: dict[str, float] = {}
        for term, places in rows.items():
            at = np.array(places, dtype=np.int32)
            found = np.array(counts[term], dtype=np.float32)
            rarity = float(np.log1p((len(goods) - len(at) + 0.5) / (len(at) + 0.5)))
            self._rows[term] = at
            self._rarity[term] = rarity
            self._scores[term] = (rarity * found / (found + slack[at])).astype(np.float32)
        self._vocabulary = [term for term in self._rows if len(term) >= _TYPO_LENGTH]
        self._corrected: dict[str, str | None] = {}

    def known_term(self, term: str) -> str | None:
        """The term itself where some product has it, else the nearest spelling that one has."""
        if term in self._rows:
            return term
        if len(term) < _TYPO_LENGTH or not term.isalpha():
            return None
        if term not in self._corrected:
            nearest = process.extractOne(
                term, self._vocabulary, scorer=fuzz.ratio, score_cutoff=_TYPO_LIKENESS
            )
            if len(self._corrected) > 10_000:
                self._corrected.clear()
            self._corrected[term] = nearest[0] if nearest else None
        return self._corrected[term]

    def score(self, weights: Mapping[str, float]) -> Floats:
        """How well each product matches the weighted terms: 0, no word, towards 1, all of them.

        The share of the words found, each by its rarity, so that scores of different queries
        compare. Words that no product has are left out.

        Returns:
            One score a product, float32 [n].
        """
        scores = np.zeros(len(self._goods), dtype=np.float32)
        best = 0.0
        for term, weight in weights.items():
            if (known := self.known_term(term)) is not None:
                scores[self._rows[known]] += weight * self._scores[known]
                best += weight * self._rarity[known]
        return (scores / best).astype(np.float32) if best else scores

    def holding(self, phrase: str, *, title_only: bool = False) -> Mask:
        """Which products hold these words side by side, anywhere in their text or in the title.

        Args:
            phrase: in the lexicon's common form.
            title_only: look nowhere but in the title.

        Returns:
            bool [n].
        """
        held = np.zeros(len(self._goods), dtype=bool)
        sought = f" {phrase} "
        for row in self._rows_with_all(phrase.split()):
            good = self._goods[row]
            held[row] = sought in f" {good.title_key if title_only else good.text_key} "
        return held

    def _rows_with_all(self, words: Sequence[str]) -> Iterable[int]:
        # Stop words are not indexed: only the text itself tells of them.
        indexed = [word for word in words if word in self._rows]
        if any(word not in self._rows and word not in self._stop for word in words):
            return ()
        if not indexed:
            return range(len(self._goods)) if words else ()
        found = self._rows[min(indexed, key=lambda word: len(self._rows[word]))]
        for word in indexed:
            found = np.intersect1d(found, self._rows[word], assume_unique=True)
        return [int(row) for row in found]
