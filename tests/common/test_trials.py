"""How sure a share is that was counted."""

import pytest

from common.trials import likely_share


# Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_that_of_the_literature(
    count: int, of: int, low: float, high: float
) -> None:
    assert likely_share(count / of, of) == pytest.approx((low, high), abs=1e-4)
