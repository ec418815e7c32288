"""A working day at the console in a real Chromium: what staff do beside answering."""

import re
import uuid
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.desks import Colleague, Desk, shopper_page, sit_down, team
from tests.journeys.shop import RunningShop
from tests.journeys.test_browser import ANSWER_MS, browser, keep_screenshot, open_chat, say

__all__ = ["browser", "shopper_page", "sit_down", "team"]
pytestmark = pytest.mark.journey


def choose(page: Page, label: str, option: str) -> None:
    """Choose one of a list that opens."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option, exact=True).click()


def go(desk: Desk, path: str) -> None:
    """As the console's own links go: the page is loaded once."""
    desk.page.evaluate("path => history.pushState(null, '', '/console' + path)", path)


def test_a_conversation_is_corrected_tagged_handed_on_and_closed(
    team: dict[str, Colleague], sit_down: Any, shopper_page: Page
) -> None:
    chat = open_chat(shopper_page)
    words = f"the zip of my rucksack jams {uuid.uuid4().hex[:6]}"
    say(chat, words)
    log = say(chat, "can I talk to a person")
    ana: Desk = sit_down(team["Ana"])
    ana.open("Queue", words)
    ana.claim()
    page = ana.page

    # What the model made of a message is put right where it stands.
    reading = ana.log.get_by_role("button", name="How this was understood; correct it")
    reading.first.click()
    popup = page.get_by_role("dialog", name="How this was understood")
    expect(popup.get_by_role("button", name="Save correction")).to_be_disabled()
    # Where no intent fits, a new one is made on the spot; it can be chosen at once.
    mend = f"mend_{uuid.uuid4().hex[:6]}"
    choose(page, "Correct intent", "Make a new intent")
    popup.get_by_label("Name").fill(mend)
    popup.get_by_label("What shoppers want who mean it").fill("Wants something mended.")
    popup.get_by_role("button", name="Make a new intent").click()
    intent = page.get_by_role("combobox", name="Correct intent")
    expect(intent).to_contain_text(mend.replace("_", " ").capitalize(), timeout=ANSWER_MS)
    choose(page, "Correct intent", "Complaint")
    choose(page, "Correct mood", "Unhappy")
    keep_screenshot(page, "console-correction")
    popup.get_by_role("button", name="Save correction").click()
    expect(page.get_by_text("Thank you: the next model learns from it.").first).to_be_visible()
    expect(reading.first).to_contain_text("Complaint")
    expect(reading.first).to_contain_text("Ana")

    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name="Edit tags").click()
    tags = page.get_by_role("dialog", name="Tags")
    for tag in ("zip", "bags"):
        tags.get_by_label("New tag").fill(tag)
        tags.get_by_role("button", name="Add").click()
    tags.get_by_role("button", name="Remove bags").click()
    expect(tags.get_by_role("button", name="Remove bags")).to_have_count(0)
    tags.get_by_role("button", name="Close").click()
    expect(page.locator(".talk-tag")).to_have_text(["zip"])

    # Ana hands it on to Ben, who hears of it; the shopper is told.
    ben: Desk = sit_down(team["Ben"])
    ben.page.get_by_role("tab", name=re.compile("Mine")).click()
    page.get_by_role("button", name="More actions").click()
    page.get_by_role("menuitem", name=re.compile("Ben ?online")).click()
    expect(page.get_by_text("Ben is talking to this shopper.")).to_be_visible(timeout=ANSWER_MS)
    expect(log.get_by_text("Ben has joined")).to_be_visible(timeout=ANSWER_MS)
    rows = ben.page.get_by_role("region", name="Conversations").get_by_role("link")
    expect(rows.first).to_be_visible(timeout=ANSWER_MS)
    rows.first.click()
    expect(ben.log.get_by_text(words, exact=True)).to_be_visible(timeout=ANSWER_MS)
    expect(ben.log.get_by_role("button", name=re.compile("understood")).first).to_contain_text(
        "Complaint"
    )

    # A supervisor takes it out of his hands, in the middle of his sentence.
    ben.page.get_by_label("Your answer").fill("Let me see about th")
    sue: Desk = sit_down(team["Sue"])
    sue.open("All", words)
    sue.page.get_by_role("button", name="Take over").click()
    expect(sue.page.get_by_text("With you", exact=True)).to_be_visible(timeout=ANSWER_MS)
    expect(ben.page.get_by_text("Sue is talking to this shopper.")).to_be_visible(timeout=ANSWER_MS)
    sue.write("We send you a new one.")
    expect(log.get_by_text("We send you a new one.")).to_be_visible(timeout=ANSWER_MS)

    sue.page.get_by_role("button", name="Close conversation").click()
    expect(sue.page.get_by_text("This conversation is closed.")).to_be_visible(timeout=ANSWER_MS)
    expect(chat.get_by_text("How was this conversation?")).to_be_visible(timeout=ANSWER_MS)
    chat.get_by_title("Good", exact=True).click()
    chat.get_by_role("button", name="Send", exact=True).click()
    expect(chat.get_by_text("Thank you, that helps us.")).to_be_visible(timeout=ANSWER_MS)
    sue.page.get_by_role("tab", name=re.compile("Closed")).click()
    choose(sue.page, "Tag", "zip")
    row = sue.page.get_by_role("region", name="Conversations").get_by_role("link")
    expect(row).to_have_count(1)
    expect(row.get_by_label("Rated 4 of 5")).to_be_visible(timeout=ANSWER_MS)
    keep_screenshot(sue.page, "console-filtered")
    assert [desk.complaints for desk in (ana, ben, sue)] == [[], [], []]


@pytest.mark.slow
def test_canned_answers_and_rules_are_kept_as_they_were_written(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    sue: Desk = sit_down(team["Sue"])
    page = sue.page
    go(sue, "/settings/canned")
    short = f"zip-{uuid.uuid4().hex[:6]}"
    for _ in range(2):
        page.get_by_role("button", name="New canned answer").click()
        form = page.get_by_role("dialog", name="New canned answer")
        form.get_by_label("Shortcut").fill(short)
        form.get_by_label("Title").fill(f"Zip {short}")
        form.get_by_label("Text").fill("We mend **zips** for free, {name}.")
        form.get_by_role("button", name="Save").click()
        kept = page.get_by_text(f"/{short}")
        expect(kept).to_be_visible(timeout=ANSWER_MS)
    # The shortcut is taken: what was written is not lost, and the form says so.
    expect(page.get_by_text("There is one by this name already.").first).to_be_visible()
    expect(form.get_by_label("Title")).to_have_value(f"Zip {short}")
    form.get_by_role("button", name="Close").click()
    page.get_by_role("button", name=f"Edit: Zip {short}").click()
    form = page.get_by_role("dialog", name="Edit canned answer")
    form.get_by_label("Text").fill("We mend zips for free, {name}.")
    form.get_by_role("button", name="Save").click()
    expect(form).to_have_count(0)

    go(sue, "/settings/rules")
    rule = f"Angry about zips {short}"
    page.get_by_role("button", name="New rule").click()
    form = page.get_by_role("dialog", name="New rule")
    form.get_by_label("Name").fill(rule)
    form.get_by_role("button", name="Save").click()
    expect(form.get_by_text("Fill in at least one condition.")).to_be_visible()
    form.get_by_role("combobox", name="Intent").click()
    for intent in ("Complaint", "Refund"):
        page.get_by_role("option", name=intent, exact=True).click()
    page.keyboard.press("Escape")
    form.get_by_label("Any of these words").fill(f"{short}, lawyer")
    keep_screenshot(page, "console-rule")
    form.get_by_role("button", name="Save").click()
    line = page.get_by_role("listitem").filter(has_text=rule)
    expect(line).to_contain_text("Complaint, Refund")
    page.get_by_role("button", name=f"Edit: {rule}").click()
    form = page.get_by_role("dialog", name="Edit rule")
    form.get_by_label("Name").fill(f"{rule}!")
    form.get_by_role("button", name="Save").click()
    line = page.get_by_role("listitem").filter(has_text=f"{rule}!")
    # Whatever was not touched is as it was.
    expect(line).to_contain_text(f"Complaint, Refund · says {short}, lawyer")
    line.get_by_role("switch").click()
    expect(line.get_by_role("switch")).not_to_be_checked()
    line.get_by_role("button", name="Delete").click()
    expect(line).to_have_count(0)

    shopper = shop.shopper()
    shopper.say(f"is anyone there {short}, I want a person")
    go(sue, "/")
    sue.open("Queue", short)
    sue.claim()
    answer = page.get_by_label("Your answer")
    answer.press_sequentially(f"/{short}")
    expect(page.get_by_role("option", name=re.compile(short))).to_be_visible()
    answer.press("Enter")
    expect(answer).to_have_value(re.compile("We mend zips for free"))
    answer.press("Enter")
    assert "We mend zips for free" in shopper.until("We mend zips for free")
    assert "{name}" not in shopper.history()[-1]["text"]
    go(sue, "/settings/canned")
    page.get_by_role("button", name=f"Delete: Zip {short}").click()
    expect(page.get_by_text(f"/{short}")).to_have_count(0)
    assert sue.complaints == []


@pytest.mark.slow
def test_an_admin_makes_an_account_which_changes_its_password_and_is_shut(
    team: dict[str, Colleague], sit_down: Any
) -> None:
    ada: Desk = sit_down(team["Ada"])
    new = Colleague("Zoe", f"zoe-{uuid.uuid4().hex[:6]}@example.com", "first password")
    go(ada, "/settings/team")
    ada.page.get_by_role("button", name="Add").first.click()
    form = ada.page.get_by_role("dialog")
    form.get_by_label("Name").fill(new.name)
    form.get_by_label("Email").fill(new.email)
    form.get_by_label("Password").fill(new.password)
    form.get_by_role("button", name="Add").click()
    line = ada.page.get_by_role("listitem").filter(has_text=new.email)
    expect(line).to_be_visible(timeout=ANSWER_MS)

    zoe: Desk = sit_down(new)
    go(zoe, "/settings")
    zoe.page.get_by_label("Current password").fill("not this one")
    zoe.page.get_by_label("New password").fill("second password")
    change = zoe.page.get_by_role("button", name="Change password")
    change.click()
    refused = zoe.page.get_by_text("That is not your current password.")
    expect(refused.first).to_be_visible(timeout=ANSWER_MS)
    zoe.page.get_by_label("Current password").fill(new.password)
    change.click()
    expect(zoe.page.get_by_text("Your password has changed.").first).to_be_visible(
        timeout=ANSWER_MS
    )
    expect(zoe.page.get_by_role("link", name="Team")).to_have_count(0)

    # Another role is another session: she signs in again, and finds the pages of a supervisor.
    line.get_by_role("combobox").click()
    ada.page.get_by_role("option", name="Supervisor").click()
    expect(zoe.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=ANSWER_MS)
    new.password = "second password"
    again: Desk = sit_down(new)
    expect(again.page.get_by_role("link", name="Team")).to_be_visible()
    line.get_by_role("switch").click()
    expect(again.page.get_by_role("button", name="Sign in")).to_be_visible(timeout=ANSWER_MS)
    again.page.get_by_label("Email").fill(new.email)
    again.page.get_by_label("Password").fill(new.password)
    again.page.get_by_role("button", name="Sign in").click()
    expect(again.page.get_by_text("Email or password is not right.")).to_be_visible(
        timeout=ANSWER_MS
    )
    assert [desk.complaints for desk in (ada, zoe, again)] == [[], [], []]


# In place of loudspeakers and of the system's own notices: what would have been heard and shown.
SENSES = """
window.heard = 0;
window.AudioContext = class extends AudioContext {
  createOscillator() { window.heard++; return super.createOscillator(); }
};
window.notices = [];
window.Notification = class {
  static permission = "default";
  static requestPermission() { this.permission = "granted"; return Promise.resolve("granted"); }
  constructor(title, { body, tag }) { window.notices.push({ title, body, tag, notice: this }); }
  close() {}
};
Object.defineProperty(document, "hidden", { get: () => window.away === true });
"""


@pytest.mark.slow
def test_whoever_is_needed_hears_and_sees_it(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    desk: Desk = sit_down(team["Ben"], before=SENSES)
    page = desk.page
    first = shop.shopper()
    first.say("a person please, my kettle leaks")
    expect(page.get_by_text("my kettle leaks").first).to_be_visible(timeout=ANSWER_MS)
    assert page.evaluate("[window.heard, window.notices.length]") == [0, 0], "off until asked for"

    go(desk, "/settings")
    page.get_by_role("switch", name="Sound").click()
    page.get_by_role("switch", name="Desktop notifications").click()
    expect(page.get_by_role("switch", name="Desktop notifications")).to_be_checked()
    trial = page.evaluate("window.heard")
    assert trial == 2, "switching it on plays it once"
    page.evaluate("window.away = true")
    second = shop.shopper()
    second.say("can I talk to a human about my **toaster**")
    page.wait_for_function("window.notices.length === 1", timeout=ANSWER_MS)
    (told,) = page.evaluate("window.notices.map(({title, body}) => ({title, body}))")
    assert told == {
        "title": "Guest is waiting for a person",
        "body": "can I talk to a human about my toaster",
    }
    assert page.evaluate("window.heard") == trial + 2
    # The notice leads where the shopper is.
    page.evaluate("window.away = false; window.notices[0].notice.onclick()")
    expect(desk.log.get_by_text("can I talk to a human")).to_be_visible(timeout=ANSWER_MS)
    assert re.match(r"\(\d+\) ", page.title())
    assert desk.complaints == []


@pytest.mark.slow
def test_a_day_goes_by_without_a_mouse(
    team: dict[str, Colleague], sit_down: Any, shop: RunningShop
) -> None:
    word = f"gasket{uuid.uuid4().hex[:6]}"
    for number in ("first", "second"):
        shop.shopper().say(f"{word} {number}: I want to talk to a person")
    desk: Desk = sit_down(team["Ana"])
    page, press = desk.page, desk.page.keyboard.press
    press("?")
    expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    press("Escape")
    press("s")
    page.keyboard.type(word)
    rows = page.get_by_role("region", name="Conversations").get_by_role("link")
    expect(rows).to_have_count(2, timeout=ANSWER_MS)
    press("Enter")
    press("j")
    expect(desk.log.get_by_text(f"{word} first")).to_be_visible(timeout=ANSWER_MS)
    press("j")
    expect(desk.log.get_by_text(f"{word} second")).to_be_visible(timeout=ANSWER_MS)
    press("k")
    expect(desk.log.get_by_text(f"{word} first")).to_be_visible(timeout=ANSWER_MS)
    card = page.get_by_role("complementary", name="Takeover card")
    expect(card).to_be_visible()
    press("i")
    expect(card).to_have_count(0)
    press("c")
    expect(page.get_by_text("With you", exact=True)).to_be_visible(timeout=ANSWER_MS)
    press("n")
    page.get_by_placeholder("A note for the team…").fill("Asks for a gasket.")
    press("Enter")
    expect(desk.log.get_by_text("Asks for a gasket.")).to_be_visible(timeout=ANSWER_MS)
    expect(page.get_by_label("Your answer")).to_be_visible()
    press("p")
    expect(page.get_by_role("dialog", name="Pick products")).to_be_visible()
    press("Escape")
    expect(page.get_by_role("dialog", name="Pick products")).to_have_count(0)
    press("m")
    page.keyboard.type("Which size?")
    press("Enter")
    expect(desk.log.get_by_text("Which size?", exact=True)).to_be_visible(timeout=ANSWER_MS)
    press("Escape")
    press("r")
    expect(page.get_by_text("The assistant is answering.")).to_be_visible(timeout=ANSWER_MS)
    for number, tab in enumerate(("Queue", "Mine", "All", "Closed"), start=1):
        press(str(number))
        expect(page.get_by_role("tab", name=re.compile(tab))).to_have_attribute(
            "aria-selected", "true"
        )
    assert desk.complaints == []
