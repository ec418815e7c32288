"""Scores that training and evaluation share."""

from collections import Counter
from collections.abc import Hashable, Sequence
from typing import Any, Protocol

from nlu.dataset import Example


class Spanned(Protocol):
    """Anything that stands in a text as an entity."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def entity(self) -> str: ...
    @property
    def role(self) -> str: ...


def f1(*, hit: int, given: int, wanted: int) -> dict[str, float]:
    """Precision, recall and F1 from counts; nothing wanted and nothing given is perfect."""
    precision = hit / given if given else 1.0
    recall = hit / wanted if wanted else 1.0
    both = precision + recall
    return {
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / both if both else 0.0,
        "support": float(wanted),
    }


def macro_f1(wanted: Sequence[str], given: Sequence[str]) -> float:
    """Mean F1 over the labels that were wanted."""
    scores = label_scores(wanted, given)
    return sum(s["f1"] for s in scores.values()) / len(scores) if scores else 0.0


def label_scores(wanted: Sequence[str], given: Sequence[str]) -> dict[str, dict[str, float]]:
    """Precision, recall, F1 and support of each label that was wanted."""
    truth, guess = Counter(wanted), Counter(given)
    hits = Counter(w for w, g in zip(wanted, given, strict=True) if w == g)
    return {
        label: f1(hit=hits[label], given=guess[label], wanted=truth[label])
        for label in sorted(truth)
    }


def entity_scores(
    examples: Sequence[Example], found: Sequence[Sequence[Spanned]]
) -> dict[str, float]:
    """Exact match of span, entity and role, over all entities of all messages."""
    return overlap_scores(
        [[_key(span) for span in example.spans or ()] for example in examples],
        [[_key(span) for span in spans] for spans in found],
    )


def _key(span: Spanned) -> Hashable:
    return span.start, span.end, span.entity, span.role


def overlap_scores(
    wanted: Sequence[Sequence[Hashable]], given: Sequence[Sequence[Hashable]]
) -> dict[str, float]:
    """Micro F1 over bags of things, one bag a message."""
    hit = sum((Counter(w) & Counter(g)).total() for w, g in zip(wanted, given, strict=True))
    return f1(hit=hit, given=sum(map(len, given)), wanted=sum(map(len, wanted)))


def percentiles(milliseconds: Sequence[float]) -> dict[str, Any]:
    """The middle and the slow end."""
    order = sorted(milliseconds)
    return {"p50": order[len(order) // 2], "p95": order[int(len(order) * 0.95)]}
