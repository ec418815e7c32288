"""Drift: a surge alarms, quiet weeks do not, and too little says nothing."""

import math

import numpy as np
import pytest

from learning.drift import FEWEST, Finding, Sample, Watch, compare, divergence, shares

KINDS = 12
MIX = Watch("intents", mix=True, floor=0.02)
FALL = Watch("confidence", mix=False, floor=0.04, direction=-1)
RATE = Watch("conversion", mix=False, floor=0.25, relative=True)
USUAL = np.array([30, 20, 15, 10, 8, 6, 4, 3, 2, 1, 0.5, 0.5]) / 100


def weeks_of(shoppers: int, *, last: int | None = None) -> np.ndarray:
    """So many shoppers in each of four weeks and in the last."""
    counts = [shoppers if last is None else last, *[shoppers] * 4]
    return np.repeat(np.arange(5), counts)


def a_mix(
    rng: np.random.Generator,
    *,
    shoppers: int = 150,
    last: np.ndarray = USUAL,
    unrest: float = 0.0,
) -> Sample:
    """Shoppers who each say a few things and like to repeat themselves.

    Args:
        last: the shares of kinds in the last week.
        unrest: how much each week has a mix of its own.
    """
    weeks = weeks_of(shoppers)
    rows = np.zeros((len(weeks), KINDS))
    of_week = [
        rng.dirichlet(shares / unrest) if unrest else shares
        for shares in (last, USUAL, USUAL, USUAL, USUAL)
    ]
    for row, week in zip(rows, weeks, strict=True):
        own = rng.dirichlet(of_week[week] * 6 + 1e-3)
        row += rng.multinomial(1 + rng.poisson(3), own)
    return Sample(weeks, rows, rows.sum(1))


def a_mean(
    rng: np.random.Generator, *, shoppers: int = 150, last: float = 0.8, unrest: float = 0.0
) -> Sample:
    """Shoppers whose messages are believed more or less, each in their own way."""
    weeks = weeks_of(shoppers)
    level = np.array([last, 0.8, 0.8, 0.8, 0.8]) + unrest * rng.normal(size=5)
    sizes = 1.0 + rng.poisson(3, size=len(weeks))
    means = level[weeks] + 0.1 * rng.normal(size=len(weeks))
    sums = sizes * (means + 0.15 * rng.normal(size=len(weeks)) / np.sqrt(sizes))
    return Sample(weeks, sums[:, None], sizes)


def states(findings: list[Finding]) -> list[str]:
    return [finding.state for finding in findings]


def surged(share: float) -> np.ndarray:
    """One kind takes up this share, the others keep their proportions."""
    mix = USUAL.copy()
    mix[6] = 0.0
    mix *= (1 - share) / mix.sum()
    mix[6] = share
    return mix


def test_twenty_quiet_weeks_do_not_alarm() -> None:
    alarmed = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        found = compare([(MIX, a_mix(rng)), (FALL, a_mean(rng)), (RATE, a_mean(rng))])
        alarmed += "alert" in states(found)
    assert alarmed == 0


def test_twenty_restless_but_usual_weeks_do_not_alarm() -> None:
    alarmed = 0
    for seed in range(100, 120):
        rng = np.random.default_rng(seed)
        mix, mean = a_mix(rng, unrest=0.004), a_mean(rng, unrest=0.01)
        alarmed += "alert" in states(compare([(MIX, mix), (FALL, mean)]))
    assert alarmed == 0


@pytest.mark.parametrize("seed", range(5))
def test_a_surge_of_one_kind_alarms(seed: int) -> None:
    rng = np.random.default_rng(seed)
    (found,) = compare([(MIX, a_mix(rng, last=surged(0.25)))])
    assert found.state == "alert"
    assert found.chance is not None
    assert found.chance < 1e-4


@pytest.mark.parametrize("seed", range(5))
def test_a_fall_of_confidence_alarms_and_a_rise_does_not(seed: int) -> None:
    rng = np.random.default_rng(seed)
    fallen, risen = a_mean(rng, last=0.7), a_mean(rng, last=0.9)
    assert states(compare([(FALL, fallen)])) == ["alert"]
    assert states(compare([(FALL, risen)])) == ["quiet"]


def test_a_change_that_is_sure_but_small_does_not_alarm() -> None:
    rng = np.random.default_rng(1)
    (found,) = compare([(FALL, a_mean(rng, shoppers=2000, last=0.78))])
    assert found.chance is not None
    assert found.chance < 0.001
    assert found.state == "quiet"


def test_a_change_no_larger_than_the_weeks_before_have_seen_does_not_alarm() -> None:
    rng = np.random.default_rng(1)
    weeks = weeks_of(300)
    level = np.array([0.7, 0.8, 0.68, 0.8, 0.8])[weeks]
    sizes = np.full(len(weeks), 3.0)
    sums = sizes * (level + 0.05 * rng.normal(size=len(weeks)))
    (found,) = compare([(FALL, Sample(weeks, sums[:, None], sizes))])
    assert found.state == "quiet"
    assert found.usual == pytest.approx(0.12, abs=0.02)


def test_a_relative_change_is_a_share_of_before() -> None:
    rng = np.random.default_rng(2)
    (found,) = compare([(RATE, a_mean(rng, last=0.4))])
    assert found.change == pytest.approx(-0.5, abs=0.06)
    assert found.state == "alert"


def test_too_few_shoppers_say_nothing() -> None:
    rng = np.random.default_rng(3)
    sample = a_mix(rng, shoppers=FEWEST - 1, last=surged(0.6))
    (found,) = compare([(MIX, sample)])
    assert (found.state, found.change, found.chance) == ("too_few", None, None)
    assert found.shoppers == (FEWEST - 1, 4 * (FEWEST - 1))


def test_one_shopper_who_says_the_same_a_thousand_times_is_no_surge() -> None:
    rng = np.random.default_rng(4)
    sample = a_mix(rng)
    sums = sample.sums.copy()
    sums[0, 6] += 1000
    (found,) = compare([(MIX, Sample(sample.weeks, sums, sums.sum(1)))])
    assert found.change is not None
    assert found.change > MIX.floor
    assert found.state == "quiet"


def test_more_is_watched_the_surer_each_has_to_be() -> None:
    rng = np.random.default_rng(5)
    small = a_mean(rng, shoppers=60, last=0.75)
    (alone,) = compare([(FALL, small)])
    assert alone.chance is not None
    assert 1e-4 < alone.chance < 0.01
    among = compare([(FALL, small), *[(MIX, a_mix(rng)) for _ in range(99)]])
    assert alone.state == "alert"
    assert among[0].state == "quiet"


def test_divergence_is_none_of_the_same_and_one_of_opposites() -> None:
    same, opposite = np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]])
    assert divergence(same, same) == pytest.approx([0.0])
    assert divergence(opposite, opposite[:, ::-1]) == pytest.approx([1.0])
    # Of a fair and a sure coin: H(3/4, 1/4) - 1/2.
    entropy = -(0.75 * math.log2(0.75) + 0.25 * math.log2(0.25))
    assert divergence(same, opposite) == pytest.approx([entropy - 0.5])


def test_shares_are_of_before_and_now() -> None:
    sample = Sample(np.array([0, 1, 2]), np.array([[1, 1], [3, 0], [0, 1]]), np.array([2, 3, 1]))
    before, now = shares(sample)
    assert before == pytest.approx([0.75, 0.25])
    assert now == pytest.approx([0.5, 0.5])


def test_what_never_varies_is_quiet_until_it_changes() -> None:
    weeks = weeks_of(100)
    sizes = np.ones(len(weeks))
    still = Sample(weeks, np.full((len(weeks), 1), 0.9), sizes)
    (found,) = compare([(FALL, still)])
    assert found.state == "quiet"
