"""What is wrong with rows to learn from: said twice, labelled wrongly, known to the exam."""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from nlu.dataset import Example

# As alike as a typo makes two sentences; short ones are alike by nature.
_ALIKE = 90
_SHORTEST = 12
# A shop learns little from fewer rows than this, and forgets others for the sake of far more.
FEWEST_ROWS = 10
_FAR_MORE = 20

_NO_LETTER = re.compile(r"[^\w ]+|_")


@dataclass(frozen=True, slots=True)
class Hygiene:
    """What was found.

    Attributes:
        duplicates: wordings that stand there several times under one label, and how often.
        conflicts: wordings that stand there under several labels, and those.
        leaks: rows of the held-out part, each with the row to learn from that gives it away.
        scarce: labels with few rows, and how many.
        dominant: labels with very many times the rows of the median one, and how many.
    """

    rows: int
    labels: int
    duplicates: dict[str, int]
    conflicts: dict[str, list[str]]
    leaks: dict[str, str]
    scarce: dict[str, int]
    dominant: dict[str, int]

    @property
    def harmful(self) -> bool:
        """Whether a model learns wrong things from it, or its exam says too much."""
        return bool(self.conflicts or self.leaks)


def examine(rows: Sequence[Example], *, heldout: Sequence[Example] = ()) -> Hygiene:
    """Look through rows to learn from, beside those that a model is judged on."""
    labels: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        if wording := fold(row.text):
            labels[wording][row.intent] += 1
    sizes = Counter(row.intent for row in rows)
    median = float(np.median(list(sizes.values()))) if sizes else 0.0
    return Hygiene(
        rows=len(rows),
        labels=len(sizes),
        duplicates={
            wording: found.total()
            for wording, found in labels.items()
            if len(found) == 1 and found.total() > 1
        },
        conflicts={wording: sorted(found) for wording, found in labels.items() if len(found) > 1},
        leaks=_find_leaks(list(labels), [fold(row.text) for row in heldout]),
        scarce={name: count for name, count in sorted(sizes.items()) if count < FEWEST_ROWS},
        dominant={
            name: count for name, count in sorted(sizes.items()) if count > _FAR_MORE * median
        },
    )


def fold(text: str) -> str:
    """A wording without case, accents, signs and doubled spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(_NO_LETTER.sub(" ", plain).split())


def _find_leaks(learnt: list[str], asked: list[str]) -> dict[str, str]:
    known = set(learnt)
    leaks = {wording: wording for wording in asked if wording in known}
    long_ones = [wording for wording in learnt if len(wording) > _SHORTEST]
    for wording in asked:
        if wording and wording not in leaks and len(wording) > _SHORTEST:
            nearest = process.extractOne(wording, long_ones, scorer=fuzz.ratio, score_cutoff=_ALIKE)
            if nearest is not None:
                leaks[wording] = nearest[0]
    return leaks


@dataclass(frozen=True, slots=True)
class LikelyError:
    """A row whose label is probably wrong.

    Attributes:
        row: its place among the rows.
        suggested: the label that fits it better.
        margin: how much more probable that is than the given one, 0 to 1.
    """

    row: int
    text: str
    label: str
    suggested: str
    margin: float


def likely_errors(
    texts: Sequence[str],
    labels: Sequence[str],
    probabilities: NDArray[np.floating],
    *,
    names: Sequence[str] | None = None,
) -> list[LikelyError]:
    """Rows whose labels are probably wrong, the likeliest first, by confident learning.

    From how sure a judge is of each label where it was given, follows how many rows under one label
    belong under each other one; so many of each pair are named, those with the greatest margin
    (Northcutt, Jiang, Chuang 2021, "Confident Learning", section 3: prune by noise rate).

    Args:
        texts: the rows.
        labels: as given, one for each row.
        probabilities: of judges that have not learnt from the row [rows, labels];
            nlu/out_of_fold.py gives them.
        names: the labels of the columns; all that were given, sorted, by default.
    """
    names = list(names) if names is not None else sorted(set(labels))
    if not len(texts) or len(names) < 2:
        return []
    places = {name: place for place, name in enumerate(names)}
    given = np.array([places[label] for label in labels], dtype=np.intp)
    rows = np.arange(len(given))
    own = probabilities[rows, given]
    share = _noise(probabilities, given, own)
    found: list[LikelyError] = []
    for label in range(len(names)):
        mine = rows[given == label]
        for other in np.flatnonzero(share[label]):
            margins = probabilities[mine, other] - own[mine]
            most = round(float(share[label, other]) * len(mine))
            for place in np.argsort(-margins, kind="stable")[:most]:
                row, margin = int(mine[place]), float(margins[place])
                if margin > 0 and int(np.argmax(probabilities[row])) == other:
                    found.append(
                        LikelyError(row, texts[row], names[label], names[other], round(margin, 4))
                    )
    return sorted(found, key=lambda error: (-error.margin, error.row))


def _noise(
    probabilities: NDArray[np.floating], given: NDArray[np.intp], own: NDArray[np.floating]
) -> NDArray[np.floating]:
    """The share of the rows under each label that belong under each other [labels, labels]."""
    classes = probabilities.shape[1]
    sizes = np.bincount(given, minlength=classes)
    # As sure as a judge is of a label on average where it was given; of none it never is.
    sums = np.bincount(given, weights=own, minlength=classes)
    needed = np.where(sizes > 0, sums / np.maximum(sizes, 1), np.inf)
    confident = np.where(probabilities >= needed, probabilities, -1.0)
    best = confident.argmax(axis=1)
    sure = confident.max(axis=1) >= 0
    joint = np.zeros((classes, classes))
    np.add.at(joint, (given[sure], best[sure]), 1)
    share = joint / np.maximum(joint.sum(axis=1, keepdims=True), 1)
    np.fill_diagonal(share, 0.0)
    return np.asarray(share)
