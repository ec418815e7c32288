"""Now and then another product in the last place, so that what nobody sees can still be found.

How likely each place was to be filled as it was is logged with it: that is what lets another
policy be judged by what shoppers did under this one (`recommender.offpolicy`).
"""

from collections.abc import Sequence
from random import Random

# The last of fewer places is still one of the few that a shopper compares.
_FEWEST = 4
# Drawn from so many that come next.
_NEXT = 10

Picked = list[tuple[int, float]]


def explore(
    picked: Picked, order: Sequence[int], *, share: float, rng: Random
) -> tuple[Picked, list[float]]:
    """Give the last place to one of those that come next, for a share of the answers.

    Args:
        picked: rows and what their likeness took off, best first.
        order: all rows that fit, best first.
        share: of the answers, 0 to 1.
        rng: draws.

    Returns:
        What is shown, and the chance of each place to be filled as it is.
    """
    certain = [1.0] * len(picked)
    if share <= 0 or len(picked) < _FEWEST:
        return picked, certain
    shown = {row for row, _ in picked}
    following = [int(row) for row in order[: len(picked) + _NEXT] if int(row) not in shown][:_NEXT]
    if not following:
        return picked, certain
    if rng.random() >= share:
        return picked, [*certain[:-1], 1.0 - share]
    drawn = rng.choice(following)
    return [*picked[:-1], (drawn, 0.0)], [*certain[:-1], share / len(following)]
