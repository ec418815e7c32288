"""A bot that can be taught anew after every few corrections.

A full training takes half a minute where few rows are learnt, and a curve over corrections needs
thousands of them. So the encoder stands still, with the adapter that training starts from, and
only what sits on it is fitted anew: a logistic regression, in a twentieth of a second.
`benchmarks.learning --full` holds some points of the curve against full trainings.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from benchmarks.nlu_peers import ROOT
from learning.worth import Seen
from nlu.dataset import Example, fingerprint
from nlu.embedding import Embedder
from nlu.encoder import load_encoder
from nlu.labels import Labels
from nlu.model import build
from nlu.start import START, WEIGHTS, take_start
from nlu.torch_engine import TorchPooler

Floats = NDArray[np.floating[Any]]

# Chosen on a quarter of Curekart's and Powerplay11's training rows.
_PENALTY = 30.0
_FOLDS = 5
_DECIDING = (
    "learning/worth.py",
    "nlu/hygiene.py",
    "benchmarks/learning_bot.py",
    "benchmarks/learning_lesson.py",
)


@dataclass(frozen=True)
class Rows:
    """Messages with what they mean and how the encoders see them.

    Attributes:
        texts, intents: [rows].
        adapted: with the adapter that training starts from [rows, width], what the bot reads.
        plain: without [rows, width], what the NLU server gives for `/embed` and the inbox has.
    """

    texts: list[str]
    intents: NDArray[np.str_]
    adapted: Floats
    plain: Floats

    def __len__(self) -> int:
        return len(self.texts)

    def at(self, places: Sequence[int] | NDArray[Any]) -> "Rows":
        """Those at these places, in that order."""
        chosen = np.asarray(places, dtype=np.intp)
        return Rows(
            [self.texts[n] for n in chosen],
            self.intents[chosen],
            self.adapted[chosen],
            self.plain[chosen],
        )


def see(examples: Sequence[Example], *, cache: Path) -> Rows:
    """The rows as the encoders see them; what was seen once is kept as a file in `cache`."""
    start = hashlib.sha256((START / WEIGHTS).read_bytes()).hexdigest()
    order = hashlib.sha256("\n".join(e.text for e in examples).encode()).hexdigest()
    name = hashlib.sha256((fingerprint(examples) + order + start).encode()).hexdigest()[:16]
    file = cache / f"{name}.npz"
    texts = [example.text for example in examples]
    intents = np.array([example.intent for example in examples])
    if file.exists():
        kept = np.load(file)
        return Rows(texts, intents, kept["adapted"], kept["plain"])
    plain, adapted = _embedders()
    rows = Rows(texts, intents, adapted.embed(texts), plain.embed(texts))
    cache.mkdir(parents=True, exist_ok=True)
    np.savez(file, adapted=rows.adapted, plain=rows.plain)
    return rows


def _embedders() -> tuple[Embedder, Embedder]:
    """Without and with the adapter that training starts from."""
    torch.set_num_threads(1)
    encoder, tokenizer = load_encoder()
    plain = Embedder(TorchPooler(encoder), tokenizer)
    other, _ = load_encoder()
    model = build(other, Labels(("one", "two"), ()))
    take_start(model)
    model.merge()
    return plain, Embedder(TorchPooler(model.encoder), tokenizer)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Bot:
    """What was fitted."""

    labels: NDArray[np.str_]
    chances: Any

    @classmethod
    def taught(cls, vectors: Floats, intents: NDArray[np.str_]) -> "Bot":
        """Fitted on these rows: [rows, width] and [rows]."""
        model = LogisticRegression(C=_PENALTY, max_iter=300).fit(vectors, intents)
        return cls(np.asarray(model.classes_), model.predict_proba)

    def read(self, vectors: Floats) -> Floats:
        """Probabilities [rows, labels]."""
        return np.asarray(self.chances(vectors))

    def right(self, rows: Rows) -> NDArray[np.bool_]:
        """Which rows the top label is right for [rows]."""
        if not len(rows):
            return np.zeros(0, dtype=bool)
        return np.asarray(self.labels[self.read(rows.adapted).argmax(1)] == rows.intents)

    def seen(self, rows: Rows, places: Sequence[int]) -> list[Seen]:
        """What the inbox knows of the rows at these places, named by their place."""
        if not len(places):
            return []
        chosen = rows.at(places)
        chances = self.read(chosen.adapted)
        best = np.sort(chances, axis=1)
        return [
            Seen(
                message=str(place),
                text=chosen.texts[n],
                intent=str(self.labels[chances[n].argmax()]),
                confidence=float(best[n, -1]),
                margin=float(best[n, -1] - best[n, -2]),
                out_of_scope=0.0,
                embedding=chosen.plain[n].astype(np.float32),
            )
            for n, place in enumerate(places)
        ]


def unseen_chances(vectors: Floats, intents: NDArray[np.str_], *, seed: int) -> Floats:
    """What bots that did not learn a row say of it: [rows, labels], labels in their order."""
    labels = np.unique(intents)
    columns = {name: n for n, name in enumerate(labels)}
    chances = np.zeros((len(intents), len(labels)))
    folds = np.random.default_rng(seed).permutation(len(intents)) % _FOLDS
    for fold in range(_FOLDS):
        held, learnt = folds == fold, folds != fold
        if len(np.unique(intents[learnt])) < 2 or not held.any():
            continue
        bot = Bot.taught(vectors[learnt], intents[learnt])
        chances[np.ix_(held, [columns[name] for name in bot.labels])] = bot.read(vectors[held])
    return chances


def version() -> str:
    """Cells go stale when what orders, groups or learns changes."""
    digest = hashlib.sha256()
    for name in (
        "learning/worth.py",
        "benchmarks/learning_bot.py",
        "benchmarks/learning_lesson.py",
    ):
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()[:12]
