"""Rows made more varied while training: other values, filler, typos, casing, punctuation."""

import random
import re
import string
from bisect import bisect_left
from dataclasses import dataclass, replace

from nlu.dataset import Example, Span
from nlu.lexicon import Lexicon
from nlu.spelling import Speller
from nlu.typos import mistype

_WORD = re.compile(r"[a-z]{3,}", re.IGNORECASE)
_PUNCTUATION = re.compile(r"[,.!?;:'’]")
# Amounts keep their length and their currency sign; the first digit never becomes zero.
_DIGITS = re.compile(r"\d+")
_NUMERIC = frozenset({"price_min", "price_max", "order_id", "phone"})


@dataclass(frozen=True)
class Augmentation:
    """How likely each change is, for a span or for a row.

    Attributes:
        letters: the heaviest typing has a slip in so many.
    """

    swap: float = 0.4
    filler: float = 0.4
    typo: float = 0.4
    letters: int = 40
    case: float = 0.15
    punctuation: float = 0.25


# Shoppers on a telephone, in a hurry.
HASTY = Augmentation(typo=0.5, letters=10)


@dataclass(slots=True)
class _Piece:
    text: str
    span: Span | None = None


def augment(
    example: Example,
    *,
    rng: random.Random,
    lexicon: Lexicon,
    odds: Augmentation | None = None,
    speller: Speller | None = None,
) -> Example:
    """A variation that means the same kind of thing; its spans are moved along.

    Args:
        example: a row.
        rng: decides.
        lexicon: values and filler.
        odds: how likely each change is.
        speller: puts right what it can of the slips, as it will before the model reads.
    """
    odds = odds or Augmentation()
    pieces = _cut(example)
    for piece in pieces:
        if piece.span and rng.random() < odds.swap:
            piece.text = _other_value(piece.text, piece.span.entity, rng=rng, lexicon=lexicon)
    if rng.random() < odds.filler and example.intent not in lexicon.unpadded:
        _pad(pieces, rng=rng, lexicon=lexicon)
    if rng.random() < odds.typo:
        _mistype(pieces, odds.letters, rng=rng)
        if speller:
            # As the model will meet it: with what can be put right put right.
            pieces = _cut(_put_right(_join(pieces, example), speller))
    if rng.random() < odds.punctuation:
        for piece in pieces:
            # A decimal point or an e-mail address is not punctuation.
            if piece.span is None:
                piece.text = _PUNCTUATION.sub("", piece.text)
    if rng.random() < odds.case:
        change = rng.choice((str.lower, str.upper))
        for piece in pieces:
            piece.text = change(piece.text)
    return _join(pieces, example)


def _cut(example: Example) -> list[_Piece]:
    pieces: list[_Piece] = []
    done = 0
    for span in sorted(example.spans or (), key=lambda s: s.start):
        pieces.append(_Piece(example.text[done : span.start]))
        pieces.append(_Piece(example.text[span.start : span.end], span))
        done = span.end
    pieces.append(_Piece(example.text[done:]))
    return pieces


def _join(pieces: list[_Piece], example: Example) -> Example:
    spans: list[Span] = []
    length = 0
    for piece in pieces:
        if piece.span:
            spans.append(replace(piece.span, start=length, end=length + len(piece.text)))
        length += len(piece.text)
    text = "".join(piece.text for piece in pieces)
    if not text.strip():
        return example
    return replace(example, text=text, spans=None if example.spans is None else tuple(spans))


def _other_value(surface: str, entity: str, *, rng: random.Random, lexicon: Lexicon) -> str:
    if entity in _NUMERIC:
        return _DIGITS.sub(lambda match: _other_digits(match[0], rng=rng), surface)
    choices = lexicon.values.get(entity)
    if not choices:
        return surface
    value = rng.choice(choices)
    return value.lower() if surface.islower() else value


def _other_digits(digits: str, *, rng: random.Random) -> str:
    first = rng.choice("123456789")
    return first + "".join(rng.choice(string.digits) for _ in digits[1:])


def _pad(pieces: list[_Piece], *, rng: random.Random, lexicon: Lexicon) -> None:
    """Words before or after that mean nothing: "hi there", "pls"."""
    if lexicon.before and rng.random() < 0.5:
        pieces.insert(0, _Piece(f"{rng.choice(lexicon.before)} "))
    elif lexicon.after:
        pieces.append(_Piece(f" {rng.choice(lexicon.after)}"))


def _mistype(pieces: list[_Piece], per_slip: int, *, rng: random.Random) -> None:
    """Up to a slip in so many letters, anywhere but in what must be exact."""
    exact = {"email", "order_id", "phone"}
    open_pieces = [piece for piece in pieces if not (piece.span and piece.span.entity in exact)]
    letters = sum(len(piece.text) for piece in open_pieces)
    for _ in range(rng.randint(1, 1 + letters // per_slip)):
        places = [(piece, match) for piece in open_pieces for match in _WORD.finditer(piece.text)]
        if not places:
            return
        piece, match = rng.choice(places)
        word = mistype(match[0], rng=rng)
        piece.text = piece.text[: match.start()] + word + piece.text[match.end() :]


def _put_right(example: Example, speller: Speller) -> Example:
    """With its words put right where they stand together; its spans are moved along."""
    spelt = speller.correct(example.text)

    def moved(span: Span) -> Span:
        start, end = (bisect_left(spelt.places, place) for place in (span.start, span.end))
        return replace(span, start=start, end=end)

    spans = None if example.spans is None else tuple(map(moved, example.spans))
    return replace(example, text=spelt.text, spans=spans)
