"""The demo shop's page and its widget in a real Chromium, over the real processes.

With SHOPKEEPER_SCREENSHOTS set to a folder, the screenshots of the README are taken into it.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from tests.conftest import skip_but_on_ci
from tests.journeys.shop import RunningShop

pytestmark = pytest.mark.journey

# Containers have no sandbox and a small /dev/shm; nothing may be fetched from elsewhere.
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    # Pages that a test makes up lie in no network, and may speak to the shop all the same.
    *("--disable-sync", "--disable-features=LocalNetworkAccessChecks"),
]
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
ANSWER_MS = 15_000


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        skip_but_on_ci("no Chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of: errors, refused scripts and styles."""
    return []


@pytest.fixture
def page(browser: Browser, shop: RunningShop, complaints: list[str]) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="en-US")
    opened = context.new_page()
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    opened.goto(shop.url)
    yield opened
    context.close()


def open_chat(page: Page) -> Locator:
    page.get_by_role("button", name="Open the chat").click()
    chat = page.get_by_role("dialog", name="Chat with the shop")
    # The welcome is in the log before anything is said, or it could be taken for an answer.
    expect(chat.get_by_role("log").get_by_text("AI assistant")).to_have_count(1, timeout=ANSWER_MS)
    return chat


def say(chat: Locator, text: str) -> Locator:
    """Write a message; wait for what follows it. Returns the whole log."""
    log = chat.get_by_role("log")
    before = log.get_by_text("AI assistant").count()
    field = chat.get_by_label("Your message")
    field.fill(text)
    field.press("Enter")
    expect(log.get_by_text("AI assistant")).to_have_count(before + 1, timeout=ANSWER_MS)
    return log


def keep_screenshot(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOPKEEPER_SCREENSHOTS"):
        page.wait_for_timeout(700)
        page.screenshot(path=Path(folder) / f"{name}.png")


def test_a_shopper_asks_refines_and_finds_it_all_again_after_a_reload(
    page: Page, complaints: list[str]
) -> None:
    chat = open_chat(page)
    log = say(chat, "sneakers under 90")
    cards = log.get_by_role("list", name="Products").last.get_by_role("listitem")
    expect(cards.first).to_be_visible()
    prices = [
        float(price)
        for card in cards.all()
        for price in re.findall(r"\$(\d+\.\d\d)", card.inner_text())[:1]
    ]
    assert prices
    assert max(prices) <= 90
    picture = cards.first.locator("img").first
    assert picture.evaluate(
        "async image => { await image.decode(); return image.naturalWidth > 100 }"
    )
    keep_screenshot(page, "shop")

    page.reload()
    # The widget stays as it was left.
    chat = page.get_by_role("dialog", name="Chat with the shop")
    expect(chat).to_be_visible(timeout=ANSWER_MS)
    expect(chat.get_by_text("sneakers under 90", exact=True)).to_be_visible(timeout=ANSWER_MS)
    assert complaints == []


def test_a_suggested_answer_can_be_tapped(page: Page) -> None:
    chat = open_chat(page)
    say(chat, "lamps")
    replies = chat.get_by_role("group", name="Suggested answers").get_by_role("button")
    expect(replies.first).to_be_visible()
    title = replies.first.inner_text()
    shown = chat.get_by_role("list", name="Products").count()
    replies.first.click()
    expect(chat.get_by_role("log").get_by_text(title, exact=True)).to_be_visible()
    expect(chat.get_by_role("list", name="Products")).to_have_count(shown + 1, timeout=ANSWER_MS)


def test_goods_are_compared_in_a_table_that_a_phone_can_hold(
    page: Page, complaints: list[str]
) -> None:
    page.set_viewport_size(PHONE)
    chat = open_chat(page)
    say(chat, "headphones")
    lists = chat.get_by_role("list", name="Products").count()
    log = say(chat, "compare the first, the second and the third")
    table = log.get_by_role("table", name="Side by side")
    expect(table.get_by_role("columnheader")).to_have_count(3)
    expect(table.get_by_role("rowheader", name="Price")).to_be_visible()
    # Its heads are the cards: the same goods are not shown twice.
    expect(chat.get_by_role("list", name="Products")).to_have_count(lists)
    label = table.get_by_role("rowheader").first
    before = label.bounding_box()
    table.evaluate("table => { table.parentElement.scrollLeft = 50 }")
    assert label.bounding_box() == before
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    keep_screenshot(page, "comparison")
    assert complaints == []


def test_markup_is_shown_as_the_text_it_is(page: Page) -> None:
    chat = open_chat(page)
    attack = '<img src=x onerror="document.title=1"><b>hi</b>'
    log = say(chat, attack)
    expect(log.get_by_text(attack, exact=True)).to_be_visible()
    assert page.title() != "1"


def test_the_widget_fills_a_phone(page: Page) -> None:
    page.set_viewport_size(PHONE)
    chat = open_chat(page)
    say(chat, "a gift for my sister who loves cooking, about 40 dollars")
    box = chat.bounding_box()
    assert box is not None
    assert (box["width"], box["height"]) == (PHONE["width"], PHONE["height"])
    keep_screenshot(page, "phone")


def test_a_customer_can_be_chosen_and_gets_goods_of_their_taste(
    page: Page, shop: RunningShop
) -> None:
    page.get_by_role("button", name=re.compile("Shopping as")).click()
    page.get_by_role("button", name=re.compile("Maya")).click()
    chat = open_chat(page)
    log = say(chat, "what would you recommend for me?")
    expect(log.get_by_role("list", name="Products").last).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("Maya"))).to_be_visible()
