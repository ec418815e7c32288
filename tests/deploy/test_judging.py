"""The gate where the images have it: a candidate judged by the command line's own service."""

import shutil

import pytest

from learning.registry import read_report
from nlu.card import SHIPPED
from tests.deploy.stack import Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]

NAME = "20260504T110000Z"


def test_a_candidate_is_held_against_the_model_in_use(stack: Stack) -> None:
    candidate = stack.home / "models" / "nlu" / NAME
    shutil.copytree(SHIPPED, candidate)

    judged = stack.run("shopkeeper", "models", "judge", "nlu", NAME, seconds=1800)

    told = judged.stdout + judged.stderr
    report = read_report(candidate)
    assert report is not None, told
    checks = {each["name"]: each for each in report["checks"]}
    # It is the same model: whatever both were asked, it is as right as before.
    assert checks["heldout"]["passed"], told
    assert checks["heldout"]["before"] == checks["heldout"]["after"]
    assert checks["stories"]["passed"], told
    assert not checks["stories"]["detail"].startswith("Not held"), told
    assert checks["stories"]["after"] >= checks["stories"]["before"] > 30
    # Nobody's corrections show that it is better, so it stays on the shelf.
    assert (candidate / "report.html").is_file()
    # The shop has served on meanwhile, and no private one is left.
    assert not list(stack.home.glob(".private-*"))
    assert stack.probe("gateway").returncode == 0
