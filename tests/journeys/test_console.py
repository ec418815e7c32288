"""Staff at their console in a real Chromium, beside a shopper's widget, over the real processes.

With SHOPKEEPER_SCREENSHOTS set to a folder, the screenshots of the README are taken into it.
"""

from typing import Any, Literal

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desks import Colleague, Desk, shopper_page, sit_down, team
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, keep_screenshot, open_chat, say

__all__ = ["browser", "shopper_page", "sit_down", "team"]
pytestmark = pytest.mark.journey

TABLET = {"width": 768, "height": 1024}
SCHEMES: list[Literal["light", "dark"]] = ["dark", "light"]
PAGES = {
    "/": "Inbox",
    "/team": "Team",
    "/insight": "Insight",
    "/audit": "Audit log",
    "/settings": "Settings",
    "/settings/canned": "Canned answers",
    "/settings/rules": "Rules",
}


def test_a_shopper_is_taken_over_served_and_handed_back(
    team: dict[str, Colleague], sit_down: Any, shopper_page: Page
) -> None:
    chat = open_chat(shopper_page)
    said = say(chat, "running shoes under 120 please")
    desk: Desk = sit_down(team["Ana"])
    say(chat, "I want to talk to a person")
    field = chat.get_by_label("Your message")

    desk.open("Queue", "running shoes under 120 please")
    card = desk.page.get_by_role("complementary", name="Takeover card")
    expect(card.get_by_text("Asked for a person", exact=True)).to_be_visible(timeout=ANSWER_MS)
    expect(card.get_by_text("Recommended so far")).to_be_visible(timeout=ANSWER_MS)
    assert desk.accessibility_faults() == []
    desk.claim()

    # Both write, and see each other write, but not themselves.
    desk.page.get_by_label("Your answer").press_sequentially("Hello, th", delay=20)
    expect(chat.locator(".typing")).to_be_visible(timeout=ANSWER_MS)
    expect(desk.page.get_by_text("is writing")).to_have_count(0)
    desk.write("Hello, this is Ana. Which size do you need?")
    expect(said.get_by_text("Which size do you need?")).to_be_visible(timeout=ANSWER_MS)
    expect(chat.locator(".typing")).to_have_count(0)
    field.press_sequentially("Size 42, and", delay=20)
    expect(desk.page.get_by_text("is writing")).to_be_visible(timeout=ANSWER_MS)
    field.fill("Size 42, and <b>blue</b>")
    field.press("Enter")
    expect(desk.log.get_by_text("Size 42, and <b>blue</b>", exact=True)).to_be_visible(
        timeout=ANSWER_MS
    )
    keep_screenshot(desk.page, "console")

    # Real cards, chosen from what the recommender ranks for this shopper.
    shown = chat.get_by_role("list", name="Products").count()
    desk.page.get_by_role("button", name="Pick products").click()
    picker = desk.page.get_by_role("dialog", name="Pick products")
    products = picker.get_by_role("listitem").get_by_role("button")
    expect(products.first).to_be_visible(timeout=ANSWER_MS)
    products.nth(0).click()
    products.nth(1).click()
    picker.get_by_role("button", name="Add 2 products").click()
    desk.page.get_by_role("button", name="Send", exact=True).click()
    expect(chat.get_by_role("list", name="Products")).to_have_count(shown + 1, timeout=ANSWER_MS)
    sent = chat.get_by_role("list", name="Products").last.get_by_role("listitem")
    expect(sent).to_have_count(2)

    desk.page.get_by_role("button", name="Release").click()
    expect(desk.page.get_by_text("The assistant is answering.")).to_be_visible(timeout=ANSWER_MS)
    say(chat, "show me lamps")
    expect(desk.log.get_by_text("show me lamps", exact=True)).to_be_visible(timeout=ANSWER_MS)
    assert desk.complaints == []


def test_of_two_agents_who_claim_one_gets_the_conversation_and_the_other_its_owner(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    shopper = shop.shopper()
    shopper.say("my parcel has a hole, let me speak to a human")
    ben: Desk = sit_down(team["Ben"], deaf=True)
    ben.open("Queue", "my parcel has a hole")
    expect(ben.page.get_by_role("button", name="Claim").first).to_be_visible(timeout=ANSWER_MS)
    ana: Desk = sit_down(team["Ana"])
    ana.open("Queue", "my parcel has a hole")
    ana.claim()
    ben.page.get_by_role("button", name="Claim").first.click()
    expect(ben.page.get_by_text("Ana already has this conversation.").first).to_be_visible(
        timeout=ANSWER_MS
    )
    expect(ben.page.get_by_text("Ana is talking to this shopper.")).to_be_visible(timeout=ANSWER_MS)
    expect(ben.page.get_by_label("Your answer")).to_have_count(0)


def test_what_is_written_while_the_line_is_down_is_sent_when_it_is_back(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    shopper = shop.shopper()
    shopper.say("my mixer hums, can I talk to a person")
    desk: Desk = sit_down(team["Ana"])
    desk.open("Queue", "my mixer hums")
    desk.claim()
    desk.page.context.set_offline(True)
    answer = desk.page.get_by_label("Your answer")
    answer.fill("I am looking into it.")
    answer.press("Enter")
    expect(desk.log.get_by_text("Sending")).to_be_visible()
    desk.page.context.set_offline(False)
    assert shopper.until("I am looking into it.") == "I am looking into it."
    said = [message["text"] for message in shopper.history()]
    assert said.count("I am looking into it.") == 1
    expect(desk.log.get_by_text("Sending")).to_have_count(0, timeout=ANSWER_MS)


def test_the_console_fits_a_tablet_one_pane_at_a_time(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    shopper = shop.shopper()
    shopper.say("a lamp for my desk")
    desk: Desk = sit_down(team["Sue"], size=TABLET)
    desk.open("All", "a lamp for my desk")
    expect(desk.log.get_by_text("a lamp for my desk", exact=True)).to_be_visible(timeout=ANSWER_MS)
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    assert desk.accessibility_faults() == []
    desk.page.get_by_role("link", name="Back to the list").click()
    expect(desk.page.get_by_role("region", name="Conversations")).to_be_visible()


def test_no_page_of_the_console_shuts_anybody_out(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    desk: Desk = sit_down(team["Sue"])
    for path, heading in PAGES.items():
        # As its links go: the page itself is loaded once.
        desk.page.evaluate("path => history.pushState(null, '', '/console' + path)", path)
        expect(desk.page.get_by_role("heading", name=heading).first).to_be_visible(
            timeout=ANSWER_MS
        )
        expect(desk.page.get_by_role("status", name="Loading")).to_have_count(0, timeout=ANSWER_MS)
        for scheme in SCHEMES:
            desk.page.emulate_media(color_scheme=scheme)
            assert desk.accessibility_faults() == [], (path, scheme)
        if path == "/insight":
            keep_screenshot(desk.page, "insight")
    desk.page.get_by_role("button", name="Signed in as Sue").click()
    desk.page.get_by_role("menuitem", name="Sign out").click()
    expect(desk.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=ANSWER_MS)
    assert desk.accessibility_faults() == []
    assert desk.complaints == []
