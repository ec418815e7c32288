"""A message cut into words and tokens, as every network here reads it. Free of torch."""

from collections.abc import Sequence
from dataclasses import dataclass

from tokenizers import Tokenizer

from nlu.signs import spell_out

MAX_TOKENS = 128


@dataclass(frozen=True, slots=True)
class Words:
    """One message for the model.

    Attributes:
        ids: token ids with the special tokens.
        words: for each token the index of its word, -1 for special tokens.
        offsets: where each word stands in the text.
    """

    ids: list[int]
    words: list[int]
    offsets: list[tuple[int, int]]


def cut_words(texts: Sequence[str], *, tokenizer: Tokenizer) -> list[Words]:
    """Tokenise; words are the tokenizer's own, so that punctuation stands alone.

    Args:
        texts: any; what lies beyond `MAX_TOKENS` is left out.
        tokenizer: as `load_encoder` or an exported model gives it: it cuts off and does not pad.
    """
    spelt = [spell_out(text) for text in texts]
    # Half a surrogate pair cannot be encoded; a sign of one character stands for it.
    clean = [text.encode("utf-8", "replace").decode() for text, _ in spelt]
    return [
        _group(
            encoded.ids,
            encoded.word_ids,
            [_old_place(place, places) for place in encoded.offsets],
        )
        for encoded, (_, places) in zip(tokenizer.encode_batch(clean), spelt, strict=True)
    ]


def _old_place(place: tuple[int, int], places: list[int]) -> tuple[int, int]:
    start, end = place
    return (places[start], places[end - 1] + 1) if end > start else (0, 0)


def _group(ids: list[int], word_ids: list[int | None], offsets: list[tuple[int, int]]) -> Words:
    words: list[int] = []
    places: list[tuple[int, int]] = []
    last: int | None = None
    for word, (start, end) in zip(word_ids, offsets, strict=True):
        if word is None:
            words.append(-1)
            continue
        if word == last:
            places[-1] = (places[-1][0], end)
        else:
            places.append((start, end))
            last = word
        words.append(len(places) - 1)
    return Words(ids, words, places)
