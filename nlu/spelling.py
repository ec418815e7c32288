"""Misspelt words put right before the model reads them, by the noisy channel.

What was meant is the word that maximises how common it is times how easily it turns into what
stands there (Kernighan, Church and Gale 1990, "A Spelling Correction Program Based on a Noisy
Channel Model"). How common it is, the learnt rows say, and the order of the encoder's vocabulary,
which is that of frequency; how likely after the word before it, the pairs of the rows, interpolated
by absolute discounting (Ney, Essen and Kneser 1994, "On structuring probabilistic dependences in
stochastic language modelling"). Names within a sentence, codes and addresses are left alone.
The costs below were chosen on `nlu_data/validation`.
"""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.card import Pair
from nlu.dataset import DATA
from nlu.errors import DatasetError
from nlu.typos import NEIGHBOURS

# Parts of addresses, codes and e-mails are no words.
_WORD = re.compile(r"(?<![\w@#&./'’-])[a-z]{2,}(?![\w@#&/'’-]|\.\w)", re.IGNORECASE)
_LONG = 4
# Natural logarithms. How unlikely one slip is, by its kind; a second one costs its own again.
_SLIP = 4.4
_SWAPPED, _DOUBLED, _LEFT_OUT, _NEIGHBOUR, _OTHER = 0.4, 0.8, 0.7, 1.0, 2.1
# No English word has a letter three times in a row.
_TRIPLED = re.compile(r"(.)\1{2,}")
# How likely a word that nobody knows is meant as it stands.
_UNKNOWN = -20.0
# How much likelier than chance it is that a known word is meant as it stands.
_KNOWN = 1.5
# The same for what is no English word, though the encoder has it whole: "stil", "thes".
_DOUBTED = -2.0
# So many words of the encoder's vocabulary are in no doubt.
_FREQUENT = 12_000
# A word that fewer rows hold, and nobody else, may be a slip itself.
TRUSTED = 3
# What nobody knows and is one easy slip from a word that many times as common is that slip: "teh".
_FAR_COMMONER = 5
_CHEAP = 1.0
# What a name's slips may cost, and how much more those of one that is hardly farther.
_MOST_IN_NAMES = 1.6
_AHEAD = 0.25
# Of a word's likelihood, the share that the learnt rows have to say.
_OWN_SHARE = 0.5

# Taken off each pair's count for the words that have not followed yet; of .5, .75, .9.
_DISCOUNT = 0.9
# Of the words two slips away, the commonest so many are looked at.
_FAR = 80
# Of the readings of a word, so many are looked at, and none this much less likely than the best.
_MOST = 12
_HOPELESS = 10.0
_REMEMBERED = 50_000
# Before it, the encoder's vocabulary holds signs and single letters.
_FIRST_WORD = "the"


class Reading(NamedTuple):
    """A word that may be meant, and the logarithm of how likely."""

    word: str
    score: float


@dataclass(frozen=True, slots=True)
class Common:
    """Words that the rows need not have.

    Attributes:
        words: the most frequent first.
        sure: those of them that are English, or frequent enough to be no piece of anything.
    """

    words: Sequence[str]
    sure: frozenset[str]


@dataclass(frozen=True, slots=True)
class Spelt:
    """A text put right.

    Attributes:
        text: the new text.
        places: for each of its characters the place in the old text it stands for.
    """

    text: str
    places: Sequence[int]

    def locate(self, start: int, end: int) -> tuple[int, int]:
        """Where a stretch of at least one character stood in the old text."""
        return self.places[start], self.places[end - 1] + 1


def count_words(texts: Iterable[str]) -> Counter[str]:
    """How often each word occurs, in lower case."""
    return Counter(word.lower() for text in texts for word in _WORD.findall(text))


def count_pairs(texts: Iterable[str]) -> Counter[Pair]:
    """How often each word follows each other, and begins; in lower case."""
    pairs: Counter[Pair] = Counter()
    for text in texts:
        matches = list(_WORD.finditer(text))
        befores = _befores(text, matches)
        pairs.update((b, m[0].lower()) for b, m in zip(befores, matches, strict=True))
    return pairs


def _befores(text: str, matches: Sequence[re.Match[str]]) -> list[str]:
    """The word right before each; nothing where a sign stands between or none is there."""
    befores = [""] * len(matches)
    for n in range(1, len(matches)):
        last = matches[n - 1]
        if text[last.end() : matches[n].start()].isspace():
            befores[n] = last[0].lower()
    return befores


class Speller:
    """Puts words right. Safe to share between threads."""

    def __init__(
        self,
        own: Mapping[str, int],
        *,
        common: Common,
        pairs: Mapping[Pair, int] | None = None,
        names: Iterable[str] = (),
    ) -> None:
        """Learn which words there are.

        Args:
            own: words of the rows that were learnt from, with how often they occur.
            common: other words.
            pairs: which word follows which in those rows, as `count_pairs`.
            names: of makers; a capital letter within a sentence may stand for one of these only.
        """
        self._names = frozenset(count_words(names))
        self._names_by_first = _by_first(sorted(self._names))
        self._pairs = pairs or {}
        # How often a word is followed, and by how many different ones.
        self._firsts: Counter[str] = Counter()
        self._kinds = Counter(first for first, _ in self._pairs)
        for (first, _), count in self._pairs.items():
            self._firsts[first] += count
        self._scores = _scores(own, common.words)
        frequent = {word for word, count in own.items() if count >= TRUSTED}
        frequent -= _common_slips(own, frequent - common.sure)
        self._trusted = {*common.words, *frequent}
        self._sure = {*common.sure, *frequent}
        self._by_first = _by_first(self._trusted)
        self._found: dict[str, tuple[Reading, ...]] = {}

    def correct(self, text: str) -> Spelt:
        """The text with its misspelt words put right."""
        parts: list[str] = []
        places: list[int] = []
        done = 0
        matches = list(_WORD.finditer(text))
        for match, meant in zip(matches, self._read(text, matches), strict=True):
            word = match[0]
            if meant != word.lower():
                right = _cased(meant, like=word, named=_is_name(match, text))
                parts += [text[done : match.start()], right]
                places += range(done, match.start())
                places += _align(word, right, start=match.start())
                done = match.end()
        return Spelt("".join([*parts, text[done:]]), [*places, *range(done, len(text))])

    def _read(self, text: str, matches: Sequence[re.Match[str]]) -> list[str]:
        """What was meant by each word: the likeliest sequence, each given the one before it."""
        befores = _befores(text, matches)
        best: list[dict[str, tuple[float, str]]] = []
        before = ""
        for match, preceding in zip(matches, befores, strict=True):
            word = match[0].lower()
            if _is_name(match, text):
                readings: tuple[Reading, ...] = (Reading(self._likeliest_name(word), 0.0),)
            else:
                readings = self._readings(word)
            follows = bool(preceding)
            ways: dict[str, tuple[float, str]] = {}
            for reading in readings:
                ways[reading.word] = max(
                    (
                        score + reading.score + self._gain(last if follows else "", reading.word),
                        last,
                    )
                    for last, (score, _) in (best[-1] if best else {"": (0.0, "")}).items()
                )
            best.append(ways)
        meant: list[str] = []
        for ways in reversed(best):
            # The last word is free; of the others each was the best way to the one after it.
            word = before if meant else max(ways, key=lambda word: ways[word][0])
            meant.append(word)
            before = ways[word][1]
        return meant[::-1]

    def _likeliest_name(self, word: str) -> str:
        """The name that is by far the fewest slips away from what nobody knows; else the word."""
        if len(word) < _LONG - 1 or word in self._trusted or word in self._names:
            return word
        near = nearest(
            word,
            self._names_by_first.get(word[0], ()),
            farthest=1 if len(word) <= _LONG else 2,
            most=_MOST_IN_NAMES,
        )
        return near[0] if len(near) == 1 else word

    def _gain(self, before: str, word: str) -> float:
        """How much likelier a word is after another than by itself, as a logarithm."""
        seen = self._firsts[before]
        if not seen:
            return 0.0
        alone = math.exp(self._scores.get(word, _UNKNOWN))
        after = max(self._pairs.get((before, word), 0) - _DISCOUNT, 0.0) / seen
        return math.log(after / alone + _DISCOUNT * self._kinds[before] / seen)

    def _readings(self, word: str) -> tuple[Reading, ...]:
        """What may be meant by a word, with how likely that is, by itself."""
        found = self._found.get(word)
        if found is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            found = self._found[word] = self._find(word)
        return found

    def _find(self, word: str) -> tuple[Reading, ...]:
        score = _UNKNOWN
        if word in self._trusted:
            score = self._scores[word] + (_KNOWN if word in self._sure else _DOUBTED)
        readings = [Reading(word, score)]
        if word[-1] == "s" and word[-2] != "s" and word[:-1] in self._sure:
            return tuple(readings)
        typed = _TRIPLED.sub(r"\1\1", word) if len(set(word)) > 1 else word
        near = process.extract(
            typed,
            self._by_first.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=1 if len(typed) < _LONG else 2,
            limit=None,
        )
        # Nobody forgets the last letter of a good word; the singular was meant.
        own = {word, f"{word}s"} if word in self._trusted else {word}
        close = [other for other, distance, _ in near if distance < 2 and other not in own]
        far = [other for other, distance, _ in near if distance == 2]
        far = heapq.nlargest(_FAR, far, key=self._scores.__getitem__)
        readings += [
            Reading(other, self._scores[other] - _SLIP * slips(typed, other))
            for other in close + far
        ]
        readings.sort(key=lambda reading: -reading.score)
        least = readings[0].score - _HOPELESS
        return tuple(reading for reading in readings[:_MOST] if reading.score >= least)


def common_words(vocabulary: Mapping[str, int], *, file: Path = DATA / "english.txt") -> Common:
    """The words of an encoder's vocabulary in its order, which is that of frequency; then the rest.

    Args:
        vocabulary: pieces of words to their ids.
        file: a word on each line.

    Raises:
        DatasetError: the file cannot be read.
    """
    first = vocabulary.get(_FIRST_WORD, 0)
    whole = [
        piece
        for piece, number in sorted(vocabulary.items(), key=lambda item: item[1])
        if number >= first and len(piece) > 1 and piece.isascii() and piece.isalpha()
    ]
    try:
        english = file.read_text(encoding="utf-8").split()
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: it lists English words.") from error
    words = list(dict.fromkeys([*whole, *english]))
    return Common(words, frozenset([*whole[:_FREQUENT], *english]))


def _common_slips(own: Mapping[str, int], doubted: Iterable[str]) -> set[str]:
    """Those that stand often enough in the rows, but as slips of words that are far commoner."""
    by_first = _by_first(w for w, count in own.items() if count >= TRUSTED * _FAR_COMMONER)
    return {
        word
        for word in doubted
        if any(
            own[meant] >= _FAR_COMMONER * own[word] and slips(word, meant) <= _CHEAP
            for meant, *_ in process.extract(
                word, by_first[word[0]], scorer=OSA.distance, score_cutoff=1, limit=None
            )
        )
    }


def _scores(own: Mapping[str, int], common: Sequence[str]) -> dict[str, float]:
    """The logarithm of each word's likelihood: Zipf's law for the common ones."""
    scale = math.log(len(common) + 2)
    likely = {word: (1 - _OWN_SHARE) / ((rank + 10) * scale) for rank, word in enumerate(common)}
    total = sum(own.values())
    for word, count in own.items():
        likely[word] = likely.get(word, 0.0) + _OWN_SHARE * count / total
    return {word: math.log(share) for word, share in likely.items()}


def _is_name(match: re.Match[str], text: str) -> bool:
    """Capital letters but for the first of a sentence, unless all are."""
    word = match[0]
    begins = word.istitle() and match.start() == 0
    return not (word.islower() or begins or text.isupper())


def _cased(meant: str, *, like: str, named: bool) -> str:
    if like.isupper():
        return meant.upper()
    return meant.capitalize() if named else meant


def nearest(typed: str, phrases: Sequence[str], *, farthest: int, most: float) -> list[str]:
    """The phrase that is the fewest slips away, and all that are hardly farther.

    Args:
        typed: in small letters.
        phrases: in any letters.
        farthest: how many letters may differ.
        most: what the slips may cost, as `slips` counts.
    """
    near = process.extract(
        typed,
        phrases,
        scorer=OSA.distance,
        processor=str.lower,
        score_cutoff=farthest,
        limit=None,
    )
    costs = sorted((slips(typed, phrase.lower()), phrase) for phrase, *_ in near)
    if not costs or costs[0][0] > most:
        return []
    return [phrase for cost, phrase in costs if cost <= costs[0][0] + _AHEAD]


def _by_first(words: Iterable[str]) -> defaultdict[str, list[str]]:
    """The words by their first letter."""
    found: defaultdict[str, list[str]] = defaultdict(list)
    for word in words:
        found[word[0]].append(word)
    return found


def slips(typed: str, meant: str) -> float:
    """How unlikely it is to type the one for the other: the cheapest slips that lead there.

    Optimal string alignment with a weight for each kind of slip: two letters swapped, one doubled,
    left out, put in, or another in its place.
    """
    width = len(meant) + 1
    before: list[float] = []
    row = [n * _LEFT_OUT for n in range(width)]
    for i, letter in enumerate(typed, start=1):
        older, before = before, row
        row = [before[0] + _OTHER]
        last = typed[i - 2] if i > 1 else ""
        for j in range(1, width):
            wanted = meant[j - 1]
            if letter == wanted:
                best = before[j - 1]
            else:
                near = wanted in NEIGHBOURS.get(letter, "")
                best = before[j - 1] + (_NEIGHBOUR if near else _OTHER)
            best = min(
                best,
                before[j] + (_DOUBLED if letter == last else _OTHER),
                row[j - 1] + _LEFT_OUT,
            )
            if older and j > 1 and letter == meant[j - 2] and last == wanted:
                best = min(best, older[j - 2] + _SWAPPED)
            row.append(best)
    return row[-1]


def _align(word: str, right: str, *, start: int) -> list[int]:
    """For each letter of the new word a place in the old one; the ends stand for the ends."""
    last = len(word) - 1
    places = [start + min(n, last) for n in range(len(right))]
    places[-1] = start + last
    return places
