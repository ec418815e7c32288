"""Two agents work through the inbox for corrections, with keys alone, over the real processes."""

import re
from typing import Any

from playwright.sync_api import Page, expect
from sqlalchemy import select

from db.engine import make_engine, session_factory
from db.tables.conversations import Message
from db.tables.handoffs import MessageLabel
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, keep_screenshot
from tests.journeys.test_console import (  # noqa: F401 - fixtures
    SCHEMES,
    TABLET,
    Colleague,
    Desk,
    browser,
    pytestmark,
    sit_down,
    team,
)

WORDS = "quokka"
SAID = [
    f"about my {WORDS} lamp",
    f"about my {WORDS} lamp!",
    f"oh the {WORDS} rug business",
]


def labels(shop: RunningShop) -> list[tuple[str, str | None, bool, list[dict[str, Any]] | None]]:
    engine = make_engine(f"sqlite:///{shop.home / 'shopkeeper.db'}")
    query = (
        select(Message.text, MessageLabel)
        .join(MessageLabel, MessageLabel.message_id == Message.id)
        .where(Message.text.contains(WORDS))
        .order_by(MessageLabel.id)
    )
    with session_factory(engine)() as session:
        found = [
            (text, label.intent, label.discarded, label.entities)
            for text, label in session.execute(query)
        ]
    engine.dispose()
    return found


def open_corrections(desk: Desk) -> Page:
    """The page, narrowed to what this journey said."""
    page = desk.page
    page.get_by_role("link", name="Corrections").click()
    expect(page.get_by_role("heading", name="Corrections", exact=True)).to_be_visible(
        timeout=ANSWER_MS
    )
    expect(page.get_by_role("status", name="Loading")).to_have_count(0, timeout=ANSWER_MS)
    search = page.get_by_role("searchbox")
    with page.expect_response(re.compile(r"/corrections\?.*q="), timeout=ANSWER_MS):
        search.fill(WORDS)
    search.press("Enter")
    return page


def test_two_agents_correct_what_shoppers_agreed_to(
    team: dict[str, Colleague],  # noqa: F811
    sit_down: Any,  # noqa: F811
    shop: RunningShop,
) -> None:
    agreed, silent = shop.shopper(), shop.shopper()
    assert agreed.http.post("/api/chat/consent", json={"training": True}).status_code == 204
    for text in SAID:
        agreed.say(text)
    silent.say(f"my {WORDS} is nobody's business")

    ana: Desk = sit_down(team["Ana"])
    page = open_corrections(ana)
    queue = page.get_by_role("region", name="Worth a look").get_by_role("button")
    focus = page.get_by_role("region", name="This message")
    expect(queue).to_have_count(2, timeout=ANSWER_MS)
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        # Colours change over a moment: half of them changed is a page that nobody sees.
        page.evaluate("Promise.allSettled(document.getAnimations().map(each => each.finished))")
        assert ana.accessibility_faults() == [], scheme
    keep_screenshot(page, "corrections")

    # Two alike are labelled in one go, by another intent than those that were likely.
    queue.filter(has_text="lamp").click()
    expect(focus.get_by_text("2 alike messages")).to_be_visible()
    page.keyboard.press("o")
    picker = page.get_by_role("combobox", name="Find an intent")
    picker.fill("complaint")
    assert ana.accessibility_faults() == []
    picker.press("Enter")
    expect(queue).to_have_count(1)

    # A colleague sees what is left, and each sees at once what the other does.
    ben: Desk = sit_down(team["Ben"], size=TABLET)
    others = open_corrections(ben)
    expect(others.get_by_role("region", name="This message")).to_contain_text("rug")
    assert others.evaluate("document.documentElement.scrollWidth") <= TABLET["width"]
    assert ben.accessibility_faults() == []

    # Words are marked by keys: the third one, which the model takes for something else.
    focus.get_by_text("rug", exact=True).wait_for()
    page.keyboard.press("e")
    for key in ("ArrowRight", "ArrowRight", "ArrowRight", "Enter"):
        page.keyboard.press(key)
    focus.get_by_role("button", name="Material", exact=True).click()
    page.keyboard.press("Enter")
    page.keyboard.press("1")
    expect(others.get_by_text("Nothing matches")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_text("Nothing matches")).to_be_visible(timeout=ANSWER_MS)
    done = labels(shop)
    assert {text: intent for text, intent, *_ in done[:2]} == dict.fromkeys(SAID[:2], "complaint")
    entities = done[2][3] or []
    assert [SAID[2][e["start"] : e["end"]] for e in entities if e["entity"] == "material"] == [
        WORDS
    ]

    # What was taken back is there again, for both.
    page.keyboard.press("u")
    expect(focus).to_contain_text("rug", timeout=ANSWER_MS)
    expect(others.get_by_role("region", name="This message")).to_contain_text(
        "rug", timeout=ANSWER_MS
    )
    page.keyboard.press("d")
    expect(page.get_by_text("Nothing matches")).to_be_visible(timeout=ANSWER_MS)
    expect(others.get_by_text("Nothing matches")).to_be_visible(timeout=ANSWER_MS)
    assert [(text, discarded) for text, _, discarded, _ in labels(shop)][-1] == (SAID[2], True)
    assert ana.complaints + ben.complaints == []
