"""Two adapters read side by side: each shopper by one of them, and nobody waits for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from common.model_shelf import end_trial, promote, roll_back, start_trial
from nlu.card import version_of
from tests.nlu.test_swap import Shop, cut_off, shop, stocked, take_card, trained

__all__ = ["shop", "stocked", "trained"]

SHOPPERS = [f"shopper-{number}" for number in range(40)]


def read(shop: Shop, shopper: str | None) -> str:
    """Which version reads for a shopper."""
    answer = shop.http.post("/model/parse", json={"text": "hi hello", "shopper": shopper})
    assert answer.status_code == 200
    parse = answer.json()
    # What it says it was read by is what read it.
    assert {each["name"].partition("_")[0] for each in parse["intent_ranking"]} == {
        parse["model_version"].partition("@")[0]
    }
    return str(parse["model_version"])


def version(shop: Shop, name: str) -> str:
    return f"{name}@{version_of(shop.shelf / name)}"


def test_both_read_and_each_shopper_is_read_by_the_same_one(shop: Shop) -> None:
    assert {read(shop, who) for who in SHOPPERS} == {version(shop, "old")}
    trial = start_trial(shop.shelf / "new", share=0.5)
    shop.service.look_for_adapter()

    first = {who: read(shop, who) for who in SHOPPERS}

    expected = {who: version(shop, "new" if trial.takes(who) else "old") for who in SHOPPERS}
    assert first == expected
    assert set(first.values()) == {version(shop, "old"), version(shop, "new")}
    # Another process, or the same after a restart, draws the same.
    shop.service.look_for_adapter()
    assert {who: read(shop, who) for who in SHOPPERS} == first
    # Nobody is tried on who cannot be told again.
    assert read(shop, None) == version(shop, "old")
    assert shop.http.get("/model").json()["on_trial"] == version(shop, "new")


def test_buttons_are_read_by_no_model(shop: Shop) -> None:
    parse = shop.http.post("/model/parse", json={"text": "/old_greet", "shopper": "a"}).json()
    assert (parse["tapped"], parse["model_version"]) == (True, "")


def test_a_trial_begins_and_ends_and_no_message_is_dropped(shop: Shop) -> None:
    ended = threading.Event()

    def keep_asking(number: int) -> set[str]:
        seen = set()
        while not ended.is_set():
            seen.add(read(shop, SHOPPERS[number]))
        return seen

    with ThreadPoolExecutor(3) as pool:
        asking = pool.map(keep_asking, range(3))
        try:
            for _ in range(3):
                start_trial(shop.shelf / "new", share=1.0)
                shop.service.look_for_adapter()
                assert read(shop, "x") == version(shop, "new")
                end_trial(shop.shelf)
                shop.service.look_for_adapter()
                assert read(shop, "x") == version(shop, "old")
        finally:
            ended.set()
        answered = list(asking)
    assert answered == [{version(shop, "old"), version(shop, "new")}] * 3


@pytest.mark.parametrize("harm", [cut_off, take_card])
def test_one_that_cannot_be_loaded_is_named_once_and_the_one_in_use_reads(
    shop: Shop, harm: Callable[..., None], caplog: pytest.LogCaptureFixture
) -> None:
    harm(shop.shelf / "new")
    start_trial(shop.shelf / "new", share=1.0)
    for _ in range(3):
        shop.service.look_for_adapter()
    assert {read(shop, who) for who in SHOPPERS[:3]} == {version(shop, "old")}
    assert [r.message for r in caplog.records].count("the adapter on trial is refused") == 1
    ready = shop.http.get("/readyz")
    assert ready.status_code == 200
    assert ready.json()["notes"]["trial"].startswith("new cannot be tried: ")

    end_trial(shop.shelf)
    shop.service.look_for_adapter()
    assert "notes" not in shop.http.get("/readyz").json()


def test_once_promoted_it_reads_for_everybody_and_is_held_once(shop: Shop) -> None:
    start_trial(shop.shelf / "new", share=0.1)
    shop.service.look_for_adapter()
    promote(shop.shelf / "new")
    shop.service.look_for_adapter()
    assert {read(shop, who) for who in SHOPPERS} == {version(shop, "new")}
    assert shop.http.get("/model").json()["on_trial"] == ""
    # On the way back the trial, which nobody ended, goes on beside the old one.
    roll_back(shop.shelf)
    shop.service.look_for_adapter()
    assert shop.http.get("/model").json()["on_trial"] == version(shop, "new")
    assert read(shop, None) == version(shop, "old")
