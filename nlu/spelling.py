"""Misspelt words put right before the model reads them, by the noisy channel.

What was meant is the word that maximises how common it is times how easily it turns into what
stands there (Kernighan, Church and Gale 1990, "A Spelling Correction Program Based on a Noisy
Channel Model"). How common it is, the learnt rows say, and the order of the encoder's vocabulary,
which is that of frequency. Names within a sentence, codes and addresses are left alone.
The costs below were chosen on `nlu_data/validation`.
"""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import process
from rapidfuzz.distance import OSA

from nlu.dataset import DATA
from nlu.errors import DatasetError
from nlu.typos import NEIGHBOURS

# Parts of addresses, codes and e-mails are no words.
_WORD = re.compile(r"(?<![\w@#&./'’-])[a-z]{2,}(?![\w@#&/'’-]|\.\w)", re.IGNORECASE)
_LONG = 5
# Natural logarithms. How unlikely one slip is, by its kind, against an unlucky second one.
_SLIP = 4.0
_SWAPPED, _DOUBLED, _LEFT_OUT, _NEIGHBOUR, _OTHER, _TWO = 0.8, 0.8, 1.0, 1.0, 1.8, 2.1
# How likely a word that nobody knows is meant as it stands.
_UNKNOWN = -18.0
# How much likelier than chance it is that a known word is meant as it stands.
_KNOWN = 2.0
# A word that fewer rows hold, and nobody else, may be a slip itself.
TRUSTED = 3
# Of a word's likelihood, the share that the learnt rows have to say.
_OWN_SHARE = 0.5

_REMEMBERED = 50_000
# Before it, the encoder's vocabulary holds signs and single letters.
_FIRST_WORD = "the"


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


class Speller:
    """Puts words right. Safe to share between threads."""

    def __init__(self, own: Mapping[str, int], *, common: Sequence[str]) -> None:
        """Learn which words there are.

        Args:
            own: words of the rows that were learnt from, with how often they occur.
            common: other words, the most frequent first.
        """
        self._scores = _scores(own, common)
        frequent = {word for word, count in own.items() if count >= TRUSTED}
        self._trusted = {*common, *frequent}
        # More than one of what the rows name.
        self._plurals = {f"{word}s" for word in frequent} - self._scores.keys()
        self._by_first: defaultdict[str, list[str]] = defaultdict(list)
        for word in self._trusted:
            self._by_first[word[0]].append(word)
        self._found: dict[str, str] = {}

    def correct(self, text: str) -> Spelt:
        """The text with its misspelt words put right."""
        parts: list[str] = []
        places: list[int] = []
        done = 0
        for match in _WORD.finditer(text):
            word = match[0]
            right = word if _is_name(match, text) else self.correct_word(word)
            if right != word:
                parts += [text[done : match.start()], right]
                places += range(done, match.start())
                places += _align(word, right, start=match.start())
                done = match.end()
        return Spelt("".join([*parts, text[done:]]), [*places, *range(done, len(text))])

    def correct_word(self, word: str) -> str:
        """What was meant by one word."""
        folded = word.lower()
        right = self._found.get(folded)
        if right is None:
            if len(self._found) >= _REMEMBERED:
                self._found.clear()
            right = self._found[folded] = self._likeliest(folded)
        if right == folded:
            return word
        return right.upper() if word.isupper() else right

    def _likeliest(self, word: str) -> str:
        if word in self._plurals:
            return word
        best, score = word, _UNKNOWN
        if word in self._trusted:
            score = self._scores[word] + _KNOWN
        near = process.extract(
            word,
            self._by_first.get(word[0], ()),
            scorer=OSA.distance,
            score_cutoff=1 if len(word) < _LONG else 2,
            limit=None,
        )
        for other, distance, _ in near:
            if distance and (found := self._scores[other] - _SLIP * _cost(word, other)) > score:
                best, score = other, found
        return best


def common_words(vocabulary: Mapping[str, int], *, file: Path = DATA / "english.txt") -> list[str]:
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
        words = file.read_text(encoding="utf-8").split()
    except OSError as error:
        raise DatasetError(f"{file} cannot be read: it lists English words.") from error
    return list(dict.fromkeys([*whole, *words]))


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


def _cost(typed: str, meant: str) -> float:
    """How unlikely it is to type the one for the other, in slips."""
    if OSA.distance(typed, meant) > 1:
        return _TWO
    first = next((n for n, (a, b) in enumerate(zip(typed, meant, strict=False)) if a != b), None)
    if len(typed) < len(meant):
        return _LEFT_OUT
    if len(typed) > len(meant):
        place = len(typed) - 1 if first is None else first
        return _DOUBLED if typed[place] == typed[place - 1] else _OTHER
    if first is None or typed[first + 1 :] != meant[first + 1 :]:
        return _SWAPPED
    return _NEIGHBOUR if meant[first] in NEIGHBOURS.get(typed[first], "") else _OTHER


def _align(word: str, right: str, *, start: int) -> list[int]:
    """For each letter of the new word a place in the old one; the ends stand for the ends."""
    last = len(word) - 1
    places = [start + min(n, last) for n in range(len(right))]
    places[-1] = start + last
    return places
