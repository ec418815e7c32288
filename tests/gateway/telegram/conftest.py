"""A gateway with a bot on Telegram, and a Bot API server that it talks to over HTTP."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from common.settings import Settings
from db.engine import session_factory
from gateway.app import Patience, create_app
from gateway.bot_client import Reply
from tests.gateway.conftest import FakeBot, FakeParser, wait_until
from tests.gateway.serving import serving
from tests.gateway.telegram.bot_api import TOKEN, BotApi, Person


@dataclass
class TelegramShop:
    """A shop's gateway, what stands around it, and somebody with Telegram."""

    api: BotApi
    settings: Settings
    sessions: sessionmaker[Session]
    parser: FakeParser
    bot: FakeBot
    web_dist: Path
    url: str = ""

    @property
    def maya(self) -> Person:
        return self.api.person()

    def begins(self, person: Person | None = None) -> Person:
        """Somebody who has begun a chat and was greeted."""
        person = person or self.maya
        person.says("/start")
        person.sees("shopping assistant")
        return person

    def shows(self, *product_ids: str, text: str = "Have a look:") -> None:
        """Answer with these products from now on."""
        cards = [
            {"product_id": key, "reason": {"code": "new_arrival", "params": {}}}
            for key in product_ids
        ]
        self.bot.reply = lambda call: [Reply(text=text, custom={"cards": cards})]

    def add(self, *rows: object) -> None:
        with self.sessions.begin() as session:
            session.add_all(rows)

    def picture(self, name: str, *, side: int = 60, color: str = "teal") -> str:
        """A picture of the shop's own, in WebP."""
        folder = self.settings.media / "products"
        folder.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (side, side), color).save(folder / name, "WEBP")
        return f"/media/products/{name}"

    @contextmanager
    def running(self, **settings: Any) -> Iterator[None]:
        """The gateway on a port, until the block ends; it may run again."""
        values = self.settings.model_copy(update=settings)
        app = create_app(
            values,
            parser=self.parser,
            bot=self.bot,
            patience=Patience(nlu=2.0, bot=3.0, shutdown=2.0),
            web_dist=self.web_dist,
        )
        with serving(app) as self.url:
            yield

    def web(self, **body: Any) -> httpx.Client:
        """A conversation on the shop's page."""
        client = httpx.Client(base_url=self.url, timeout=20)
        opened = client.post("/api/chat/sessions", json=body)
        assert opened.status_code == 201, opened.text
        client.headers["Authorization"] = f"Bearer {opened.json()['token']}"
        return client


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi().open() as api:
        yield api


@pytest.fixture
def idle_shop(settings: Settings, database: Engine, api: BotApi, tmp_path: Path) -> TelegramShop:
    """A shop that is not running yet."""
    with_bot = settings.model_copy(
        update={
            "telegram_token": TOKEN,
            "telegram_api_url": api.url,
            "public_url": "https://shop.example",
        }
    )
    return TelegramShop(
        api,
        with_bot,
        session_factory(database),
        FakeParser(),
        FakeBot(),
        tmp_path / "dist",
    )


@pytest.fixture
def shop(idle_shop: TelegramShop) -> Iterator[TelegramShop]:
    """A shop that fetches its updates."""
    with idle_shop.running():
        wait_until(lambda: bool(idle_shop.api.called("getUpdates")), seconds=15)
        yield idle_shop


def settle(seconds: float = 0.6) -> None:
    """Give what should not happen the time to happen."""
    time.sleep(seconds)
