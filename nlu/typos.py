"""Slips of the fingers: to learn from, and to measure what they cost."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from nlu.dataset import Example, Span

# Keys that lie next to each other on a QWERTY keyboard.
NEIGHBOURS = {
    key: row[max(0, place - 1) : place] + row[place + 1 : place + 2]
    for row in ("qwertyuiop", "asdfghjkl", "zxcvbnm")
    for place, key in enumerate(row)
}
# Shorter words are too often another word after a slip: "red", "rid".
_WORD = re.compile(r"(?<!\S)[a-z]{3,}(?!\S)", re.IGNORECASE)
_LETTERS_A_SLIP = 10


def mistype(word: str, *, rng: random.Random) -> str:
    """One slip in a word of three letters or more, never in its first.

    Two letters swapped, one left out, one doubled, or the neighbouring key.
    """
    place = rng.randrange(1, len(word) - 1)
    match rng.randrange(4):
        case 0:
            return word[:place] + word[place + 1] + word[place] + word[place + 2 :]
        case 1:
            return word[:place] + word[place + 1 :]
        case 2:
            return word[:place] + word[place] + word[place:]
        case _:
            slip = rng.choice(NEIGHBOURS.get(word[place].lower(), word[place]))
            return word[:place] + slip + word[place + 1 :]


def with_typos(
    examples: Sequence[Example], *, seed: int, letters: int = _LETTERS_A_SLIP
) -> list[Example]:
    """The same rows with about one slip in so many characters; spans move along.

    Numbers, e-mail addresses and words that touch punctuation stay as they are.
    """
    rng = random.Random(seed)  # noqa: S311 - reproducible, not secret
    return [_with_typos(example, letters, rng=rng) for example in examples]


def _with_typos(example: Example, letters: int, *, rng: random.Random) -> Example:
    for _ in range(round(len(example.text) / letters)):
        words = list(_WORD.finditer(example.text))
        if words:
            word = rng.choice(words)
            example = rewrite(example, word.span(), mistype(word[0], rng=rng))
    return example


def rewrite(example: Example, place: tuple[int, int], text: str) -> Example:
    """The example with other text at a place; spans that hold or follow the place move along."""
    start, end = place
    grown = len(text) - (end - start)

    def moved(span: Span) -> Span:
        return replace(
            span,
            start=span.start + (grown if span.start >= end else 0),
            end=span.end + (grown if span.end >= end else 0),
        )

    spans = None if example.spans is None else tuple(map(moved, example.spans))
    return replace(example, text=example.text[:start] + text + example.text[end:], spans=spans)
