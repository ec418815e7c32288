"""Whether a shopper who is here will buy before they go.

A second head on the sequence model, which stands still while this one learns: it reads the user's
vector and what the visit looks like so far, each visit cut where nobody knows yet how it ends.
"""

import json
import math
import random
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, roc_auc_score

from db.behaviour import Step
from recommender.lexical import Floats
from recommender.sequence.errors import SequenceModelError
from recommender.sequence.histories import from_steps
from recommender.sequence.scorer import SequenceScorer

FILE = "intent.json"
# After so long without a step a visit is over.
VISIT = timedelta(minutes=30)
_BUYING = "purchase"
# Fewer visits of a kind than this, those that judge included, teach nothing.
_FEWEST = 60
_MOST = 20_000
# So many of a shopper's last steps an answer knows.
_STEPS = 50
# One shopper in so many judges.
_JUDGES = 4
_FIRMNESS = 0.1
# What `_signs` reads from a visit.
_SIGNS = 6


@dataclass(frozen=True)
class PurchaseIntent:
    """How likely a visit ends with a purchase: a logistic regression.

    Attributes:
        weights: of the user's vector and of what `_signs` reads from the visit, as they come.
        usual: the share of visits that end with one.
    """

    weights: tuple[float, ...]
    bias: float
    usual: float

    def likely(self, user: Floats, steps: Sequence[Step], *, now: datetime) -> float:
        """The chance that the visit under way ends with a purchase, 0 to 1.

        Args:
            user: the sequence model's vector [d].
            steps: all that is known, oldest first.
            now: without a step for half an hour there is no visit, and the chance is the usual one.
        """
        if not steps or now - steps[-1].occurred_at > VISIT:
            return self.usual
        signs = np.concatenate([user, _signs(steps)])
        return float(1 / (1 + math.exp(-float(signs @ np.array(self.weights)) - self.bias)))


@dataclass(frozen=True)
class LearntIntent:
    """A head, and how it did on visits of shoppers who taught nothing.

    Attributes:
        judged: how many visits.
        auroc: how often a visit that ended with a purchase was given more than one that did not.
        loss, usual_loss: log loss of the head, and of saying the usual share to all.
    """

    head: PurchaseIntent
    judged: int
    auroc: float
    loss: float
    usual_loss: float

    @property
    def is_worth_it(self) -> bool:
        """Whether it says more than the usual share does."""
        return self.loss < self.usual_loss

    @property
    def metrics(self) -> dict[str, float]:
        """What the model's card tells."""
        return {
            "intent_judged": self.judged,
            "intent_auroc": self.auroc,
            "intent_log_loss": self.loss,
            "intent_usual_log_loss": self.usual_loss,
        }


@dataclass(frozen=True, slots=True)
class _Cut:
    """A visit that is under way, and how it ended."""

    shopper: int
    steps: list[Step]
    bought: bool


def learn_intent(
    shoppers: Iterable[Sequence[Step]], sequence: SequenceScorer, row_of: Mapping[str, int]
) -> LearntIntent | None:
    """Learn from visits; None where there are too few that end either way.

    Args:
        shoppers: each one's steps, oldest first.
        sequence: laid out over the catalogue.
        row_of: the catalogue's rows by product id.
    """
    cuts = _some(_cut_visits(shoppers))
    bought = np.array([cut.bought for cut in cuts], dtype=bool)
    judging = np.array([zlib.crc32(b"%d" % cut.shopper) % _JUDGES == 0 for cut in cuts], dtype=bool)
    if min(bought.sum(), (~bought).sum()) < _FEWEST or len({*bought[judging]}) < 2:
        return None
    users = sequence.users(from_steps((cut.steps for cut in cuts), row_of))
    signs = np.hstack([users, np.stack([_signs(cut.steps) for cut in cuts])])
    head = _fit(signs[~judging], bought[~judging])
    scores = signs[judging] @ np.array(head.weights) + head.bias
    chances = 1 / (1 + np.exp(-scores))
    wanted = bought[judging]
    return LearntIntent(
        head=head,
        judged=int(judging.sum()),
        auroc=float(roc_auc_score(wanted, chances)),
        loss=float(log_loss(wanted, chances)),
        usual_loss=float(log_loss(wanted, np.full(len(wanted), head.usual))),
    )


def _some(cuts: Iterable[_Cut]) -> list[_Cut]:
    """At most `_MOST`, drawn by chance while they stream by."""
    draw = random.Random(_MOST)  # noqa: S311 - the same ones each time
    kept: list[_Cut] = []
    for number, cut in enumerate(cuts):
        if len(kept) < _MOST:
            kept.append(cut)
        elif (place := draw.randint(0, number)) < _MOST:
            kept[place] = cut
    return kept


def _fit(signs: Floats, bought: NDArray[np.bool_]) -> PurchaseIntent:
    mean, spread = signs.mean(0), signs.std(0) + 1e-6
    found = LogisticRegression(C=_FIRMNESS, max_iter=1_000).fit((signs - mean) / spread, bought)
    weights = found.coef_[0] / spread
    bias = float(found.intercept_[0] - weights @ mean)
    return PurchaseIntent(tuple(map(float, weights)), bias, float(bought.mean()))


def _cut_visits(shoppers: Iterable[Sequence[Step]]) -> Iterator[_Cut]:
    """Each visit up to a moment before anything was bought in it."""
    for shopper, steps in enumerate(shoppers):
        draw = random.Random(shopper)  # noqa: S311 - the same moments each time
        start = 0
        for end in range(1, len(steps) + 1):
            going_on = end < len(steps) and not _is_over(steps[end - 1], steps[end])
            if going_on:
                continue
            visit = steps[start:end]
            names = [step.name for step in visit]
            before = names.index(_BUYING) if _BUYING in names else len(visit)
            if before:
                until = start + draw.randint(1, before)
                yield _Cut(shopper, list(steps[max(0, until - _STEPS) : until]), _BUYING in names)
            start = end


def _is_over(step: Step, following: Step) -> bool:
    return following.occurred_at - step.occurred_at > VISIT


def _signs(steps: Sequence[Step]) -> NDArray[np.float64]:
    """What the visit under way looks like, and what was bought before it [6]."""
    start = len(steps) - 1
    while start and not _is_over(steps[start - 1], steps[start]):
        start -= 1
    visit = steps[start:]
    names = [step.name for step in visit]
    looked_at = [step.product_id for step in visit]
    most = max(looked_at.count(product) for product in set(looked_at))
    counts = (
        len(visit),
        len(set(looked_at)),
        most,
        names.count("add_to_cart") - names.count("remove_from_cart"),
        names.count("begin_checkout"),
        sum(step.name == _BUYING for step in steps[:start]),
    )
    return np.log1p(np.maximum(counts, 0)).astype(np.float64)


def save_intent(folder: Path, head: PurchaseIntent) -> None:
    """Write it beside a model."""
    (folder / FILE).write_text(json.dumps(asdict(head)) + "\n")


def load_intent(folder: Path, *, width: int) -> PurchaseIntent | None:
    """The one beside a model; None where it has none.

    Raises:
        SequenceModelError: it is damaged, or of a model whose vectors have another width.
    """
    file = folder / FILE
    if not file.exists():
        return None
    try:
        found = PurchaseIntent(**json.loads(file.read_text()))
        found = replace(found, weights=tuple(float(weight) for weight in found.weights))
    except (OSError, ValueError, TypeError) as error:
        raise SequenceModelError(
            f"{file} is damaged: train one with `shopkeeper train recommender`."
        ) from error
    if len(found.weights) != width + _SIGNS:
        raise SequenceModelError(
            f"{file} is not this model's: train one with `shopkeeper train recommender`."
        )
    return found
