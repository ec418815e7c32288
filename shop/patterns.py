"""Phrases of several words, found in running text: fast enough for every review of a product."""

import functools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

Name = TypeVar("Name")

# Words with their apostrophes, single characters of scripts without spaces, and what ends a clause.
_TOKEN = re.compile(
    r"[\u3040-\u30ff\u4e00-\u9fff]|\d+(?:[.,]\d+)+|[^\W_]+(?:['’][^\W_]+)*|[.,;:!?()。，；：！？、…]"
)
_STOPS = frozenset(".,;:!?()。，；：！？、…")
_GAP = ".."
_WIDEST_GAP = 3
_GROUP = re.compile(r"\(([^)]*)\)")
_ITEM = re.compile(r"\([^)]*\)|\S+")


class Tokens:
    """The words and stops of a text, in order.

    Attributes:
        words: lower case and with plain apostrophes.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        plain = text.lower().replace("’", "'")
        # Few letters change their length with their case; then places would be wrong.
        self._plain = plain if len(plain) == len(text) else text
        self.words: list[str] = _TOKEN.findall(self._plain)

    @functools.cached_property
    def _spans(self) -> list[tuple[int, int]]:
        return [match.span() for match in _TOKEN.finditer(self._plain)]

    def span(self, first: int, end: int) -> tuple[int, int]:
        """Where in the text these tokens stand."""
        return self._spans[first][0], self._spans[end - 1][1]

    def is_stop(self, place: int) -> bool:
        """Whether a clause ends here."""
        return self.words[place] in _STOPS


@dataclass(frozen=True, slots=True)
class Match(Generic[Name]):
    """A phrase found.

    Attributes:
        name: what the phrase stands for.
        start, end: its first token, and the one after its last.
        gaps: the tokens in between that the phrase does not name.
    """

    name: Name
    start: int
    end: int
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Word:
    """One place of a phrase: any of these words, or what begins like this."""

    exact: frozenset[str]
    prefixes: tuple[str, ...]
    after_gap: bool = False

    def fits(self, word: str) -> bool:
        return word in self.exact or (bool(self.prefixes) and word.startswith(self.prefixes))


@dataclass(frozen=True, slots=True)
class _Rest(Generic[Name]):
    """A phrase after its first word.

    Attributes:
        telling: words of which a text must have one; empty where none can be told.
    """

    places: Sequence[_Word]
    name: Name
    telling: frozenset[str]


class PhraseIndex(Generic[Name]):
    """Phrases by what they stand for.

    A phrase is words in order; `~` ends in any letters, `(a|b)` is either, `..` is up to three
    further words of the same clause.
    """

    def __init__(self, phrases: Iterable[tuple[str, Name]], *, breaks: frozenset[str]) -> None:
        self._breaks = breaks
        self._exact: dict[str, list[_Rest[Name]]] = defaultdict(list)
        self._prefixes: dict[str, list[_Rest[Name]]] = defaultdict(list)
        spelled = ((plain, name) for phrase, name in phrases for plain in _spell_out(phrase))
        for source, name in spelled:
            places = _read_phrase(source)
            rest = _Rest(places[1:], name, _telling(places[1:]))
            for word in places[0].exact:
                self._exact[word].append(rest)
            for prefix in places[0].prefixes:
                self._prefixes[prefix].append(rest)
        self._shortest = min((len(prefix) for prefix in self._prefixes), default=0)
        # Texts repeat their words: each is looked up once.
        self._beginning: dict[str, list[_Rest[Name]]] = {}

    def find(self, tokens: Tokens) -> list[Match[Name]]:
        """All that fit, in order of where they begin; they may overlap."""
        words, known = tokens.words, self._beginning
        present = set(words)
        found = []
        for start, word in enumerate(words):
            beginning = known.get(word)
            if beginning is None:
                beginning = known[word] = self._find_beginning(word)
            for rest in beginning:
                # Most phrases begin with a common word and fail at a rarer one.
                if rest.telling and rest.telling.isdisjoint(present):
                    continue
                if match := self._follow(words, start, rest):
                    found.append(match)
        return found

    def _find_beginning(self, word: str) -> list[_Rest[Name]]:
        found = list(self._exact.get(word, ()))
        if self._shortest:
            for length in range(self._shortest, len(word) + 1):
                found += self._prefixes.get(word[:length], ())
        return found

    def _follow(self, words: Sequence[str], start: int, rest: _Rest[Name]) -> Match[Name] | None:
        at = start + 1
        gaps: tuple[int, ...] = ()
        for place in rest.places:
            found = self._next(words, at, place)
            if found is None:
                return None
            if found > at:
                gaps += tuple(range(at, found))
            at = found + 1
        return Match(rest.name, start, at, gaps)

    def _next(self, words: Sequence[str], at: int, place: _Word) -> int | None:
        last = at + (_WIDEST_GAP if place.after_gap else 0)
        for here in range(at, min(last + 1, len(words))):
            word = words[here]
            if place.fits(word):
                return here
            if word in _STOPS or word in self._breaks:
                return None
        return None


def longest(matches: Iterable[Match[Name]]) -> list[Match[Name]]:
    """Of those that overlap only the longest; of equals the one that was listed first."""
    kept: list[Match[Name]] = []
    taken: set[int] = set()
    for match in sorted(matches, key=lambda match: match.start - match.end):
        span = range(match.start, match.end)
        if taken.isdisjoint(span):
            kept.append(match)
            taken.update(span)
    return sorted(kept, key=lambda match: match.start)


def _spell_out(source: str) -> Iterator[str]:
    """One phrase for each option of several words: a place holds one."""
    for group in _GROUP.finditer(source):
        options = group[1].split("|")
        if any(len(Tokens(option).words) > 1 for option in options):
            for option in options:
                yield from _spell_out(source[: group.start()] + option + source[group.end() :])
            return
    yield source


def _read_phrase(source: str) -> list[_Word]:
    places: list[_Word] = []
    after_gap = False
    for item in _ITEM.findall(source):
        if item == _GAP:
            after_gap = True
            continue
        for word in _read_item(item):
            places.append(replace(word, after_gap=after_gap))
            after_gap = False
    return places


def _telling(places: Sequence[_Word]) -> frozenset[str]:
    exact = [place.exact for place in places if not place.prefixes]
    # The fewest words, and the longest, are the rarest.
    return min(exact, key=lambda it: (len(it), -max(map(len, it))), default=frozenset())


def _read_item(item: str) -> list[_Word]:
    if item.startswith("("):
        options = item[1:-1].split("|")
        exact = frozenset(option for option in options if not option.endswith("~"))
        return [_Word(exact, tuple(option[:-1] for option in options if option.endswith("~")))]
    if item.endswith("~"):
        return [_Word(frozenset(), (item[:-1],))]
    # Hyphens part words in texts, and scripts without spaces part everywhere.
    return [_Word(frozenset({word}), ()) for word in Tokens(item).words]
