"""What anybody types stays text: in the console, in the widget, in what is taken home."""

import json
import uuid
import zipfile
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.desks import Colleague, Desk, shopper_page, sit_down, team
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, open_chat, say
from tests.journeys.test_console import PAGES

__all__ = ["browser", "shopper_page", "sit_down", "team"]
pytestmark = [pytest.mark.journey, pytest.mark.slow]

NASTY = [
    "<img src=x onerror=owned()>",
    '"><script>owned()</script><svg/onload=owned()>',
    "'><iframe srcdoc='<script>parent.owned()</script>'>",
    "[prize](javascript:owned()) **<b onmouseover=owned()>bold</b>**",
    "{{7*7}} ${owned()} </textarea><details open ontoggle=owned()>",
]
ALL = " ".join(NASTY)
# Ways in which something typed would show that it ran, or became more than text.
SNARE = """
window.ran = [];
window.owned = () => window.ran.push("script");
for (const name of ["alert", "confirm", "prompt"]) window[name] = () => window.ran.push(name);
"""
LOOK = """() => {
  const bad = "img[src=x], iframe, svg[onload], [onerror], [onmouseover], [ontoggle], "
    + "a[href^='javascript'], a[href^='data:text'], script:not([src])";
  const roots = [document];
  for (const { shadowRoot } of document.querySelectorAll("*")) {
    if (shadowRoot) roots.push(shadowRoot);
  }
  return [...window.ran, ...roots.flatMap((root) => [...root.querySelectorAll(bad)]
    .map((found) => found.outerHTML))];
}"""
# What is shown of what the shop answers, whoever typed it first.
SHOWN = {
    "title",
    "text",
    "name",
    "brand",
    "summary",
    "question",
    "comment",
    "search_term",
    "detail",
}


def poison(value: Any) -> Any:
    """The answer with the nasty words in place of all that is shown of it."""
    if isinstance(value, list):
        return [poison(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: ALL
        if key in SHOWN and isinstance(one, str)
        else [ALL]
        if key in ("tags", "looking_for", "words")
        else "javascript:owned()"
        if key in ("url", "image_url")
        else poison(one)
        for key, one in value.items()
    }


def test_what_people_type_runs_nowhere(
    team: dict[str, Colleague], sit_down: Any, shopper_page: Page, shop: RunningShop
) -> None:
    shopper_page.add_init_script(SNARE)
    shopper_page.reload()
    chat = open_chat(shopper_page)
    word = uuid.uuid4().hex[:8]
    log = say(chat, f"person please {word}")
    desk: Desk = sit_down(team["Sue"], before=SNARE)
    desk.open("Queue", word)
    desk.claim()
    for text in NASTY:
        field = chat.get_by_label("Your message")
        field.fill(text)
        field.press("Enter")
        answer = desk.page.get_by_label("Your answer")
        answer.fill(f"{text} too")
        answer.press("Enter")
    for text in (NASTY[0], NASTY[-1]):
        expect(desk.log.get_by_text(text, exact=True)).to_be_visible(timeout=ANSWER_MS)
        expect(log.get_by_text(f"{text} too", exact=True)).to_be_visible(timeout=ANSWER_MS)
    desk.page.get_by_role("button", name="Write a note").click()
    desk.page.get_by_placeholder("A note for the team…").fill(ALL)
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("button", name="More actions").click()
    desk.page.get_by_role("menuitem", name="Edit tags").click()
    tags = desk.page.get_by_role("dialog", name="Tags")
    tags.get_by_label("New tag").fill(NASTY[0])
    tags.get_by_role("button", name="Add").click()
    expect(tags.get_by_text(NASTY[0])).to_be_visible()
    tags.get_by_role("button", name="Close").click()
    desk.page.get_by_role("button", name="Close conversation").click()
    chat.get_by_title("Bad", exact=True).click()
    chat.get_by_label("Anything you'd like to add?").fill(ALL)
    chat.get_by_role("button", name="Send", exact=True).click()
    expect(chat.get_by_text("Thank you, that helps us.")).to_be_visible(timeout=ANSWER_MS)
    assert shopper_page.evaluate(LOOK) == []
    assert desk.page.evaluate(LOOK) == []
    with shopper_page.expect_download() as download:
        chat.get_by_role("button", name="More", exact=True).click()
        chat.get_by_role("menuitem", name="Download this conversation").click()
    kept = download.value.path().read_text()
    assert all(f"{text} too" in kept for text in NASTY)
    assert download.value.suggested_filename.endswith(".txt")
    exported = shop.run("privacy", "export", "--session", session_of(shopper_page))
    assert exported.returncode == 0, exported.stderr
    newest = max((shop.home / "exports").iterdir(), key=lambda path: path.stat().st_mtime)
    with zipfile.ZipFile(newest) as archive:
        texts = [one["text"] for one in json.loads(archive.read("messages.json"))]
        # Data and plain text, nothing that a browser would take for a page.
        assert {name.rpartition(".")[2] for name in archive.namelist()} == {"json", "txt"}
    assert set(NASTY) <= set(texts)


def session_of(page: Page) -> str:
    stored = page.evaluate("JSON.stringify(Object.values(localStorage))")
    return next(json.loads(one)["session_id"] for one in json.loads(stored) if "session_id" in one)


def test_no_page_of_the_console_takes_words_for_more(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    shopper = shop.shopper()
    shopper.say("sneakers under 90")
    shopper.say("a person please")
    desk: Desk = sit_down(team["Ada"], before=SNARE)

    def answer(route: Route) -> None:
        if route.request.method != "GET":
            route.continue_()
            return
        found = route.fetch()
        route.fulfill(response=found, body=json.dumps(poison(found.json())))

    desk.page.route("**/api/staff/**", answer)
    for path in [*PAGES, "/settings/team", f"/c/{shopper.session_id}"]:
        desk.page.goto(f"{shop.url}/console{path}")
        expect(desk.page.get_by_role("navigation", name="Main")).to_be_visible(timeout=ANSWER_MS)
        expect(desk.page.get_by_role("status", name="Loading")).to_have_count(0, timeout=ANSWER_MS)
        expect(desk.page.get_by_role("main")).not_to_be_empty()
        assert desk.page.evaluate(LOOK) == [], path
    expect(desk.page.get_by_text("{{7*7}}").first).to_be_visible()
