"""Search by words: BM25F over the catalogue, and which products hold a phrase.

bm25s was tried: it scores one flat text, where a word in a title must count more than one in a
description, and it holds no positions for phrases.
"""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from common.courtesy import Pace
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
        self._rows: dict[str, NDArray[np.int32]] = {}
        self._counts: dict[str, Floats] = {}
        self._lengths = np.zeros(0, dtype=np.float32)
        self._take(range(len(goods)), before=())

    def following(
        self, goods: Sequence[Good], *, changed: Sequence[int], pace: Pace[Any] = iter
    ) -> "LexicalIndex":
        """The index of the same goods after those at some rows changed, or came in at the end.

        It shares with this one whatever stayed as it was: to read 100,000 products anew takes
        seconds, in which nobody else in the process gets far.
        """
        new = LexicalIndex((), stop=self._stop)
        new._goods = goods
        new._rows, new._counts = dict(self._rows), dict(self._counts)
        new._lengths = self._lengths
        new._take(changed, before=self._goods, pace=pace)
        return new

    def _take(
        self, changed: Sequence[int], *, before: Sequence[Good], pace: Pace[Any] = iter
    ) -> None:
        """Replace what the index says of these rows."""
        lengths = np.zeros(len(self._goods), dtype=np.float32)
        lengths[: len(self._lengths)] = self._lengths
        rows: defaultdict[str, list[int]] = defaultdict(list)
        counts: defaultdict[str, list[float]] = defaultdict(list)
        gone: defaultdict[str, list[int]] = defaultdict(list)
        for row in pace(changed):
            good = self._goods[row]
            if row < len(before):
                if before[row].terms == good.terms:
                    continue  # Most changes are of price and stock.
                for term in before[row].terms:
                    gone[term].append(row)
            lengths[row] = good.length
            for term, count in good.terms.items():
                rows[term].append(row)
                counts[term].append(count)
        for term, stale in pace(gone.items()):
            stays = ~np.isin(self._rows[term], stale)
            self._rows[term], self._counts[term] = (
                self._rows[term][stays],
                self._counts[term][stays],
            )
        for term, places in pace(rows.items()):
            at, found = np.array(places, dtype=np.int32), np.array(counts[term], dtype=np.float32)
            if term in self._rows:
                at = np.concatenate([self._rows[term], at])
                found = np.concatenate([self._counts[term], found])
            self._rows[term], self._counts[term] = at, found
        for term in gone:
            if not len(self._rows[term]):
                del self._rows[term], self._counts[term]
        self._lengths = lengths
        usual = float(lengths.mean()) if len(lengths) else 1.0
        self._slack = (K1 * (1 - B + B * lengths / (usual or 1.0))).astype(np.float32)
        self._vocabulary = [term for term in self._rows if len(term) >= _TYPO_LENGTH]
        self._corrected: dict[str, str | None] = {}
        # By term, once somebody has asked for it: rarity, and the score of each of its rows.
        self._scores: dict[str, tuple[float, Floats]] = {}

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

    def score(
        self, weights: Mapping[str, float], hints: Sequence[tuple[float, Sequence[str]]] = ()
    ) -> Floats:
        """How well each product matches the weighted terms: 0, no word, towards 1, all of them.

        The share of the words found, each by its rarity, so that scores of different queries
        compare. Words that no product has are left out.

        Args:
            weights: of the terms to find.
            hints: terms of which any is as good as all, with the weight of finding one.

        Returns:
            One score a product, float32 [n].
        """
        scores = np.zeros(len(self._goods), dtype=np.float32)
        best = 0.0
        for term, weight in weights.items():
            if (known := self.known_term(term)) is not None:
                rarity, found = self._score_of(known)
                scores[self._rows[known]] += weight * found
                best += weight * rarity
        for weight, terms in hints:
            highest, most = np.zeros_like(scores), 0.0
            # (Nobody misspelt a hint.)
            for known in {term for term in terms if term in self._rows}:
                rarity, found = self._score_of(known)
                np.maximum.at(highest, self._rows[known], found)
                most = max(most, rarity)
            scores += np.float32(weight) * highest
            best += weight * most
        return (scores / best).astype(np.float32) if best else scores

    def _score_of(self, term: str) -> tuple[float, Floats]:
        if (known := self._scores.get(term)) is None:
            at, found = self._rows[term], self._counts[term]
            rarity = float(np.log1p((len(self._goods) - len(at) + 0.5) / (len(at) + 0.5)))
            known = rarity, (rarity * found / (found + self._slack[at])).astype(np.float32)
            self._scores[term] = known
        return known

    def holding(self, phrase: str, *, title_only: bool = False, among: Mask | None = None) -> Mask:
        """Which products hold these words side by side, anywhere in their text or in the title.

        Args:
            phrase: in the lexicon's common form.
            title_only: look nowhere but in the title.
            among: look at no other products than these.

        Returns:
            bool [n].
        """
        held = np.zeros(len(self._goods), dtype=bool)
        sought = f" {phrase} "
        rows = self._rows_with_all(phrase.split())
        for row in (rows if among is None else rows[among[rows]]).tolist():
            good = self._goods[row]
            held[row] = sought in f" {good.title_key if title_only else good.text_key} "
        return held

    def _rows_with_all(self, words: Sequence[str]) -> NDArray[np.int32]:
        # Stop words are not indexed: only the text itself tells of them.
        indexed = [word for word in words if word in self._rows]
        if any(word not in self._rows and word not in self._stop for word in words):
            return np.zeros(0, dtype=np.int32)
        if not indexed:
            return np.arange(len(self._goods) if words else 0, dtype=np.int32)
        found = self._rows[min(indexed, key=lambda word: len(self._rows[word]))]
        for word in indexed:
            found = np.intersect1d(found, self._rows[word], assume_unique=True)
        return found
