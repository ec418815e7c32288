"""What the word lists know, where the model is in doubt: teak is a wood and no colour."""

import re
from collections.abc import Sequence
from dataclasses import replace

from nlu.entities.gazetteer import Hunch, stretches
from nlu.entities.mentions import Mention
from nlu.lexicon import Lexicon
from nlu.phrases import fold
from nlu.spelling import nearest
from nlu.vocabulary import IsWord, Vocabulary

# What a word alone may tell; an amount or a name it does not.
_TOLD = frozenset({"category", "brand", "color", "material", "feature", "occasion", "recipient"})
# A model as sure as this knows better. Chosen of .7, .8, .9 on validation and every third row of
# training.
_SURE = 0.7
# So likely must the model find it that something stands where it named nothing; of .1, .2, .3, .5.
_LIKELY = 0.3
# What may be put right: the shortest, and what its slips may cost. Of 4,700 annotated values that
# are words none changes so, of 450 others those that are misspelt.
_SHORTEST = 4
_MOST = 1.0
# Lists that hold nearly all there is; of goods and features no list does.
_CLOSED = frozenset({"brand", "color", "material", "occasion", "recipient"})
_JOINTS = re.compile(r"[\s-]")
_WORD = re.compile(r"[^\W_]+(?:['’&+.-][^\W_]+)*")


def retype(
    text: str, mentions: Sequence[Mention], *, lexicon: Lexicon, vocabulary: Vocabulary
) -> list[Mention]:
    """The mentions; those in doubt become what the one list says that has their words."""
    return [
        replace(mention, entity=entity)
        if mention.entity in _TOLD
        and mention.confidence < _SURE
        and (folded := fold(text[mention.start : mention.end]))
        not in vocabulary.values_of(mention.entity)
        and (entity := lexicon.entity_of.get(folded)) in _TOLD
        else mention
        for mention in mentions
    ]


def find_listed(
    text: str, *, taken: Sequence[Mention], lexicon: Lexicon, hunch: Hunch
) -> list[Mention]:
    """Listed words outside what is taken where the model half expected something, longest first."""
    words = list(_WORD.finditer(text))
    found: list[Mention] = []
    for first, last in stretches(len(words)):
        start, end = words[first].start(), words[last].end()
        entity = lexicon.entity_of.get(fold(text[start:end]))
        if entity not in _TOLD:
            continue
        likely = hunch(start, end)
        here = Mention(entity, start, end, confidence=likely, source="vocabulary")
        if likely >= _LIKELY and not any(here.overlaps(other) for other in (*taken, *found)):
            found.append(here)
    return found


def put_right(entity: str, surface: str, *, lexicon: Lexicon, is_word: IsWord) -> str:
    """What was meant by a value that is one slip from a listed one: `yelow`, of a colour, yellow.

    Args:
        entity: what it was taken for.
        surface: as it was typed.
        lexicon: the lists.
        is_word: whether a word is a common one; such goods and features stay.

    Returns:
        The listed phrase, in small letters where it was typed so; the surface where some list has
        it, or no phrase is by far the nearest.
    """
    typed = surface.lower()
    if (
        len(typed) < _SHORTEST + (entity == "brand")
        or fold(typed) in lexicon.listed
        or (entity not in _CLOSED and all(is_word(word) for word in typed.split()))
    ):
        return surface
    phrases = lexicon.by_first_letter.get((entity, typed[0]), ())
    rivals = nearest(typed, phrases, farthest=2, most=_MOST)
    if not rivals:
        return surface
    joined = _JOINTS.sub("", rivals[0].lower()) == _JOINTS.sub("", typed)
    if joined or len(set(map(fold, rivals))) > 1:
        return surface
    return rivals[0].lower() if surface.islower() else rivals[0]
