"""Pages with the built widget over the development shop, whose chat does as it is told."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.conftest import skip_but_on_ci
from tests.journeys.shop import ROOT
from tests.ports import free_port

WEB = ROOT / "web"
AXE = WEB / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OWN_PAGE = """<!doctype html><html lang="{lang}" dir="{dir}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>Maple and Main</title>
<header>Open until six</header><main><h1>Maple and Main</h1></main><footer>Imprint</footer>
<script>window.shopkeeperSettings = {settings};</script><script async src="/widget.js"></script>"""
CUSTOMER = '{customer: {id: "c-1", signature: "signed:c-1"}}'
DESKTOP = {"width": 1100, "height": 800}
PHONE = {"width": 390, "height": 844}
# Where nothing in the test says that it has happened, it is looked for this long.
WITHIN_MS = 20_000


@contextmanager
def a_development_shop() -> Iterator[str]:
    """`npm run dev` on a port of its own; gives its address."""
    node = shutil.which("node", path=f"{ROOT}/.tools/node/bin:{os.environ['PATH']}")
    if node is None or not (WEB / "dist" / "widget.js").is_file() or not AXE.is_file():
        skip_but_on_ci("Node, or the built web/, is missing: make setup")
    port = free_port()
    server = subprocess.Popen(
        [node, "dev/server.js"],
        cwd=WEB,
        env={**os.environ, "PORT": str(port)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_for(address)
        yield address
    finally:
        server.kill()
        server.wait(10)


def wait_for(address: str) -> None:
    """Until something answers there."""
    end = time.monotonic() + 20
    while True:
        try:
            httpx.get(f"{address}/widget.js")
            return
        except httpx.TransportError:
            assert time.monotonic() < end, "the development shop did not start"
            time.sleep(0.05)


class WidgetPage:
    """A page of a shop's own with the widget on it.

    Attributes:
        complaints: what the browser complained of, beside pictures that are not there.
    """

    def __init__(
        self,
        browser: Browser,
        address: str,
        *,
        lang: str = "en",
        direction: str = "ltr",
        settings: str = "{}",
        **context: Any,
    ) -> None:
        options = {"viewport": DESKTOP, "locale": "en-US", "reduced_motion": "reduce"}
        self.context = browser.new_context(**{**options, **context})
        self.context.set_default_timeout(WITHIN_MS)
        self.address = f"{address}/own-page"
        self._html = OWN_PAGE.format(lang=lang, dir=direction, settings=settings)
        self.complaints: list[str] = []
        self.page = self.new_tab()

    def new_tab(self) -> Page:
        """The same page once more, in the same browser."""

        def serve(route: Route) -> None:
            route.fulfill(body=self._html, content_type="text/html")

        page = self.context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda m: self._complain(m.text) if m.type == "error" else None)
        page.route("**/own-page", serve)
        page.goto(self.address)
        return page

    def _complain(self, text: str) -> None:
        if "404" not in text:
            self.complaints.append(text)

    def close(self) -> None:
        self.context.close()


def find(page: Page, selector: str) -> Locator:
    """Something within the widget."""
    return page.locator("shopkeeper-widget").locator(selector)


def open_chat(page: Page) -> None:
    find(page, ".launcher").click()
    expect(find(page, ".bubble").first).to_be_visible(timeout=WITHIN_MS)


def say(page: Page, text: str) -> None:
    """Write a message; wait for what is answered."""
    answers = find(page, ".line-other")
    before = answers.count()
    write(page, text)
    expect(answers.nth(before)).to_be_visible(timeout=WITHIN_MS)
    expect(find(page, ".typing")).to_have_count(0)


def write(page: Page, text: str) -> None:
    field = find(page, ".composer textarea")
    field.fill(text)
    field.press("Enter")


def choose(page: Page, item: str) -> None:
    """Choose something from the menu."""
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_role("menuitem", name=item).click()


def check_accessible(page: Page, state: str) -> None:
    """What axe finds wrong with the widget as it stands: nothing."""
    page.evaluate(AXE.read_text())
    found = page.evaluate(
        """rules => axe.run(
          {include: [["shopkeeper-widget"]]}, {runOnly: rules, resultTypes: ["violations"]}
        ).then(({violations}) => violations.map(
          ({id, nodes}) => `${id}: ${nodes.map(({target}) => target).join("; ")}`
        ))""",
        RULES,
    )
    assert found == [], f"{state}: {found}"


def take_picture(page: Page, name: str) -> None:
    """A screenshot, where a folder for them is set."""
    if folder := os.environ.get("SHOPKEEPER_SCREENSHOTS"):
        page.screenshot(path=Path(folder) / f"widget-{name}.png")
