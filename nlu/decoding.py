"""From tag probabilities to spans: the likeliest sequence that is well formed."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from nlu.labels import OUTSIDE, ROLES

Floats = NDArray[np.float32]

# Log-probability of what cannot follow.
_NEVER = -1e4
# The same for a thing that begins right after another of its kind, with no word between: nearly
# always they are one ("trench coat"). Chosen on `nlu_data/validation` of 0, -1, -2, -3, -4, -6.
_HARDLY = -4.0


@dataclass(frozen=True, slots=True)
class FoundSpan:
    """A span that the model found, with its probabilities."""

    start: int
    end: int
    entity: str
    role: str
    confidence: float


def decode_spans(
    tag_probabilities: Floats,
    role_probabilities: Floats,
    *,
    offsets: Sequence[tuple[int, int]],
    tags: tuple[str, ...],
) -> list[FoundSpan]:
    """The spans of the likeliest tag sequence in which I- only continues its own entity.

    Args:
        tag_probabilities: [words, tags].
        role_probabilities: [words, roles].
        offsets: where each word stands in the text.
        tags: their names, as `Labels.tags`.
    """
    if not len(offsets):
        return []
    path = best_path(np.log(tag_probabilities + 1e-9), tags=tags)
    spans: list[FoundSpan] = []
    for first, last, entity in _runs([tags[tag] for tag in path]):
        words = slice(first, last + 1)
        role = int(role_probabilities[words].mean(0).argmax())
        confidence = float(tag_probabilities[np.arange(first, last + 1), path[words]].mean())
        spans.append(
            FoundSpan(offsets[first][0], offsets[last][1], entity, ROLES[role], confidence)
        )
    return spans


def best_path(scores: Floats, *, tags: tuple[str, ...]) -> NDArray[np.int64]:
    """Viterbi over [words, tags] log-probabilities with what BIO forbids or makes unlikely."""
    start, step = _transitions(tags)
    best = scores[0] + start
    back = np.zeros(scores.shape, dtype=np.int64)
    for word in range(1, len(scores)):
        reached = best[:, None] + step
        back[word] = reached.argmax(0)
        best = reached.max(0) + scores[word]
    path = np.empty(len(scores), dtype=np.int64)
    path[-1] = int(best.argmax())
    for word in range(len(scores) - 1, 0, -1):
        path[word - 1] = back[word, path[word]]
    return path


@lru_cache(maxsize=8)
def _transitions(tags: tuple[str, ...]) -> tuple[Floats, Floats]:
    """What may start, and what may follow what: 0, hardly, or never."""
    start = np.array([_NEVER if tag.startswith("I-") else 0 for tag in tags], dtype=np.float32)
    step = np.zeros((len(tags), len(tags)), dtype=np.float32)
    for before, first in enumerate(tags):
        for after, second in enumerate(tags):
            if second.startswith("I-") and first[2:] != second[2:]:
                step[before, after] = _NEVER
            elif second.startswith("B-") and first[2:] == second[2:]:
                step[before, after] = _HARDLY
    return start, step


def _runs(path: Sequence[str]) -> list[tuple[int, int, str]]:
    """First word, last word and entity of each run."""
    runs: list[tuple[int, int, str]] = []
    for word, tag in enumerate(path):
        if tag == OUTSIDE:
            continue
        if tag.startswith("I-") and runs and runs[-1][1] == word - 1:
            runs[-1] = (runs[-1][0], word, runs[-1][2])
        else:
            runs.append((word, word, tag[2:]))
    return runs
