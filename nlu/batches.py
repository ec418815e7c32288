"""Messages as tensors: tokens grouped into words, tagged, padded."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from transformers import PreTrainedTokenizerFast

from nlu.dataset import Example, Span
from nlu.labels import OUTSIDE, ROLES, SENTIMENTS, Labels
from nlu.signs import spell_out

MAX_TOKENS = 128
# What the loss leaves out: padding, special tokens, labels that a row does not have.
IGNORED = -100


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


@dataclass(frozen=True, slots=True)
class Row:
    """One learnable message: words with a tag and a role for each token."""

    words: Words
    intent: int
    sentiment: int
    tags: list[int]
    roles: list[int]


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of one length class, padded. All of shape [rows, tokens] or [rows]."""

    ids: torch.Tensor
    mask: torch.Tensor
    intents: torch.Tensor
    sentiments: torch.Tensor
    tags: torch.Tensor
    roles: torch.Tensor


def cut_words(texts: Sequence[str], *, tokenizer: PreTrainedTokenizerFast) -> list[Words]:
    """Tokenise; words are the tokenizer's own, so that punctuation stands alone.

    What lies beyond `MAX_TOKENS` is left out.
    """
    spelt = [spell_out(text) for text in texts]
    # Half a surrogate pair cannot be encoded; a sign of one character stands for it.
    clean = [text.encode("utf-8", "replace").decode() for text, _ in spelt]
    limit = min(MAX_TOKENS, tokenizer.model_max_length)
    encoded: Any = tokenizer(clean, truncation=True, max_length=limit, return_offsets_mapping=True)
    return [
        _group(
            encoded["input_ids"][n],
            encoded.word_ids(n),
            [_old_place(place, spelt[n][1]) for place in encoded["offset_mapping"][n]],
        )
        for n in range(len(texts))
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


def make_rows(
    examples: Sequence[Example], *, tokenizer: PreTrainedTokenizerFast, labels: Labels
) -> list[Row]:
    """Label every token with the tag and the role of its word."""
    texts = [example.text for example in examples]
    return [
        _label(words, example, labels=labels)
        for words, example in zip(cut_words(texts, tokenizer=tokenizer), examples, strict=True)
    ]


def _label(words: Words, example: Example, *, labels: Labels) -> Row:
    tags, roles = [IGNORED] * len(words.ids), [IGNORED] * len(words.ids)
    if example.spans is not None:
        tagged = [_tag_word(place, example.spans) for place in words.offsets]
        for token, word in enumerate(words.words):
            if word < 0:
                continue
            tag, role = tagged[word]
            tags[token] = labels.tag_ids[tag]
            roles[token] = ROLES.index(role) if role else IGNORED
    sentiment = IGNORED if example.sentiment is None else SENTIMENTS.index(example.sentiment)
    return Row(words, labels.intent_ids[example.intent], sentiment, tags, roles)


def _tag_word(place: tuple[int, int], spans: Sequence[Span]) -> tuple[str, str | None]:
    start, end = place
    for span in spans:
        if start < span.end and span.start < end:
            part = "B" if start <= span.start else "I"
            return f"{part}-{span.entity}", span.role
    return OUTSIDE, None


def make_batches(
    rows: Sequence[Row], *, size: int, rng: random.Random, padding: int
) -> Iterator[Batch]:
    """Every row once, in random order, with rows of like length together."""
    order = list(rows)
    rng.shuffle(order)
    # Sorting within a few batches' worth saves padding and still mixes.
    pool = size * 8
    chunks: list[list[Row]] = []
    for start in range(0, len(order), pool):
        near = sorted(order[start : start + pool], key=lambda row: len(row.words.ids))
        chunks += [near[place : place + size] for place in range(0, len(near), size)]
    rng.shuffle(chunks)
    for chunk in chunks:
        yield collate(chunk, padding=padding)


def collate(rows: Sequence[Row], *, padding: int) -> Batch:
    """Pad rows to the longest among them."""
    ids = pad([row.words.ids for row in rows], filler=padding)
    lengths = torch.tensor([len(row.words.ids) for row in rows])
    return Batch(
        ids=ids,
        mask=(torch.arange(ids.shape[1]) < lengths[:, None]).long(),
        intents=torch.tensor([row.intent for row in rows]),
        sentiments=torch.tensor([row.sentiment for row in rows]),
        tags=pad([row.tags for row in rows], filler=IGNORED),
        roles=pad([row.roles for row in rows], filler=IGNORED),
    )


def pad(lists: Sequence[Sequence[int]], *, filler: int) -> torch.Tensor:
    """Lists of any lengths as one matrix."""
    width = max(len(values) for values in lists)
    return torch.tensor([[*values, *[filler] * (width - len(values))] for values in lists])
