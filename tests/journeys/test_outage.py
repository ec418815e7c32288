"""The gateway dies under a shopper's hands: the widget keeps what they wrote and sends it once."""

import os
import signal
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.shop import ROOT, RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, complaints, keep_screenshot, page, say

__all__ = ["browser", "complaints", "page"]
pytestmark = pytest.mark.journey

BACK_MS = 60_000
# A page of the shop's own, which is there whether or not the assistant is.
OWN_PAGE = (
    "<!doctype html><html lang=en><meta charset=utf-8><title>Corner Shop</title>"
    "<body><h1>Corner Shop</h1><script async src=/widget.js></script>"
)


def gateway_of(shop: RunningShop) -> int:
    """The gateway's process id: the supervisor's child that answers at the public port."""
    assert shop.process is not None
    for task in Path(f"/proc/{shop.process.pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            command = Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")
            if b"gateway" in command:
                return int(child)
    raise AssertionError("the supervisor has no gateway")


def open_own_page(page: Page, shop: RunningShop) -> None:
    def serve(route: Route) -> None:
        route.fulfill(body=OWN_PAGE, content_type="text/html")

    page.route("**/own-page", serve)
    page.route("**/widget.js", lambda route: route.fulfill(path=ROOT / "web/dist/widget.js"))
    page.goto(f"{shop.url}/own-page")


def test_a_message_survives_the_gateway_s_death_and_a_reload(page: Page, shop: RunningShop) -> None:
    open_own_page(page, shop)
    page.get_by_role("button", name="Open the chat").click()
    chat = page.get_by_role("dialog", name="Chat with the shop")
    log = chat.get_by_role("log")
    expect(log.get_by_text("AI assistant")).to_have_count(1, timeout=ANSWER_MS)
    say(chat, "lamps under 60")

    os.kill(gateway_of(shop), signal.SIGKILL)
    field = chat.get_by_label("Your message")
    field.fill("red sneakers under 90")
    field.press("Enter")

    expect(chat.get_by_text("Reconnecting…")).to_be_visible(timeout=10_000)
    expect(chat.get_by_text("Waiting for the connection…")).to_be_visible()
    # Nobody is alarmed by a restart.
    expect(chat.get_by_role("alert")).to_have_count(0)
    keep_screenshot(page, "outage")
    page.reload()
    expect(log.get_by_text("red sneakers under 90", exact=True)).to_have_count(1)
    keep_screenshot(page, "outage-reloaded")

    expect(log.get_by_text("AI assistant")).to_have_count(3, timeout=BACK_MS)
    expect(chat.get_by_text("AI, answers at once")).to_be_visible(timeout=ANSWER_MS)
    expect(log.get_by_text("red sneakers under 90", exact=True)).to_have_count(1)
    expect(chat.get_by_text("Waiting for the connection…")).to_have_count(0)
    keep_screenshot(page, "outage-over")
    # Nothing comes after that.
    time.sleep(3)
    expect(log.get_by_text("AI assistant")).to_have_count(3)
