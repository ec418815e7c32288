"""The widget in a real Chromium, in every state that a chat can bring it into."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.journeys.test_browser import browser
from tests.journeys.widget_pages import (
    CUSTOMER,
    PHONE,
    WITHIN_MS,
    WidgetPage,
    a_development_shop,
    check_accessible,
    choose,
    find,
    open_chat,
    say,
    take_picture,
    write,
)

__all__ = ["browser"]

Open = Callable[..., WidgetPage]
PLAYWRIGHTS_OWN_MS = 5_000


@pytest.fixture(scope="module")
def shop() -> Iterator[str]:
    with a_development_shop() as address:
        # Whatever else the machine does meanwhile.
        expect.set_options(timeout=WITHIN_MS)
        yield address
        expect.set_options(timeout=PLAYWRIGHTS_OWN_MS)


@pytest.fixture
def visit(browser: Browser, shop: str) -> Iterator[Open]:
    """Opens pages; whatever the browser complained of on them fails the test."""
    visits: list[WidgetPage] = []

    def open_page(**about: Any) -> WidgetPage:
        visits.append(WidgetPage(browser, shop, **about))
        return visits[-1]

    yield open_page
    for each in visits:
        each.close()
        assert each.complaints == []


LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {},
    "phone-dark": {
        "viewport": PHONE,
        "color_scheme": "dark",
        "has_touch": True,
        "is_mobile": True,
    },
    "rtl": {"direction": "rtl", "lang": "ar"},
    "yellow": {"settings": '{brandColor: "#ffd400"}'},
}


SLOW_LOOKS = [
    pytest.param(look, marks=pytest.mark.slow) for look in ("phone-dark", "rtl", "yellow")
]


@pytest.mark.parametrize("look", ["desktop", *SLOW_LOOKS])
def test_axe_finds_nothing_in_a_whole_conversation(visit: Open, look: str) -> None:
    page = visit(**LOOKS[look]).page

    def check(state: str) -> None:
        take_picture(page, f"{look}-{state}")
        check_accessible(page, f"{look}, {state}")

    find(page, ".launcher").wait_for()
    check("closed")
    open_chat(page)
    say(page, "show me chairs")
    expect(page.get_by_text("May we learn from this chat?")).to_be_visible()
    check("consent")
    page.get_by_role("button", name="No, thank you").click()
    say(page, "compare them")
    check("comparison")
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name="Go on with Telegram").wait_for()
    check("menu")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Start a new conversation").click()
    check("restart")
    page.keyboard.press("Escape")
    say(page, "put me in line")
    expect(page.get_by_text("You are number 2 in line")).to_be_visible()
    check("queued")
    write(page, "a person please")
    expect(page.get_by_role("heading", name="Priya Nair")).to_be_visible()
    expect(page.get_by_text("Hello, Priya here")).to_be_visible()
    check("person")
    write(page, "goodbye")
    page.get_by_title("Good", exact=True).click()
    check("grading")


@pytest.mark.parametrize("look", ["desktop", *SLOW_LOOKS[:1]])
def test_axe_finds_nothing_in_the_other_pages(visit: Open, look: str) -> None:
    page = visit(**{**LOOKS[look], "settings": CUSTOMER}).page

    def check(state: str) -> None:
        take_picture(page, f"{look}-{state}")
        check_accessible(page, f"{look}, {state}")

    open_chat(page)
    choose(page, "What we know about you")
    page.get_by_role("button", name="Change: 42").click()
    check("portrait")
    page.keyboard.press("Escape")
    choose(page, "What we may write to you about")
    page.get_by_role("switch", name="Quiet hours").click()
    page.get_by_label("Quiet from").wait_for()
    check("outreach")
    page.keyboard.press("Escape")
    choose(page, "Go on with Telegram")
    expect(page.get_by_role("link", name="Open Telegram")).to_be_visible()
    check("telegram")
    page.keyboard.press("Escape")
    say(page, "is anyone there at night")
    page.get_by_role("button", name="Leave a message").click()
    check("away")


def test_a_portrait_is_corrected_line_by_line(visit: Open) -> None:
    page = visit(settings=CUSTOMER).page
    open_chat(page)
    choose(page, "What we know about you")
    page.get_by_role("button", name="Not for me: Northbound").click()
    avoided = page.get_by_role("heading", name="Kept out of your suggestions")
    expect(avoided).to_be_visible()
    page.get_by_role("button", name="Change: 42").click()
    page.get_by_label("Instead of 42").fill("43")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("button", name="Change: 43")).to_be_visible()
    page.get_by_role("button", name="Forget: Northbound").click()
    expect(avoided).to_have_count(0)


def test_consent_is_asked_once(visit: Open) -> None:
    page = visit().page
    question = page.get_by_text("May we learn from this chat?")
    open_chat(page)
    expect(question).to_have_count(0)
    say(page, "show me this one")
    page.get_by_role("button", name="Yes, you may").click()
    expect(question).to_have_count(0)
    page.reload()
    expect(page.get_by_text("show me this one")).to_be_visible()
    say(page, "and another one")
    expect(question).to_have_count(0)


def test_who_was_too_fast_is_answered_all_the_same_and_once(visit: Open) -> None:
    visited = visit()
    page = visited.page
    open_chat(page)
    write(page, "busy one")
    write(page, "and this one")
    expect(page.get_by_text("Goes out in a moment…").first).to_be_visible()
    expect(find(page, ".line-other")).to_have_count(3)
    own = find(page, ".line-own .bubble").all_inner_texts()
    assert own == ["busy one", "and this one"]
    expect(find(page, ".problem")).to_have_count(0)
    expect(page.get_by_text("Goes out in a moment…")).to_have_count(0)
    # Before the socket is open a message goes as a request, and the browser notes its 429.
    visited.complaints[:] = [each for each in visited.complaints if "429" not in each]


def test_two_tabs_stay_in_step(visit: Open) -> None:
    visited = visit()
    one = visited.page
    open_chat(one)
    say(one, "show me this one")
    other = visited.new_tab()
    open_chat(other)
    expect(other.get_by_text("show me this one")).to_be_visible()
    write(other, "and that one")
    expect(one.get_by_text("and that one")).to_have_count(1)
    expect(find(one, ".line")).to_have_count(5)
    one.get_by_role("button", name="Start a new conversation").click()
    one.get_by_role("button", name="Start again").click()
    expect(find(other, ".line")).to_have_count(1)


def test_a_conversation_can_be_kept_and_graded(visit: Open, tmp_path: Path) -> None:
    page = visit().page
    open_chat(page)
    say(page, "show me this one")
    with page.expect_download() as download:
        choose(page, "Download this conversation")
    kept = tmp_path / "kept.txt"
    download.value.save_as(kept)
    assert download.value.suggested_filename == "conversation.txt"
    assert "shopper: show me this one" in kept.read_text()
    say(page, "a person please")
    expect(page.get_by_text("Hello, Priya here")).to_be_visible()
    write(page, "goodbye")
    page.get_by_title("Very good").click()
    page.get_by_label("Anything you'd like to add?").fill("quick & kind")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("Thank you, that helps us.")).to_be_visible()
    page.reload()
    expect(page.get_by_text("Thank you, that helps us.")).to_be_visible()


def test_a_message_is_left_for_people_who_are_away(visit: Open) -> None:
    page = visit().page
    open_chat(page)
    say(page, "is anyone there at night")
    page.get_by_role("button", name="Leave a message").click()
    page.get_by_label("What is it about?").fill("Do you repair chairs?")
    page.get_by_label("Your e-mail address").fill("nobody")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_text("That does not look like an e-mail address.")).to_be_visible()
    page.get_by_label("Your e-mail address").fill("noor@example.com")
    page.get_by_role("button", name="Leave this message").click()
    expect(page.get_by_text("Your message is with our team.")).to_be_visible()
    expect(page.get_by_text("Do you repair chairs?")).to_have_count(1)


def test_the_row_of_goods_moves_by_mouse_and_keys(visit: Open) -> None:
    page = visit().page
    open_chat(page)
    say(page, "show me chairs")
    row = find(page, ".cards ul").last
    page.get_by_role("button", name="More products").click()
    page.wait_for_function("row => row.scrollLeft > 100", arg=row.element_handle())
    page.get_by_role("button", name="Earlier products").click()
    page.wait_for_function("row => row.scrollLeft < 8", arg=row.element_handle())
    row.get_by_role("link").first.focus()
    for _ in range(3):
        page.keyboard.press("Tab")
    page.wait_for_function("row => row.scrollLeft > 300", arg=row.element_handle())


def test_the_row_of_goods_moves_under_a_finger(visit: Open) -> None:
    page = visit(has_touch=True, is_mobile=True, viewport=PHONE).page
    open_chat(page)
    say(page, "show me chairs")
    row = find(page, ".cards ul").last
    box = row.bounding_box()
    assert box is not None
    y = box["y"] + 60
    finger = page.context.new_cdp_session(page)
    for kind, x in (("touchStart", 330), *(("touchMove", x) for x in range(310, 50, -20))):
        finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_function("row => row.scrollLeft > 100", arg=row.element_handle())


def test_lines_that_run_from_right_to_left_mirror_the_widget(visit: Open) -> None:
    page = visit(direction="rtl", lang="ar").page
    assert centre(page, ".launcher") < 550
    open_chat(page)
    say(page, "show me chairs")
    assert centre(page, ".panel-close") < centre(page, ".avatar")
    assert centre(page, ".line-own .bubble") < centre(page, ".line-other .bubble")
    page.get_by_role("button", name="More products").click()
    row = find(page, ".cards ul").last
    page.wait_for_function("row => row.scrollLeft < -100", arg=row.element_handle())


def centre(page: Page, selector: str) -> float:
    box = find(page, selector).first.bounding_box()
    assert box is not None
    return float(box["x"] + box["width"] / 2)


def test_nothing_moves_for_those_who_want_it_still(visit: Open) -> None:
    page = visit().page
    open_chat(page)
    write(page, "show me chairs")
    moving = "root => root.shadowRoot.getAnimations().length"
    assert page.locator("shopkeeper-widget").evaluate(moving) == 0


ATTACK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
LINK = "[a prize](javascript:open)"


def test_nothing_that_anybody_wrote_runs(visit: Open) -> None:
    """Messages, names, goods, suggested answers and what is known: all of it is text."""
    page = visit(settings=CUSTOMER).page
    page.route("**/api/chat/sessions", lambda route: poison(route))
    page.route("**/api/chat/portrait", lambda route: poison_portrait(route))
    find(page, ".launcher").click()
    expect(find(page, ".bubble").first).to_be_visible()
    write(page, f"{ATTACK} {LINK}")
    own = find(page, ".line-own .bubble").last
    expect(own).to_have_text(f"{ATTACK} a prize (javascript:open)")
    choose(page, "What we know about you")
    expect(find(page, ".known-name")).to_have_text(ATTACK)
    assert find(page, ".log img:not(.picture), script, [onerror]").count() == 0
    assert find(page, "a[href^='javascript']").count() == 0
    assert ATTACK in find(page, ".speaker").first.inner_text()
    assert page.title() == "Maple and Main"


def poison(route: Route) -> None:
    answer = route.fetch()
    session = answer.json()
    card = {
        "product_id": "p1",
        "title": ATTACK,
        "brand": ATTACK,
        "category": ATTACK,
        "price": {"amount": "1.00", "currency": "USD"},
        "image_url": "javascript:document.title='owned'",
        "url": "javascript:document.title='owned'",
        "availability": "in_stock",
        "reason": f"{ATTACK} {LINK}",
    }
    session["messages"] = [
        {
            "id": "1",
            "role": "agent",
            "author": ATTACK,
            "text": f"{ATTACK} {LINK} **{ATTACK}**",
            "cards": [card],
            "quick_replies": [{"title": ATTACK, "payload": "p"}],
            "created_at": "2026-01-01T10:00:00Z",
        },
        {
            "id": "2",
            "role": "system",
            "text": ATTACK,
            "cards": [],
            "quick_replies": [],
            "created_at": "2026-01-01T10:00:01Z",
        },
    ]
    session |= {"state": "human", "agent": ATTACK}
    route.fulfill(response=answer, body=json.dumps(session))


def poison_portrait(route: Route) -> None:
    line = {
        "topic": "viewed",
        "key": ATTACK,
        "name": ATTACK,
        "image_url": "javascript:document.title='owned'",
        "url": "javascript:document.title='owned'",
        "steps": ["forget"],
    }
    route.fulfill(json={"lines": [line], "orders": 0})
