"""Whether a candidate may serve: it must equal or beat the model in use, and the rows must show it.

Two models are asked the same rows, so that only the rows on which they differ tell anything. A
candidate that gets more of these wrong than right is worse here, and refused. That it is not worse
here is not yet enough: of a hundred rows, a model that is a point worse elsewhere loses none in one
case of three. So the rows must also rule out, with 99% confidence (docs/decisions/0020), that it is
worse by the margin or more: Tango's score test for the difference of paired shares (Tango 1998,
"Equivalence test and confidence interval for the difference in proportions for the paired-sample
design"). Its size is about the same on ten rows as on a thousand, where the usual normal interval
is far too sure of itself.

What follows for a margin of one point: on under about 540 rows a candidate has to gain (five net
rows of a hundred), and one that merely reads every row as before is refused: so few rows cannot
show it. On 800 rows a candidate that wins as many as it loses passes where it differs on six.
"""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# One-sided 99%.
_SURE = 2.326
# How much worse a candidate may be, and still seldom pass.
MARGIN = 0.01
# A drop of an intent is one that chance explains less often than so, in any of all intents, or
# that leaves less than half of its rows; a row or two of an intent with few are none.
_BY_CHANCE = 0.1
_LEAST_LOST = 2
_HALF = 0.5


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: stable, in snake case, for programs.
        before: the figure of the model in use; None where there is none.
        after: the same of the candidate.
        margin: how much worse the figure may be.
        detail: a sentence for whoever runs the shop: what was found, and of how much.
    """

    name: str
    passed: bool
    before: float | None
    after: float | None
    margin: float | None
    detail: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows from all checks."""

    passed: bool
    checks: tuple[Check, ...]

    @property
    def refused_by(self) -> tuple[str, ...]:
        """The names of the checks that it did not pass."""
        return tuple(check.name for check in self.checks if not check.passed)


def judge(checks: Sequence[Check]) -> Verdict:
    """A candidate passes when it passes every check, and there is one."""
    return Verdict(bool(checks) and all(check.passed for check in checks), tuple(checks))


def not_worse(
    name: str, before: Sequence[bool], after: Sequence[bool], *, margin: float = MARGIN
) -> Check:
    """Whether rows show that a candidate is no worse than the model in use.

    Args:
        name: of the check.
        before: for each row whether the model in use got it right.
        after: the same of the candidate, in the same order.
        margin: the share of rows by which it must not be worse, above 0 and below 1.

    Raises:
        ValueError: the rows of both are not the same, or the margin is no share.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} rows before and {len(after)} after: both need the same.")
    if not 0 < margin < 1:
        raise ValueError(f"A margin of {margin} is no share of the rows between 0 and 1.")
    rows = len(before)
    if not rows:
        return Check(name, passed=False, before=None, after=None, margin=margin, detail="No rows.")
    lost = sum(was and not now for was, now in zip(before, after, strict=True))
    won = sum(now and not was for was, now in zip(before, after, strict=True))
    found = f"Of {rows} rows it gets {won} right that were wrong, and {lost} wrong that were right"
    shown = _score(lost, won, rows, margin) <= -_SURE
    if lost > won:
        found += ": it is worse here."
    elif not shown:
        least = rows_to_win(lost, rows, margin=margin)
        wanted = f"{least} won rows would" if least is not None else "no number of won rows could"
        found += (
            f": too few to show that it is not worse by {margin:.1%} elsewhere ({wanted}). "
            "More corrected messages make the gate surer."
        )
    else:
        found += "."
    return Check(
        name,
        passed=lost <= won and shown,
        before=sum(map(bool, before)) / rows,
        after=sum(map(bool, after)) / rows,
        margin=margin,
        detail=found,
    )


def rows_to_win(lost: int, rows: int, *, margin: float = MARGIN) -> int | None:
    """How many rows a candidate must win to pass that loses so many; None where none is enough."""
    return next(
        (won for won in range(lost, rows - lost + 1) if _score(lost, won, rows, margin) <= -_SURE),
        None,
    )


def _score(lost: int, won: int, rows: int, margin: float) -> float:
    """Tango's z for "it is worse by the margin": the further below zero, the less likely."""
    # The likeliest share of won rows, were the candidate worse by just the margin: the larger root
    # of a * share^2 + b * share + c.
    a = 2 * rows
    b = (2 * rows - lost + won) * margin - lost - won
    c = -won * margin * (1 - margin)
    share = (math.sqrt(b * b - 4 * a * c) - b) / (2 * a)
    spread = rows * (2 * share + margin * (1 - margin))
    return (lost - won - rows * margin) / math.sqrt(spread)


def no_intent_dropped(
    intents: Sequence[str],
    before: Sequence[bool],
    after: Sequence[bool],
    *,
    margin: float,
    name: str = "intents",
) -> Check:
    """Whether any intent's rows fare worse by more than a share of them, and by no chance.

    There are some thirty intents with a few rows each: of those some lose rows to chance with any
    candidate. So the rows on which both models differ must also be unlike tosses of a coin (a
    one-sided sign test at 10% over all intents together, by Bonferroni), unless an intent loses
    half of its rows, which is a drop whatever the number of intents (measured by
    `benchmarks/learning_gate.py`: at 10% for each, a good candidate over 77 intents never passes).

    Args:
        intents: the right intent of each row.
        before: whether the model in use got it right.
        after: the same of the candidate.
        margin: the share of an intent's rows that it may lose, net.
        name: of the check.
    """
    sizes, lost, won = Counter(intents), Counter[str](), Counter[str]()
    for intent, was, now in zip(intents, before, after, strict=True):
        lost[intent] += was and not now
        won[intent] += now and not was
    net = {intent: lost[intent] - won[intent] for intent in sizes}
    dropped = sorted(
        (
            intent
            for intent, each in net.items()
            if each > max(_LEAST_LOST, margin * sizes[intent])
            and (
                each >= _HALF * sizes[intent]
                or _by_chance(lost[intent], won[intent]) < _BY_CHANCE / len(sizes)
            )
        ),
        key=lambda intent: -net[intent] / sizes[intent],
    )
    named = ", ".join(f"{intent} loses {net[intent]} of {sizes[intent]}" for intent in dropped)
    worst = max((each / sizes[intent] for intent, each in net.items()), default=0.0)
    return Check(
        name,
        passed=not dropped,
        before=None,
        after=max(worst, 0.0),
        margin=margin,
        detail=f"{named}." if dropped else f"None of {len(sizes)} intents drops.",
    )


def _by_chance(lost: int, won: int) -> float:
    """How often a fair coin loses as many rows, of those that differ, or more."""
    differ = lost + won
    return math.fsum(math.comb(differ, n) for n in range(lost, differ + 1)) / math.pow(2, differ)


def kept_up(
    name: str,
    before: float | None,
    after: float | None,
    *,
    margin: float,
    detail: str,
    less_is_better: bool = False,
) -> Check:
    """Whether a figure that has no rows to pair is no worse than before by more than a margin.

    A figure that only the candidate lacks fails: what cannot be told is not good.

    Args:
        name: of the check.
        before: of the model in use; None where it has none, and any then passes.
        after: of the candidate.
        margin: how much worse it may be, in the figure's own unit.
        detail: a sentence on what the figure is.
        less_is_better: as with an error or a time.
    """
    if before is None or after is None:
        passed = after is not None or before is None
    else:
        worse = after - before if less_is_better else before - after
        # Figures are rounded to four places: a hair over the margin is on it.
        passed = math.isfinite(after) and worse <= margin + 1e-9
    return Check(name, passed, before, after, margin, detail)


def means_not_worse(
    name: str, before: Sequence[float], after: Sequence[float], *, margin: float, detail: str
) -> Check:
    """Whether the mean of a figure that each row has is no worse, shown with 99% confidence.

    Args:
        name: of the check.
        before: the figure of each row with the model in use; more is better.
        after: the same with the candidate, in the same order.
        margin: how much less the mean may be, in its own unit.
        detail: a sentence on what the figure is.

    Raises:
        ValueError: the rows of both are not the same.
    """
    if len(before) != len(after):
        raise ValueError(f"{len(before)} rows before and {len(after)} after: both need the same.")
    rows = len(before)
    if rows < 2:
        return Check(name, passed=False, before=None, after=None, margin=margin, detail="No rows.")
    apart = [now - was for was, now in zip(before, after, strict=True)]
    gained = math.fsum(apart) / rows
    spread = math.sqrt(math.fsum((each - gained) ** 2 for each in apart) / (rows - 1) / rows)
    return Check(
        name,
        passed=gained >= 0 and gained - _SURE * spread >= -margin,
        before=math.fsum(before) / rows,
        after=math.fsum(after) / rows,
        margin=margin,
        detail=f"{detail} Over {rows} it changes by {gained:+.4f}, give or take {spread:.4f}.",
    )
