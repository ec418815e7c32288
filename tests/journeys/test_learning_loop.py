"""What shoppers say is corrected by staff, learnt, judged, put into use, and taken back."""

import time
import uuid
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import httpx
import pytest

from learning.registry import read_report
from tests.journeys.desks import Colleague, hire
from tests.journeys.shop import RunningShop, share_dialogue

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.timeout(3600)]

# A word of this shop's own for a person at its desk, which no model can know.
WORD = "snorble"
ASKED = (
    "can i get a {word}{end}",
    "{word} please{end}",
    "i need the {word} now{end}",
    "give me your {word}{end}",
    "is there a {word} around{end}",
    "let me have a {word}{end}",
    "a {word} would be good{end}",
    "where is the {word}{end}",
    "fetch the {word}{end}",
    "put me through to the {word}{end}",
)
ENDS = ("", " today", " asap", ", thanks", " if you can", " first", " this minute", ", please do")
NEVER_SAID = ("could the {word} help me", "i want a {word}", "hi, the {word} please")
EACH = 2
SERVES_WITHIN_S = 120.0


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    """One of its own: its model changes."""
    running = RunningShop(
        tmp_path_factory.mktemp("learning"),
        settings={"SHOPKEEPER_RATE_MESSAGES": "off", "SHOPKEEPER_RATE_SESSIONS": "off"},
    )
    share_dialogue(running.home)
    try:
        running.start()
        yield running
    finally:
        running.stop()


def sign_in(shop: RunningShop, colleague: Colleague) -> httpx.Client:
    client = httpx.Client(base_url=f"{shop.url}/api/staff", timeout=60)
    answer = client.post("/login", json={"email": colleague.email, "password": colleague.password})
    assert answer.status_code == 200, answer.text
    client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
    return client


def understood(shop: RunningShop, text: str) -> tuple[str, str]:
    """The intent that the NLU reads, and by which model."""
    answer = httpx.post(f"{shop.internal('nlu')}/model/parse", json={"text": text}, timeout=30)
    parse = answer.json()
    return parse["intent"]["name"], parse["model_version"]


def until_served_by(shop: RunningShop, model: str) -> None:
    deadline = time.monotonic() + SERVES_WITHIN_S
    while not (version := understood(shop, "hello")[1]).startswith(model):
        assert time.monotonic() < deadline, f"{version} still serves, not {model}"
        time.sleep(0.5)


def test_what_staff_correct_is_learnt_judged_and_serves(shop: RunningShop) -> None:
    said = [ask.format(word=WORD, end=end) for ask, end in product(ASKED, ENDS)]
    for n in range(0, len(said), EACH):
        shopper = shop.shopper()
        assert shopper.http.post("/api/chat/consent", json={"training": True}).status_code == 204
        for text in said[n : n + EACH]:
            shopper.say(text)
    asked = [text.format(word=WORD) for text in NEVER_SAID]
    before = [understood(shop, text) for text in asked]
    assert "human_handoff" not in {intent for intent, _ in before}, before

    # An agent labels them as the page Corrections does: those alike in one act.
    staff = sign_in(shop, hire(shop, name="Ana", role="agent"))
    labelled: set[str] = set()
    while groups := staff.get("/corrections", params={"q": WORD}).json()["groups"]:
        for group in groups:
            answer = staff.post(
                "/corrections",
                json={
                    "act": str(uuid.uuid4()),
                    "messages": [{"id": each["id"]} for each in group["messages"]],
                    "intent": "human_handoff",
                },
            )
            assert answer.status_code == 200, answer.text
            assert answer.json()["labelled"], answer.text
            labelled |= set(answer.json()["labelled"])
    assert len(labelled) > len(said) / 2

    # Training, gate and all, beside the shop that goes on serving.
    started = shop.run("jobs", "start", "nlu", "--promote")
    assert started.returncode == 0, started.stderr
    followed = shop.run("jobs", "log", started.stdout.split()[1], "--follow")
    assert httpx.get(f"{shop.url}/readyz", timeout=10).status_code == 200
    shelf = shop.home / "models" / "nlu"
    made: list[Path] = [each for each in shelf.glob("2*") if each.is_dir()]
    assert len(made) == 1, followed.stdout + followed.stderr
    report = read_report(made[0])
    assert report is not None, followed.stdout
    corrected = next(each for each in report["checks"] if each["name"] == "corrected")
    assert corrected["after"] > corrected["before"], corrected
    stories = next(each for each in report["checks"] if each["name"] == "stories")
    assert not stories["detail"].startswith("Not held"), stories
    if not report["passed"]:
        # What did not pass serves only where somebody says why.
        assert not understood(shop, "hello")[1].startswith(made[0].name)
        assert shop.run("models", "promote", "nlu", made[0].name).returncode != 0
        forced = shop.run("models", "promote", "nlu", made[0].name, "--anyway", "It knows ours.")
        assert forced.returncode == 0, forced.stdout + forced.stderr

    until_served_by(shop, made[0].name)
    after = [understood(shop, text)[0] for text in asked]
    assert after.count("human_handoff") > len(asked) / 2, after
    called = asked[after.index("human_handoff")]
    assert shop.shopper().say(called).state == "queued"

    back = shop.run("models", "rollback", "nlu")
    assert back.returncode == 0, back.stdout + back.stderr
    until_served_by(shop, before[0][1])
    assert [understood(shop, text) for text in asked] == before
