"""What the model says of texts, before any rule or vocabulary has a word in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from nlu.adapter import Adapter
from nlu.batches import Words, cut_words, pad
from nlu.decoding import FoundSpan, decode_spans
from nlu.labels import SENTIMENTS, Labels

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Prediction:
    """One text.

    Attributes:
        intents: calibrated probabilities in the order of the labels.
        belief: the probability that the top intent is right, unknown kinds included.
        sentiments: probabilities in the order of `SENTIMENTS`.
        spans: entities, left to right.
        offsets: where each word stands.
        tags: probabilities [words, tags].
    """

    intents: Floats
    belief: float
    sentiments: Floats
    spans: list[FoundSpan]
    offsets: list[tuple[int, int]]
    tags: Floats

    @property
    def mood(self) -> float:
        """From -1, surely negative, to 1, surely positive."""
        negative, _, positive = (float(p) for p in self.sentiments)
        return positive - negative


@dataclass(frozen=True, slots=True)
class Pass:
    """The raw outputs for many texts, in their order."""

    pooled: torch.Tensor
    intents: torch.Tensor
    sentiments: torch.Tensor
    tags: list[torch.Tensor]
    roles: list[torch.Tensor]
    words: list[Words]


class Predictor:
    """A loaded adapter that answers for texts. Safe to share between threads."""

    def __init__(self, adapter: Adapter, *, device: torch.device | None = None) -> None:
        self.adapter = adapter
        self.device = device or torch.device("cpu")
        self._model = adapter.model.to(self.device).eval()

    @property
    def labels(self) -> Labels:
        """What the model tells apart."""
        return self.adapter.card.labels

    def predict(self, texts: Sequence[str], *, batch: int = 32) -> list[Prediction]:
        """One prediction a text, in their order."""
        if not texts:
            return []
        calibration = self.adapter.card.calibration
        passed = self.run(texts, batch=batch)
        evidence = self.adapter.landmarks.weigh(passed.pooled, passed.intents)
        intents = calibration.probabilities(evidence).astype(np.float32)
        belief = calibration.belief(evidence)
        sentiments = passed.sentiments.softmax(-1).numpy()
        return [
            self._prediction(passed, n, intents[n], float(belief[n]), sentiments[n])
            for n in range(len(texts))
        ]

    @torch.inference_mode()
    def run(self, texts: Sequence[str], *, batch: int = 32) -> Pass:
        """The model's raw outputs. Texts of like length go through together."""
        words = cut_words(texts, tokenizer=self.adapter.tokenizer)
        order = sorted(range(len(texts)), key=lambda n: len(words[n].ids))
        slots: list[Any] = [None] * len(texts)
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            ids = pad([words[n].ids for n in chosen], filler=self._padding)
            lengths = torch.tensor([len(words[n].ids) for n in chosen])
            mask = (torch.arange(ids.shape[1]) < lengths[:, None]).long()
            out = self._model(ids.to(self.device), mask.to(self.device))
            for place, n in enumerate(chosen):
                length = len(words[n].ids)
                slots[n] = (
                    out.pooled[place].cpu(),
                    out.intents[place].cpu(),
                    out.sentiments[place].cpu(),
                    out.tags[place, :length].softmax(-1).cpu(),
                    out.roles[place, :length].softmax(-1).cpu(),
                )
        pooled, intents, sentiments, tags, roles = zip(*slots, strict=True)
        return Pass(
            torch.stack(pooled),
            torch.stack(intents),
            torch.stack(sentiments),
            list(tags),
            list(roles),
            words,
        )

    @property
    def _padding(self) -> int:
        return int(self.adapter.tokenizer.pad_token_id or 0)

    def _prediction(
        self, passed: Pass, row: int, intents: Floats, belief: float, sentiments: Floats
    ) -> Prediction:
        words = passed.words[row]
        tags = by_word(passed.tags[row].numpy(), words)
        roles = by_word(passed.roles[row].numpy(), words)
        spans = decode_spans(tags, roles, offsets=words.offsets, tags=self.labels.tags)
        return Prediction(intents, belief, sentiments, spans, words.offsets, tags)


def by_word(tokens: Floats, words: Words) -> Floats:
    """Mean probabilities over the tokens of each word: [tokens, n] to [words, n]."""
    sums = np.zeros((len(words.offsets), tokens.shape[1]), dtype=np.float32)
    counts = np.zeros(len(words.offsets), dtype=np.float32)
    for token, word in enumerate(words.words):
        if word >= 0:
            sums[word] += tokens[token]
            counts[word] += 1
    return np.asarray(sums / np.maximum(counts, 1)[:, None], dtype=np.float32)


def sentiment_label(prediction: Prediction) -> tuple[str, float]:
    """The likeliest sentiment and its probability."""
    best = int(prediction.sentiments.argmax())
    return SENTIMENTS[best], float(prediction.sentiments[best])
