from collections import Counter
from random import Random

import pytest

from recommender.exploration import explore

PICKED = [(row, 0.0) for row in range(5)]
ORDER = list(range(40))


def test_the_chances_told_are_the_chances_taken() -> None:
    rng, answers = Random(3), 20_000
    shown: Counter[int] = Counter()
    told: dict[int, float] = {}
    for _ in range(answers):
        picked, chances = explore(PICKED, ORDER, share=0.2, rng=rng)
        assert [row for row, _ in picked[:-1]] == [0, 1, 2, 3]
        assert chances[:-1] == [1.0] * 4
        shown[picked[-1][0]] += 1
        told[picked[-1][0]] = chances[-1]
    assert set(told) == {4, *range(5, 15)}
    assert sum(told.values()) == pytest.approx(1)
    for row, chance in told.items():
        assert shown[row] / answers == pytest.approx(chance, abs=0.005)


@pytest.mark.parametrize(
    ("picked", "order", "share"),
    [(PICKED, ORDER, 0.0), (PICKED, ORDER[:5], 1.0), (PICKED[:3], ORDER, 1.0), ([], [], 1.0)],
)
def test_few_places_or_nothing_further_leave_the_order_certain(
    picked: list[tuple[int, float]], order: list[int], share: float
) -> None:
    assert explore(picked, order, share=share, rng=Random(1)) == (picked, [1.0] * len(picked))
