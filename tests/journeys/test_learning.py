"""A supervisor has a model trained at the console by the real learner, and thinks better of it."""

import os
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desks import Colleague, Desk, sit_down, team
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, keep_screenshot
from tests.journeys.test_console import SCHEMES, TABLET

__all__ = ["browser", "sit_down", "team"]
pytestmark = pytest.mark.journey

# The learner looks for jobs every two seconds, and goes behind everything else.
JOB_MS = 60_000


def child_of(shop: RunningShop, module: str) -> int:
    """The process id of the supervisor's child that runs this module."""
    assert shop.process is not None
    for task in Path(f"/proc/{shop.process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            if module.encode() in Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0"):
                return int(child)
    raise AssertionError(f"the supervisor has no {module}")


def open_learning(desk: Desk) -> Page:
    page = desk.page
    page.get_by_role("link", name="Learning").click()
    expect(page.get_by_role("heading", name="Learning", exact=True)).to_be_visible(
        timeout=ANSWER_MS
    )
    expect(page.get_by_role("region", name="Past trainings")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_text("No learner runs")).to_have_count(0)
    return page


@pytest.mark.slow
def test_a_training_is_started_followed_and_cancelled(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    sue: Desk = sit_down(team["Sue"])
    page = open_learning(sue)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        assert sue.accessibility_faults() == [], scheme
    keep_screenshot(page, "learning")

    page.get_by_role("region", name="Recommending goods").get_by_role(
        "button", name="Train"
    ).click()
    dialog = page.get_by_role("dialog")
    assert sue.accessibility_faults() == []
    dialog.get_by_role("switch", name="Put it into use if it passes").click()
    dialog.get_by_role("button", name="Train", exact=True).click()
    job = page.get_by_role("region", name="Training: recommending")
    expect(job).to_be_visible(timeout=ANSWER_MS)
    job.get_by_text("Log", exact=True).click()
    told = job.get_by_role("log", name="Log")
    expect(told).to_contain_text("shopkeeper train recommender", timeout=JOB_MS)
    expect(job.get_by_role("progressbar")).to_be_visible(timeout=ANSWER_MS)
    assert sue.accessibility_faults() == []
    # Shoppers are served as ever.
    assert httpx.get(f"{shop.url}/readyz", timeout=10).status_code == 200

    # An agent sees the same on a tablet, and can neither start nor end it.
    ana: Desk = sit_down(team["Ana"], size=TABLET)
    hers = open_learning(ana)
    expect(hers.get_by_role("region", name="Training: recommending")).to_be_visible(
        timeout=ANSWER_MS
    )
    for act in ("Train", "Cancel training"):
        expect(hers.get_by_role("button", name=act, exact=True)).to_have_count(0)
    assert hers.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    assert ana.accessibility_faults() == []

    job.get_by_role("button", name="Cancel training").click()
    past = page.get_by_role("region", name="Past trainings")
    expect(past.get_by_text("Cancelled")).to_be_visible(timeout=JOB_MS)
    expect(job).to_have_count(0)
    past.get_by_role("button", name="Log").first.click()
    expect(page.get_by_role("log", name="Log")).to_contain_text(
        "The job is cancelled", timeout=ANSWER_MS
    )
    assert sue.accessibility_faults() == []
    assert list((shop.home / "models" / "recommender").glob("2*")) == []
    assert sue.complaints + ana.complaints == []


@pytest.mark.slow
def test_a_learner_that_is_killed_goes_on_where_it_was(shop: RunningShop) -> None:
    """The shop starts it again, and what it was at is finished or said to have failed."""
    started = shop.run("jobs", "start", "nlu")
    assert started.returncode == 0, started.stderr
    number = started.stdout.split()[1]
    learner = child_of(shop, "learning")
    os.kill(learner, signal.SIGKILL)
    # It is no part of what shoppers need.
    assert httpx.get(f"{shop.url}/readyz", timeout=10).status_code == 200
    followed = shop.run("jobs", "log", number, "--follow")
    assert "There is nothing to learn yet" in followed.stdout
    assert "failed" in followed.stdout
    assert child_of(shop, "learning") != learner
