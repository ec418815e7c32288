"""What the operator sees of a shop: logs that can be followed and hold nobody's words, numbers."""

import json
from pathlib import Path

import httpx
import pytest

from tests.deploy.promql import exported_names, named_metrics
from tests.journeys.shop import ROOT, RunningShop, Shopper

pytestmark = pytest.mark.journey

PROCESSES = ("gateway", "rasa", "nlu", "recommender", "actions")
WORDS = ("Wilhelmina", "zyxwvq", "krahn@example", "qpmzzl", "5f4dcc3b5aa765d6")


def log_of(shop: RunningShop, process: str) -> str:
    return (shop.home / "logs" / f"{process}.log").read_text()


def metrics_of(shop: RunningShop, process: str) -> str:
    url = shop.url if process == "gateway" else shop.internal(process)
    answer = httpx.get(f"{url}/metrics", timeout=10)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture(scope="module")
def talk(shop: RunningShop) -> Shopper:
    """Somebody who says more about themselves than we want to keep in logs."""
    shopper = shop.shopper()
    shopper.say("show me zyxwvq sneakers under 90 for my aunt Wilhelmina")
    shopper.say("write to wilhelmina.krahn@example.org about your return policy, qpmzzl")
    shopper.say("track my order, Bearer 5f4dcc3b5aa765d61d8327deb882cf99")
    shopper.http.post("/api/chat/messages", json={"text": "qpmzzl" * 500})
    shopper.http.post("/api/chat/messages", content=b'{"text": "qpmzzl')
    shopper.http.get("/api/chat/messages?after=qpmzzl&token=5f4dcc3b5aa765d6")
    return shopper


@pytest.mark.parametrize("process", PROCESSES)
def test_a_conversation_can_be_followed_through_every_process(
    shop: RunningShop, talk: Shopper, process: str
) -> None:
    lines = [json.loads(line) for line in log_of(shop, process).splitlines()]
    about = [line for line in lines if line.get("conversation_id") == talk.session_id]
    done = [line for line in about if line["level"] == "info" and "ms" in line]
    assert done, f"{process} says nothing of the conversation"
    assert all(line["process"] == process for line in about)


@pytest.mark.parametrize("process", [*PROCESSES, "supervisor", "train-dialogue"])
def test_no_log_holds_what_was_said_or_a_secret(
    shop: RunningShop, talk: Shopper, process: str
) -> None:
    keys = [path.read_text().strip() for path in Path(shop.home / "keys").iterdir()]
    log = log_of(shop, process).lower()
    found = [word for word in (*WORDS, talk.token, *keys) if word.lower() in log]
    assert found == []


def test_every_number_that_dashboard_and_alerts_name_is_exported(
    shop: RunningShop, talk: Shopper
) -> None:
    exported = set().union(*(exported_names(metrics_of(shop, each)) for each in PROCESSES))
    named = named_metrics(ROOT / "deploy")
    assert len(named) > 20
    assert named - exported == set()


def test_a_turn_counts_in_each_process(shop: RunningShop, talk: Shopper) -> None:
    assert "gateway_turn_seconds_count" in metrics_of(shop, "gateway")
    assert 'nlu_intents_total{intent="track_order"}' in metrics_of(shop, "nlu")
    assert 'actions_action_seconds_count{action="action_search_products"}' in metrics_of(
        shop, "actions"
    )
    assert "recommender_ranking_seconds_count 0.0" not in metrics_of(shop, "recommender")
    assert "dialogue_turn_seconds_count 0" not in metrics_of(shop, "rasa").splitlines()


@pytest.mark.parametrize("process", PROCESSES)
def test_no_number_carries_an_id_or_words(shop: RunningShop, talk: Shopper, process: str) -> None:
    numbers = metrics_of(shop, process)
    assert talk.session_id not in numbers
    assert not [word for word in WORDS if word in numbers]


def test_a_second_start_in_the_same_home_is_refused(shop: RunningShop) -> None:
    again = shop.run("up")
    assert again.returncode == 1
    assert "already runs the shop" in " ".join((again.stdout + again.stderr).split())
