"""What the model says of texts, before any rule or vocabulary has a word in it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from tokenizers import Tokenizer

from nlu.calibration import softmax
from nlu.card import Card
from nlu.decoding import FoundSpan, decode_spans
from nlu.engine import Engine, Floats
from nlu.labels import SENTIMENTS, Labels
from nlu.landmarks import Landmarks
from nlu.words import Words, cut_words


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
    """The raw outputs for many texts, in their order.

    Attributes:
        pooled: [texts, width].
        intents: logits [texts, intents].
        sentiments: logits [texts, 3].
        tags: logits [tokens, tags] of each text.
        roles: logits [tokens, 2] of each text.
        words: how each text was cut.
    """

    pooled: Floats
    intents: Floats
    sentiments: Floats
    tags: list[Floats]
    roles: list[Floats]
    words: list[Words]


@dataclass(frozen=True)
class Predictor:
    """An adapter that answers for texts. Safe to share between threads."""

    engine: Engine
    tokenizer: Tokenizer
    landmarks: Landmarks
    card: Card

    @property
    def labels(self) -> Labels:
        """What the model tells apart."""
        return self.card.labels

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """One prediction a text, in their order."""
        if not texts:
            return []
        calibration = self.card.calibration
        passed = self.run(texts)
        evidence = self.landmarks.weigh(passed.pooled, passed.intents)
        intents = calibration.probabilities(evidence).astype(np.float32)
        belief = calibration.belief(evidence)
        sentiments = softmax(passed.sentiments).astype(np.float32)
        return [
            self._prediction(passed, n, intents[n], float(belief[n]), sentiments[n])
            for n in range(len(texts))
        ]

    def run(self, texts: Sequence[str]) -> Pass:
        """The model's raw outputs for at least one text."""
        words = cut_words(texts, tokenizer=self.tokenizer)
        outputs = self.engine.run([each.ids for each in words])
        return Pass(
            np.stack([out.pooled for out in outputs]),
            np.stack([out.intents for out in outputs]),
            np.stack([out.sentiments for out in outputs]),
            [out.tags for out in outputs],
            [out.roles for out in outputs],
            words,
        )

    def _prediction(
        self, passed: Pass, row: int, intents: Floats, belief: float, sentiments: Floats
    ) -> Prediction:
        words = passed.words[row]
        tags = by_word(softmax(passed.tags[row]), words)
        roles = by_word(softmax(passed.roles[row]), words)
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
