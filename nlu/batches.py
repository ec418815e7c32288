"""Messages as tensors: tokens grouped into words, tagged, padded."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer

from nlu.dataset import Example, Span
from nlu.labels import OUTSIDE, ROLES, SENTIMENTS, Labels
from nlu.words import Words, cut_words

# What the loss leaves out: padding, special tokens, labels that a row does not have.
IGNORED = -100
# The mask hides what fills up a row, so that any token does.
FILLER = 0
# So many batches' worth of rows are sorted by length together: of 8 a fifth is padding, of 24 a
# tenth.
_MIXED = 24


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


def make_rows(examples: Sequence[Example], *, tokenizer: Tokenizer, labels: Labels) -> list[Row]:
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
    intent = labels.intent_ids[example.intent] if example.tells_intent else IGNORED
    return Row(words, intent, sentiment, tags, roles)


def _tag_word(place: tuple[int, int], spans: Sequence[Span]) -> tuple[str, str | None]:
    start, end = place
    for span in spans:
        if start < span.end and span.start < end:
            part = "B" if start <= span.start else "I"
            return f"{part}-{span.entity}", span.role
    return OUTSIDE, None


def make_batches(rows: Sequence[Row], *, size: int, rng: random.Random) -> Iterator[Batch]:
    """Every row once, in random order, with rows of like length together."""
    order = list(rows)
    rng.shuffle(order)
    # Sorting within some batches' worth saves padding and still mixes.
    pool = size * _MIXED
    chunks: list[list[Row]] = []
    for start in range(0, len(order), pool):
        near = sorted(order[start : start + pool], key=lambda row: len(row.words.ids))
        chunks += [near[place : place + size] for place in range(0, len(near), size)]
    rng.shuffle(chunks)
    for chunk in chunks:
        yield collate(chunk)


def collate(rows: Sequence[Row]) -> Batch:
    """Pad rows to the longest among them."""
    ids = pad([row.words.ids for row in rows], filler=FILLER)
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
