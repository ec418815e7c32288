"""Finds the shop's own words where the model was silent."""

import re
from collections.abc import Callable, Iterator, Sequence

from nlu.entities.mentions import Mention
from nlu.phrases import fold
from nlu.vocabulary import IsWord, Vocabulary

# How likely it is, for the model, that some entity stands at this stretch.
Hunch = Callable[[int, int], float]

_WORD = re.compile(r"[^\W_]+(?:['’&+.-][^\W_]+)*")
_LONGEST = 3
# A common word must at least look a little like an entity to the model: "watch" in "watch out".
_SOME_HUNCH = 0.05
# Beside goods that the model found: "lamp for bedroom" asks for a lamp.
_MORE_GOODS = 0.3
# So few words leave room for nothing but the thing itself.
_BARE = 3
_SHORTEST = 3
_VALUES = ("brand", "color", "material", "feature")


def find_words(
    text: str,
    *,
    taken: Sequence[Mention],
    vocabulary: Vocabulary,
    hunch: Hunch,
    is_word: IsWord,
) -> list[Mention]:
    """Words of the catalogue outside what is already taken, the longest first.

    Exact but for case and plural; a typo counts where the word is no word at all.
    """
    if vocabulary.is_empty:
        return []
    words = list(_WORD.finditer(text))
    found: list[Mention] = []
    for first, last in stretches(len(words)):
        start, end = words[first].start(), words[last].end()
        here = Mention("category", start, end, source="vocabulary")
        if any(here.overlaps(other) for other in (*taken, *found)):
            continue
        likely = hunch(start, end)
        plain = all(is_word(word[0].lower()) for word in words[first : last + 1])
        bare = len(words) <= _BARE
        if plain and likely < _SOME_HUNCH and not (bare and last - first + 1 == len(words)):
            continue
        entity = _entity_of(text[start:end], vocabulary, plain=plain, is_word=is_word)
        if entity == "category" and likely < _MORE_GOODS and _names_goods(taken):
            continue
        if entity:
            found.append(Mention(entity, start, end, confidence=likely, source="vocabulary"))
    return found


def _names_goods(mentions: Sequence[Mention]) -> bool:
    return any(mention.entity == "category" for mention in mentions)


def stretches(count: int) -> Iterator[tuple[int, int]]:
    """First and last word of every run of up to three words, longer runs first."""
    for length in range(min(_LONGEST, count), 0, -1):
        for first in range(count - length + 1):
            yield first, first + length - 1


def _entity_of(surface: str, vocabulary: Vocabulary, *, plain: bool, is_word: IsWord) -> str | None:
    folded = fold(surface)
    if len(folded) < _SHORTEST or folded.isdigit():
        return None
    if vocabulary.exact_kind(folded):
        return "category"
    for entity in _VALUES:
        if folded in vocabulary.values_of(entity):
            return entity
    # "decorating" is no misspelt "decoration".
    if plain or " " in folded or folded.endswith("ing"):
        return None
    return "category" if vocabulary.find_kind(surface, is_word=is_word) else None
