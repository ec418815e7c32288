"""Whether what shoppers say and do has changed: the last week held against the four before it.

Three things must come together before anybody is alarmed. Chance must not explain the change: a
permutation test over shoppers, not over messages, since what one shopper says hangs together; its
tail is read off a curve fitted to the first two moments, and the levels of all that is watched are
corrected by Holm's method (Holm 1979, "A simple sequentially rejective multiple test procedure").
The change must be large enough to matter, which no test tells in a busy shop. And it must be larger
than any of the weeks before differed from the others: shops have good weeks and bad ones.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.integer[Any]]
State = Literal["alert", "quiet", "too_few"]

# Week 0 is the last, 1 to 4 those before it.
WEEKS = 4
# How often something that watches everything may be wrong about a quiet week.
ALARMED_BY_CHANCE = 0.01
# As many shoppers are needed in the last week, and twice as many in the weeks before.
FEWEST = 40
# Times the largest difference among the weeks before.
_BEYOND_USUAL = 1.5
_SHUFFLES = 400
_SEED = 11


@dataclass(frozen=True, slots=True)
class Sample:
    """What was measured of each shopper in each week in which they came.

    Attributes:
        weeks: 0 for the last, then 1 to 4 [units].
        sums: of what is measured: one column for a mean, one for each kind of a mix [units, kinds].
        sizes: what a mean is taken over, messages for instance [units]; of a mix the row's total.
    """

    weeks: Ints
    sums: Floats
    sizes: Floats


@dataclass(frozen=True, slots=True)
class Watch:
    """What is watched, and when it matters.

    Attributes:
        name: for programs.
        mix: shares of kinds are compared, not a mean.
        floor: the least change that matters: of a mean in its own unit, of a mix the Jensen-Shannon
            divergence in bits; .02 is about what a kind makes that grows from 5% to 15%.
        direction: which way a mean has to move to alarm: 1, -1, or 0 for either.
        relative: the floor is a share of what it was before.
    """

    name: str
    mix: bool
    floor: float
    direction: int = 0
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What came out.

    Attributes:
        state: `too_few` where nothing can be said.
        before, now: the mean in the weeks before and in the last; None of a mix.
        change: how far they lie apart, as the watch's floor is meant; None with too few.
        usual: the largest change of one of the weeks before against the other three.
        chance: how likely a change as large is by chance alone, before any correction.
        shoppers: how many there were in the last week, and in those before.
    """

    watch: Watch
    state: State
    before: float | None
    now: float | None
    change: float | None
    usual: float | None
    chance: float | None
    shoppers: tuple[int, int]


def compare(samples: Sequence[tuple[Watch, Sample]]) -> list[Finding]:
    """Hold the last week against those before, for everything that is watched at once."""
    measured = [_measure(watch, sample) for watch, sample in samples]
    chances = [finding.chance for finding in measured if finding.chance is not None]
    level = _holm(chances, at=ALARMED_BY_CHANCE)
    return [_judged(finding, level) for finding in measured]


def shares(sample: Sample) -> tuple[Floats, Floats]:
    """Of each kind of a mix, or the mean: before and now; 0 where nothing was measured."""
    recent = sample.weeks == 0
    return _level(sample, ~recent), _level(sample, recent)


def _measure(watch: Watch, sample: Sample) -> Finding:
    recent = sample.weeks == 0
    now, before = int(recent.sum()), int((~recent).sum())
    if now < FEWEST or before < 2 * FEWEST:
        return Finding(watch, "too_few", None, None, None, None, None, (now, before))
    then_level, now_level = shares(sample)
    change = _change(watch, then_level, now_level)
    return Finding(
        watch,
        "quiet",
        None if watch.mix else float(then_level[0]),
        None if watch.mix else float(now_level[0]),
        change,
        _usual(watch, sample),
        _chance(watch, sample, abs(change)),
        (now, before),
    )


def _judged(finding: Finding, level: float) -> Finding:
    watch, change = finding.watch, finding.change
    if change is None or finding.chance is None or finding.usual is None:
        return finding
    alarming = (
        finding.chance <= level
        and abs(change) >= watch.floor
        and abs(change) > _BEYOND_USUAL * finding.usual
        and (watch.direction == 0 or math.copysign(1, change) == watch.direction)
    )
    return replace(finding, state="alert" if alarming else "quiet")


def _level(sample: Sample, chosen: NDArray[np.bool_]) -> Floats:
    size = float(sample.sizes[chosen].sum())
    return np.asarray(sample.sums[chosen].sum(0) / size if size else sample.sums[:0].sum(0))


def _change(watch: Watch, before: Floats, now: Floats) -> float:
    if watch.mix:
        return float(divergence(before[None], now[None])[0])
    change = float(now[0] - before[0])
    if watch.relative:
        return change / float(before[0]) if before[0] else 0.0
    return change


def divergence(one: Floats, other: Floats) -> Floats:
    """The Jensen-Shannon divergence of shares in bits, 0 to 1: [rows, kinds] to [rows]."""
    middle = (one + other) / 2

    def bits(shares: Floats) -> Floats:
        with np.errstate(divide="ignore", invalid="ignore"):
            parts = np.where(shares > 0, shares * np.log2(shares / middle), 0.0)
        return np.asarray(parts.sum(-1))

    return np.asarray(np.maximum((bits(one) + bits(other)) / 2, 0.0))


def _usual(watch: Watch, sample: Sample) -> float:
    """The largest change of one of the weeks before against the others before."""
    changes = [0.0]
    for week in range(1, WEEKS + 1):
        mine = sample.weeks == week
        others = (sample.weeks > 0) & ~mine
        if sample.sizes[mine].sum() and sample.sizes[others].sum():
            changes.append(abs(_change(watch, _level(sample, others), _level(sample, mine))))
    return max(changes)


def _chance(watch: Watch, sample: Sample, change: float) -> float:
    """How likely a change as large is if it did not matter in which week a shopper came."""
    rng = np.random.default_rng(_SEED)
    count = int((sample.weeks == 0).sum())
    drawn = np.zeros((_SHUFFLES, len(sample.weeks)), dtype=np.float32)
    for row in drawn:
        row[rng.choice(len(row), count, replace=False, shuffle=False)] = 1.0
    # The sums of the shoppers drawn, and of the others.
    sums, sizes = sample.sums.astype(np.float64), sample.sizes.astype(np.float64)
    now_sums, now_sizes = drawn @ sums, drawn @ sizes
    then_sums, then_sizes = sums.sum(0) - now_sums, sizes.sum() - now_sizes
    now = now_sums / np.maximum(now_sizes, 1e-9)[:, None]
    then = then_sums / np.maximum(then_sizes, 1e-9)[:, None]
    if watch.mix:
        return _beyond_gamma(divergence(then, now), change)
    moved = now[:, 0] - then[:, 0]
    if watch.relative:
        moved = moved / np.maximum(then[:, 0], 1e-9)
    spread = float(moved.std())
    if not spread:
        return 1.0 if change == 0 else 0.0
    return math.erfc(change / spread / math.sqrt(2))


def _beyond_gamma(drawn: Floats, value: float) -> float:
    """The tail of the gamma distribution with the moments of these, by Wilson and Hilferty."""
    mean, variance = float(drawn.mean()), float(drawn.var())
    if not variance or not mean:
        return 1.0 if value <= mean else 0.0
    shape = mean * mean / variance
    root = (max(value, 0.0) / mean) ** (1 / 3)
    z = (root - (1 - 1 / (9 * shape))) / math.sqrt(1 / (9 * shape))
    return 0.5 * math.erfc(z / math.sqrt(2))


def _holm(chances: Sequence[float], *, at: float) -> float:
    """The largest chance that still counts as none, over so many tests."""
    level = -1.0
    for rank, chance in enumerate(sorted(chances)):
        if chance > at / (len(chances) - rank):
            break
        level = chance
    return level
