"""What a review claims: which side of which aspect, and in which sentence."""

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass

from shop.aspects import ELSE, Lexicon, load_aspects
from shop.patterns import Match, Tokens, longest

_SENTENCE = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？])|\n+")
# How far back, in words, a "not" or a "they say" reaches.
_NEGATION_REACH = 5
_HEARSAY_REACH = 12


@dataclass(frozen=True, slots=True)
class Claim:
    """A side of an aspect that a buyer takes.

    Attributes:
        sentence: where, as it was written.
        start, end: the words in the sentence that say it.
    """

    aspect: str
    pole: str
    sentence: str
    start: int
    end: int


def split_sentences(text: str) -> list[str]:
    """The sentences as they were written."""
    return [stripped for part in _SENTENCE.split(text) if (stripped := part.strip())]


# Reviews are read again with each question; they seldom change.
@functools.lru_cache(maxsize=20_000)
def find_claims(text: str) -> tuple[Claim, ...]:
    """All that a text claims of the thing it is about, in order.

    Left out: questions, what was feared, hoped or said by others, and denials that tell nothing
    ("not true to the picture" tells; "not beautiful" need not).
    """
    lexicon = load_aspects()
    return tuple(
        claim for sentence in split_sentences(text) for claim in _in_sentence(sentence, lexicon)
    )


def _in_sentence(sentence: str, lexicon: Lexicon) -> list[Claim]:
    tokens = Tokens(sentence)
    matches = lexicon.said.find(tokens)
    if not matches or sentence.endswith(("?", "？")):
        return []
    cues = longest(lexicon.cues.find(tokens))
    claims = []
    for aspect in dict.fromkeys(match.name[0] for match in matches):
        for match in longest(match for match in matches if match.name[0] == aspect):
            pole = _meant(match, tokens, cues, lexicon)
            if pole is not None:
                claims.append(Claim(aspect, pole, sentence, *tokens.span(match.start, match.end)))
    return claims


def _meant(
    match: Match[tuple[str, str | None]],
    tokens: Tokens,
    cues: Sequence[Match[str]],
    lexicon: Lexicon,
) -> str | None:
    """The side that is taken; None where none is."""
    aspect, pole = match.name
    if pole is None or pole == ELSE:
        return None
    clause = _clause_before(match.start, tokens, lexicon)
    if _is_hearsay(match.start, clause, cues):
        return None
    emphatic = {i for cue in cues if cue.name == "emphatic" for i in range(cue.start, cue.end)}
    near = [*clause[-_NEGATION_REACH:], *match.gaps]
    negations = [i for i in near if i not in emphatic and _negates(tokens.words[i], lexicon)]
    return lexicon.pole(aspect, pole).denied if len(negations) % 2 else pole


def _clause_before(start: int, tokens: Tokens, lexicon: Lexicon) -> list[int]:
    first = start
    while first > 0:
        if tokens.is_stop(first - 1) or tokens.words[first - 1] in lexicon.breaks:
            break
        first -= 1
    return list(range(first, start))


def _is_hearsay(start: int, clause: Sequence[int], cues: Sequence[Match[str]]) -> bool:
    reach = set(clause[-_HEARSAY_REACH:])
    before = [cue.name for cue in cues if cue.start in reach and cue.start < start]
    return "hearsay" in before and "agreeing" not in before


def _negates(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.negators or word.endswith("n't")
