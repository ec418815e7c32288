"""The gateway dies in the middle of a takeover: under an open console and an open widget."""

import os
import signal
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desks import Colleague, Desk, shopper_page, sit_down, team
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, keep_screenshot, say
from tests.journeys.test_outage import BACK_MS, gateway_of, open_own_page

__all__ = ["browser", "shopper_page", "sit_down", "team"]
pytestmark = [pytest.mark.journey, pytest.mark.slow]


def test_nothing_is_lost_or_doubled_and_both_are_told(
    team: dict[str, Colleague], sit_down: Any, shopper_page: Page, shop: RunningShop
) -> None:
    open_own_page(shopper_page, shop)
    shopper_page.get_by_role("button", name="Open the chat").click()
    chat = shopper_page.get_by_role("dialog", name="Chat with the shop")
    log = chat.get_by_role("log")
    expect(log.get_by_text("AI assistant")).to_have_count(1, timeout=ANSWER_MS)
    words = f"can I talk to a person about lamp {uuid.uuid4().hex[:6]}"
    say(chat, words)
    desk: Desk = sit_down(team["Ana"])
    desk.open("Queue", words)
    desk.claim()
    desk.write("Hello, this is Ana.")
    expect(log.get_by_text("Hello, this is Ana.")).to_be_visible(timeout=ANSWER_MS)
    field, answer = chat.get_by_label("Your message"), desk.page.get_by_label("Your answer")

    os.kill(gateway_of(shop), signal.SIGKILL)
    field.fill("Does it dim?")
    field.press("Enter")
    answer.fill("It takes any bulb.")
    answer.press("Enter")
    answer.fill("And it dims.")
    answer.press("Enter")
    expect(chat.get_by_text("Reconnecting…")).to_be_visible(timeout=10_000)
    expect(desk.log.get_by_text("Sending").first).to_be_visible()
    strip = desk.page.get_by_text("Reconnecting. What you write is kept")
    expect(strip).to_be_visible(timeout=10_000)
    keep_screenshot(desk.page, "console-outage")

    for said in ("Does it dim?", "It takes any bulb.", "And it dims."):
        for side in (log, desk.log):
            expect(side.get_by_text(said, exact=True)).to_have_count(1, timeout=BACK_MS)
    expect(strip).to_have_count(0, timeout=BACK_MS)
    expect(desk.log.get_by_text("Sending")).to_have_count(0, timeout=ANSWER_MS)
    # It is Ana's as before, and the bot has kept out of it.
    expect(desk.page.get_by_text("With you", exact=True)).to_be_visible()
    expect(chat.get_by_role("heading", name="Ana")).to_be_visible(timeout=ANSWER_MS)
    expect(log.get_by_text("AI assistant")).to_have_count(2)

    desk.write("Anything else?")
    expect(log.get_by_text("Anything else?")).to_be_visible(timeout=ANSWER_MS)
    texts = [line.inner_text() for line in log.get_by_text("It takes any bulb.").all()]
    assert len(texts) == 1
    desk.page.get_by_role("button", name="Release").click()
    expect(desk.page.get_by_text("The assistant is answering.")).to_be_visible(timeout=ANSWER_MS)
    say(chat, "show me lamps")
