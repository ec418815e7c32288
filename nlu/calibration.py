"""Confidence that means something, and a score for what the model does not know.

The softmax of a classifier is too sure of itself, above all about messages of a kind that it
never saw. So its temperature is fitted on rows set aside, and whether to believe the top intent
is decided by two signs together: the calibrated probability and the likeness to the nearest row
that was learnt. A third, the energy of the logits (Liu et al. 2020, "Energy-based
Out-of-distribution Detection"), added nothing; adapters made with it still use it. What is
unknown is imitated by leaving each intent out in turn: its own rows are judged as if the model
had no such intent.
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]

_RIDGE = 0.05
# Log-odds and nearness count alike and energy not at all. Weights fitted to a few rows differ from
# run to run and may even turn a sign around; these held on every set they were tried on.
_LEAN = np.array([1.0, 1.0, 0.0])
_LEAST_SLOPE = 0.1
# How much the nearest rows may say beside the head.
_SHARES = (0.0, 0.25, 0.5)


@dataclass(frozen=True)
class Evidence:
    """What speaks for each intent, before calibration.

    Attributes:
        logits: the head's [rows, classes].
        votes: of the nearest rows that were learnt [rows, classes]; a row's sum to 1.
        nearest: the cosine to the nearest of them [rows].
    """

    logits: Floats
    votes: Floats
    nearest: Floats


@dataclass(frozen=True)
class Calibration:
    """What was fitted on the rows set aside.

    Attributes:
        temperature: divides the logits before the softmax.
        weights: of log-odds, cosine and energy, and last the offset, in `belief`.
        center, spread: of the three signs, to bring them to one scale.
        threshold: a belief below it means that no intent is believable.
        vote_share: how much of the probability the nearest rows give, not the head.
    """

    temperature: float = 1.0
    weights: tuple[float, ...] = (1.0, 0.0, 0.0, 0.0)
    center: tuple[float, ...] = (0.0, 0.0, 0.0)
    spread: tuple[float, ...] = (1.0, 1.0, 1.0)
    threshold: float = 0.0
    vote_share: float = 0.0

    def probabilities(self, evidence: Evidence) -> Floats:
        """Calibrated probabilities [rows, classes]."""
        return _mix(evidence, temperature=self.temperature, share=self.vote_share)

    def belief(self, evidence: Evidence) -> Floats:
        """The probability that the top class is the right one, unknown kinds included: [rows]."""
        signs = _signs(evidence, temperature=self.temperature, share=self.vote_share)
        signs = (signs - self.center) / self.spread
        return _sigmoid(signs @ np.array(self.weights[:-1]) + self.weights[-1])

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> Self:
        """What `to_json` gave."""
        lists = {name: tuple(values[name]) for name in ("weights", "center", "spread")}
        return cls(
            temperature=values["temperature"],
            threshold=values["threshold"],
            vote_share=values["vote_share"],
            **lists,
        )


def fit(
    known: Evidence,
    unknown: Evidence,
    labels: Ints,
    *,
    unknown_share: float = 0.3,
    spare: float = 0.1,
) -> Calibration:
    """Fit on rows that were not learnt from.

    Args:
        known: of these rows.
        unknown: of the same rows, each as if the model did not have its intent.
        labels: [rows].
        unknown_share: how much of the traffic is expected to be of no known kind.
        spare: how many right answers may be refused for the sake of refusing wrong ones.
    """
    temperature, vote_share = _fit_mixture(known, labels)
    mixture = {"temperature": temperature, "share": vote_share}
    right = _mix(known, **mixture).argmax(1) == labels
    signs = np.concatenate([_signs(known, **mixture), _signs(unknown, **mixture)])
    truth = np.concatenate([right, np.zeros(len(labels), dtype=bool)]).astype(float)
    share = np.concatenate(
        [
            np.full(len(labels), (1 - unknown_share) / len(labels)),
            np.full(len(labels), unknown_share / len(labels)),
        ]
    )
    center, spread = signs.mean(0), signs.std(0) + 1e-6
    scaled = (signs - center) / spread
    slope, offset = _fit_logistic((scaled @ _LEAN)[:, None], truth, share)
    weights = np.array([*(max(slope, _LEAST_SLOPE) * _LEAN), offset])
    belief = _sigmoid(scaled @ weights[:-1] + weights[-1])
    return Calibration(
        temperature=temperature,
        weights=tuple(map(float, weights)),
        center=tuple(map(float, center)),
        spread=tuple(map(float, spread)),
        threshold=choose_threshold(belief, truth > 0, share, spare=spare),
        vote_share=vote_share,
    )


def _mix(evidence: Evidence, *, temperature: float, share: float) -> Floats:
    head = softmax(evidence.logits / temperature)
    return np.asarray((1 - share) * head + share * evidence.votes)


def _signs(evidence: Evidence, *, temperature: float, share: float) -> Floats:
    """Log-odds of the top class, cosine to the nearest row, energy: [rows, 3]."""
    top = _mix(evidence, temperature=temperature, share=share).max(1)
    top = np.clip(top, 1e-6, 1 - 1e-6)
    scaled = evidence.logits / temperature
    peak = scaled.max(1)
    energy = peak + np.log(np.exp(scaled - peak[:, None]).sum(1))
    return np.stack([np.log(top / (1 - top)), evidence.nearest, energy], axis=1)


def _fit_mixture(known: Evidence, labels: Ints) -> tuple[float, float]:
    """The temperature of the head alone, then the likeliest share of the votes."""
    rows = np.arange(len(labels))
    temperature = fit_temperature(known.logits, labels)

    def loss(share: float) -> float:
        mixed = _mix(known, temperature=temperature, share=share)
        return float(-np.log(mixed[rows, labels] + 1e-12).mean())

    return temperature, min(_SHARES, key=loss)


def fit_temperature(logits: Floats, labels: Ints) -> float:
    """The temperature of the smallest negative log-likelihood, by search over a grid."""
    grid = np.geomspace(0.25, 8, 120)
    rows = np.arange(len(labels))
    losses = [-np.log(softmax(logits / t)[rows, labels] + 1e-12).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])


def choose_threshold(
    belief: Floats, right: NDArray[np.bool_], share: Floats, *, spare: float
) -> float:
    """The belief under which rejecting pays: most right answers kept and wrong ones refused.

    Args:
        belief: [rows].
        right: [rows], whether the top class is right.
        share: [rows], how much of the traffic a row stands for.
        spare: how many of the right answers may be refused at most; asking back costs the
            shopper a turn each time.
    """
    ceiling = float(np.quantile(belief[right], spare)) if right.any() else 0.0
    candidates = np.unique(np.concatenate([[0.0, ceiling], belief[belief <= ceiling]]))
    gains = [(share * np.where(belief >= c, right, ~right)).sum() for c in candidates]
    best = np.flatnonzero(np.isclose(gains, max(gains)))
    # The middle of the best stretch, so that the next message need not fall just so.
    return float(candidates[best[len(best) // 2]])


def _fit_logistic(signs: Floats, truth: Floats, share: Floats) -> Floats:
    """Weighted ridge logistic regression by Newton's method; the offset comes last."""
    inputs = np.hstack([signs, np.ones((len(signs), 1))])
    ridge = _RIDGE * np.diag([*np.ones(signs.shape[1]), 0.0])
    weights = np.zeros(inputs.shape[1])
    for _ in range(50):
        p = _sigmoid(inputs @ weights)
        slope = inputs.T @ (share * (p - truth)) + ridge @ weights
        bend = (inputs * (share * p * (1 - p))[:, None]).T @ inputs + ridge
        step = np.linalg.solve(bend + 1e-9 * np.eye(len(weights)), slope)
        weights -= step
        if np.abs(step).max() < 1e-8:
            break
    return weights


def softmax(logits: Floats) -> Floats:
    """Along the last axis."""
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return np.asarray(powers / powers.sum(-1, keepdims=True))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))))


def expected_calibration_error(confidence: Floats, right: NDArray[np.bool_]) -> float:
    """Mean gap between confidence and accuracy over ten equal bins (Guo et al. 2017)."""
    bins = np.minimum((confidence * 10).astype(int), 9)
    gaps = [
        abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean()
        for b in range(10)
        if (bins == b).any()
    ]
    return float(sum(gaps))


def auroc(positive: Floats, negative: Floats) -> float | None:
    """The chance that a positive scores above a negative; None without both."""
    if not len(positive) or not len(negative):
        return None
    both = np.concatenate([positive, negative])
    _, places, counts = np.unique(both, return_inverse=True, return_counts=True)
    # Equal scores share the mean of their ranks.
    ranks = (np.cumsum(counts) - (counts - 1) / 2)[places]
    wins = ranks[: len(positive)].sum() - len(positive) * (len(positive) + 1) / 2
    return float(wins / (len(positive) * len(negative)))
