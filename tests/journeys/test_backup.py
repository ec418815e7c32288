"""A backup taken while shoppers talk, and the shop that comes out of it."""

import shutil
import threading
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.engine import make_url

from tests.conftest import POSTGRESQL, create_database, run_on
from tests.journeys.shop import RunningShop, Shopper

pytestmark = [pytest.mark.journey, pytest.mark.slow]

WISHES = ("sneakers under 90", "show me more", "a mug", "do you ship to norway?", "thanks")


class Talking:
    """Several shoppers who talk until told to stop, each in a thread of their own."""

    def __init__(self, shop: RunningShop, *, shoppers: int) -> None:
        self.shoppers = [shop.shopper() for _ in range(shoppers)]
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._talk, args=(shopper,)) for shopper in self.shoppers
        ]

    def __enter__(self) -> "Talking":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _talk(self, shopper: Shopper) -> None:
        while not self._stop.is_set():
            for wish in WISHES:
                shopper.say(wish)
                # A shopper reads before they go on, and the gateway slows down who does not.
                self._stop.wait(0.5)


def history_in(shop: RunningShop, shopper: Shopper) -> list[dict[str, Any]]:
    """What another shop knows of a conversation, asked with the shopper's own token."""
    answer = httpx.get(
        f"{shop.url}/api/chat/messages",
        headers={"Authorization": f"Bearer {shopper.token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def speak_in(shop: RunningShop, shopper: Shopper, text: str) -> list[dict[str, Any]]:
    answer = httpx.post(
        f"{shop.url}/api/chat/messages",
        json={"text": text, "client_message_id": str(uuid.uuid4())},
        headers={"Authorization": f"Bearer {shopper.token}"},
        timeout=30,
    )
    assert answer.status_code == 200, answer.text
    messages: list[dict[str, Any]] = answer.json()["messages"]
    return messages


def check_backup(shop: RunningShop, twin: RunningShop, file: Path) -> None:
    """Talk, back up in the middle, go on; restore elsewhere, and go on from there."""
    settled = shop.shopper()
    shown = [card for card in settled.say("i need a jacket").cards if card]
    before = settled.history()
    with Talking(shop, shoppers=3) as talking:
        while any(len(shopper.history()) < 8 for shopper in talking.shoppers):
            time.sleep(0.5)
        taken = shop.run("backup", str(file))
    assert taken.returncode == 0, taken.stderr
    settled.say("in red please")

    restored = twin.run("restore", str(file))
    assert restored.returncode == 0, restored.stderr
    # Made anew where they are missing, which takes half a minute of a test.
    shutil.copytree(shop.home / "models" / "dialogue", twin.home / "models" / "dialogue")
    twin.start("--no-demo")

    assert history_in(twin, settled) == before
    for shopper in talking.shoppers:
        kept = history_in(twin, shopper)
        assert len(kept) >= 8
        # Up to the moment of the backup nothing is missing, and nothing is there from after it.
        assert kept == history_in(shop, shopper)[: len(kept)]

    # Rasa remembers what it had shown, and the talk goes on for everybody.
    detail = speak_in(twin, settled, "tell me about the second one")
    assert shown[1]["title"].lower() in " ".join(m["text"] for m in detail).lower()
    for shopper in talking.shoppers:
        assert speak_in(twin, shopper, "lamps under 60")


def test_a_backup_taken_while_serving_restores_to_the_same_conversations(
    shop: RunningShop, tmp_path: Path
) -> None:
    twin = RunningShop(tmp_path / "twin")
    try:
        check_backup(shop, twin, tmp_path / "shop.tar.gz")
    finally:
        twin.stop()


@pytest.fixture
def databases() -> Iterator[list[str]]:
    """Four empty PostgreSQL databases."""
    server = make_url(POSTGRESQL)
    made = [server.set(database=f"shopkeeper_{uuid.uuid4().hex[:12]}") for _ in range(4)]
    for own in made:
        create_database(own, server=server)
    yield [own.render_as_string(hide_password=False) for own in made]
    for own in made:
        run_on(server, f'DROP DATABASE "{own.database}" WITH (FORCE)')


def test_the_same_holds_over_postgresql(databases: list[str], tmp_path: Path) -> None:
    shops = [
        RunningShop(
            tmp_path / name,
            settings={
                "SHOPKEEPER_DATABASE_URL": databases[number],
                "SHOPKEEPER_RASA_DATABASE_URL": databases[number + 1],
            },
        )
        for name, number in (("shop", 0), ("twin", 2))
    ]
    try:
        shops[0].start()
        check_backup(shops[0], shops[1], tmp_path / "shop.tar.gz")
    finally:
        for shop in shops:
            shop.stop()
