"""The shop's pages and the widget in a real Chromium, which refuses what a policy forbids."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from common.settings import Settings
from db.engine import make_engine, session_factory
from gateway.__main__ import server_options
from gateway.app import WEB_DIST, create_app
from gateway.bot_client import Button, Reply
from tests.builders import a_product, a_review
from tests.conftest import skip_but_on_ci
from tests.gateway.conftest import Call, FakeBot, FakeParser
from tests.gateway.serving import serving

pytestmark = pytest.mark.skipif(
    not WEB_DIST.joinpath("widget.js").is_file(), reason="web/ is not built: make setup"
)

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        skip_but_on_ci("no Chromium on PATH (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory, _sqlite_template: Path) -> Settings:
    home = tmp_path_factory.mktemp("home")
    shutil.copyfile(_sqlite_template, home / "shopkeeper.db")
    settings = Settings(
        _env_file=None,
        home=home,
        database_url=f"sqlite:///{home / 'shopkeeper.db'}",
        secret_key="secret-of-the-test",
        identity_key="identity-of-the-test",
        events_key="events-of-the-test",
    )
    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        shoe = a_product(title="Canvas Sneaker")
        session.add(shoe)
        session.flush()
        session.add(a_review(shoe))
    engine.dispose()
    return settings


@contextmanager
def a_gateway(settings: Settings) -> Iterator[str]:
    bot = FakeBot()
    bot.reply = _answer
    app = create_app(settings, parser=FakeParser(), bot=bot)
    with serving(app, **server_options(settings)) as address:
        yield address


def _answer(call: Call) -> list[Reply]:
    return [
        Reply(text=f"You said: {call.text}", buttons=[Button(title="More", payload="/show_more")])
    ]


@dataclass
class OwnSite:
    """A shop's own page; its policy and its text may be set after its address is known."""

    address: str
    policy: str = ""
    page: str = ""


@contextmanager
def an_own_site() -> Iterator[OwnSite]:
    site = OwnSite("")

    class Door(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/" else 404)
            self.send_header("Content-Type", "text/html")
            self.send_header("Content-Security-Policy", site.policy)
            self.end_headers()
            self.wfile.write(site.page.encode())

        def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002 - the base's name
            """Tests stay quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    site.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()


def open_page(browser: Browser, address: str) -> tuple[Page, list[str]]:
    """The page, and what the browser complains of."""
    complaints: list[str] = []
    page = browser.new_context(locale="en-US", reduced_motion="reduce").new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda m: complaints.append(m.text) if m.type == "error" else None)
    page.goto(address)
    return page, complaints


def chat(page: Page) -> None:
    page.get_by_role("button", name="Open the chat").click()
    field = page.get_by_label("Your message")
    field.fill("hello there")
    field.press("Enter")
    expect(page.get_by_text("You said: hello there")).to_be_visible(timeout=20_000)


def test_the_policy_of_the_shops_pages_forbids_nothing_that_they_do(
    browser: Browser, settings: Settings
) -> None:
    with a_gateway(settings) as address:
        page, complaints = open_page(browser, address)
        product = page.locator("a[href^='/products/']").first
        product.click()
        page.wait_for_url("**/products/*")
        page.reload()
        chat(page)
        page.goto(f"{address}/checkout?cart=unknown")
        page.get_by_role("heading").first.wait_for()
        page.context.close()

    # The cart that is not there is a 404, which browsers report too.
    assert [text for text in complaints if "404" not in text] == []


def test_the_widget_works_on_a_page_that_allows_no_more_than_its_documentation_asks_for(
    browser: Browser, settings: Settings
) -> None:
    with an_own_site() as site:
        allowing = settings.model_copy(update={"allowed_origins": [site.address]})
        with a_gateway(allowing) as gateway:
            site.policy = "; ".join(
                (
                    "default-src 'none'",
                    f"script-src {gateway}",
                    f"connect-src {gateway} {gateway.replace('http', 'ws')}",
                    f"img-src {gateway}",
                    "require-trusted-types-for 'script'",
                    "trusted-types 'none'",
                )
            )
            script = f'<script async src="{gateway}/widget.js"></script>'
            site.page = f'<!doctype html><html lang="en"><title>Shop</title><h1>Shop</h1>{script}'
            page, complaints = open_page(browser, site.address)
            chat(page)
            page.context.close()

    # Browsers ask for an icon by themselves.
    assert [text for text in complaints if "favicon" not in text and "404" not in text] == []


def test_a_page_that_forgot_the_socket_still_chats(browser: Browser, settings: Settings) -> None:
    with an_own_site() as site:
        allowing = settings.model_copy(update={"allowed_origins": [site.address]})
        with a_gateway(allowing) as gateway:
            calls = f"{gateway}/api/chat/sessions {gateway}/api/chat/messages"
            site.policy = f"default-src 'none'; script-src {gateway}; connect-src {calls}"
            site.page = f'<!doctype html><h1>Shop</h1><script src="{gateway}/widget.js"></script>'
            page, complaints = open_page(browser, site.address)
            chat(page)
            page.context.close()

    assert any("Content Security Policy" in text for text in complaints)
