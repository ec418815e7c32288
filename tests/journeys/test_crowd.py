"""A hundred widgets open at once, over the real processes."""

import subprocess
import sys

import pytest

from tests.journeys.shop import ROOT, RunningShop

pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_of_a_hundred_open_widgets_each_hears_what_is_meant_for_it_once(shop: RunningShop) -> None:
    crowd = subprocess.run(
        [sys.executable, "-m", "benchmarks.widgets_open", "--over", "60", "--idle", "2"],
        env=shop.environment,
        cwd=ROOT,
        capture_output=True,
        text=True,
    )

    assert crowd.returncode == 0, crowd.stdout + crowd.stderr
    assert "100 widgets open" in crowd.stdout
