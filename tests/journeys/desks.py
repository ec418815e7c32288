"""Staff at consoles of their own in a real Chromium: who they are, and what they do there."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, WebSocketRoute, expect

from db.engine import make_engine, session_factory
from shop.staff import Role, add_member
from tests.journeys.shop import ROOT, RunningShop
from tests.journeys.test_browser import ANSWER_MS

DESKTOP = {"width": 1440, "height": 900}
AXE = ROOT / "web" / "node_modules" / "axe-core" / "axe.min.js"
ROLES: dict[str, Role] = {"Ana": "agent", "Ben": "agent", "Sue": "supervisor", "Ada": "admin"}
STANDARD = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@dataclass
class Colleague:
    """Somebody with an account."""

    name: str
    email: str
    password: str


@dataclass
class Desk:
    """A console that somebody has before them."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def open(self, tab: str, words: str) -> None:
        """Open the conversation in which this was said."""
        self.page.get_by_role("tab", name=re.compile(tab)).click()
        # What the list held before the search answers may be one row, too.
        with self.page.expect_response(re.compile(r"/conversations\?.*q="), timeout=ANSWER_MS):
            self.page.get_by_role("searchbox", name="Search").fill(words)
        self.page.wait_for_timeout(200)
        rows = self.page.get_by_role("region", name="Conversations").get_by_role("link")
        expect(rows).to_have_count(1, timeout=ANSWER_MS)
        rows.click()

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def claim(self) -> None:
        self.page.get_by_role("button", name="Claim").first.click()
        expect(self.page.get_by_text("With you", exact=True)).to_be_visible(timeout=ANSWER_MS)

    def write(self, words: str) -> None:
        answer = self.page.get_by_label("Your answer")
        answer.fill(words)
        answer.press("Enter")
        expect(self.log.get_by_text(words, exact=True)).to_be_visible(timeout=ANSWER_MS)

    def accessibility_faults(self) -> list[str]:
        """What axe finds, each with the places."""
        self.page.wait_for_timeout(200)
        found: dict[str, Any] = self.page.evaluate(
            "standard => axe.run(document, {runOnly: {type: 'tag', values: standard}})", STANDARD
        )
        return [
            f"{fault['id']}: {[node['html'][:160] for node in fault['nodes']]}"
            for fault in found["violations"]
        ]


@pytest.fixture(scope="module")
def team(shop: RunningShop) -> dict[str, Colleague]:
    """The agents Ana and Ben, Sue, who supervises them, and Ada, who makes accounts."""
    return {name: hire(shop, name=name, role=role) for name, role in ROLES.items()}


def hire(shop: RunningShop, *, name: str, role: Role) -> Colleague:
    """An account made as `shopkeeper staff add` makes it, without starting a process for each."""
    new = Colleague(name, f"{name.lower()}-{uuid.uuid4().hex[:6]}@example.com", uuid.uuid4().hex)
    engine = make_engine(f"sqlite:///{shop.home / 'shopkeeper.db'}")
    with session_factory(engine).begin() as session:
        add_member(session, email=new.email, name=name, role=role, password=new.password)
    engine.dispose()
    return new


@pytest.fixture
def sit_down(browser: Browser, shop: RunningShop) -> Iterator[Any]:
    """Signs a colleague in, each in a browser profile of their own."""
    contexts = []

    def sit(
        colleague: Colleague,
        *,
        size: dict[str, int] = DESKTOP,
        deaf: bool = False,
        before: str = "",
    ) -> Desk:
        context = browser.new_context(viewport=size, reduced_motion="reduce", locale="en-US")
        contexts.append(context)
        # The page's policy lets no script in: this one comes with the browser.
        context.add_init_script(path=AXE)
        if before:
            context.add_init_script(before)
        page = context.new_page()
        if deaf:
            page.route_web_socket(re.compile("/api/staff/ws"), silence)
        desk = Desk(page)
        page.on("pageerror", lambda error: desk.complaints.append(str(error)))
        page.on("console", lambda m: desk.complaints.append(m.text) if is_refusal(m) else None)
        page.goto(f"{shop.url}/console/")
        page.get_by_label("Email").fill(colleague.email)
        page.get_by_label("Password").fill(colleague.password)
        page.get_by_role("button", name="Sign in").click()
        expect(page.get_by_role("heading", name="Inbox")).to_be_visible(timeout=ANSWER_MS)
        return desk

    yield sit
    for context in contexts:
        context.close()


def silence(socket: WebSocketRoute) -> None:
    """A line that says nothing: whoever sits there hears of no change."""


def is_refusal(message: Any) -> bool:
    # Who asks whether somebody is signed in may hear 401; a lost race is 409: both are meant.
    return message.type == "error" and "status of 4" not in message.text


@pytest.fixture
def shopper_page(browser: Browser, shop: RunningShop) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce", locale="en-US")
    page = context.new_page()
    page.goto(shop.url)
    yield page
    context.close()
