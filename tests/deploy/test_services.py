"""Every service's own command and environment over PostgreSQL, and a talk with the shop."""

import httpx
import pytest
from sqlalchemy import text

from db.engine import make_engine
from tests.deploy.compose import DOTENV
from tests.deploy.databases import Databases
from tests.deploy.stack import INTERNAL, RUNNING, Stack
from tests.journeys.shop import Shopper

# Six processes come up; on a busy machine that takes its time.
pytestmark = [pytest.mark.journey, pytest.mark.timeout(900)]

# A call that each answers with 200 when it trusts the caller.
CALLS = {
    "rasa": ("POST", "/webhooks/gateway/webhook"),
    "nlu": ("GET", "/model"),
    "recommender": ("POST", "/recommend"),
    "actions": ("POST", "/webhook"),
}


def test_a_shopper_is_shown_what_fits(stack: Stack) -> None:
    shopper = Shopper(stack.url)
    turn = shopper.say("black sneakers under 100")
    assert [card["title"] for card in turn.cards] == ["Canvas Sneaker"]
    assert "49.90" in shopper.say("add the first one to my cart").text


@pytest.mark.parametrize("name", RUNNING)
def test_its_own_health_check_passes(stack: Stack, name: str) -> None:
    probe = stack.probe(name)
    assert probe.returncode == 0, probe.stdout


@pytest.mark.parametrize("name", INTERNAL)
def test_who_does_not_know_the_secret_is_refused(stack: Stack, name: str) -> None:
    method, path = CALLS[name]
    url = f"{stack.address(name)}{path}"
    assert httpx.request(method, url, json={}).status_code == 401
    wrong = {"X-Internal-Secret": "a-guess"}
    assert httpx.request(method, url, json={}, headers=wrong).status_code == 401


@pytest.mark.parametrize("name", INTERNAL)
def test_who_knows_the_secret_is_heard(stack: Stack, name: str) -> None:
    method, path = CALLS[name]
    secret = {"X-Internal-Secret": DOTENV["SHOPKEEPER_INTERNAL_SECRET"]}
    answer = httpx.request(method, f"{stack.address(name)}{path}", json={}, headers=secret)
    assert answer.status_code != 401
    assert answer.status_code < 500


def test_both_databases_are_in_use(stack: Stack, databases: Databases) -> None:
    said = "something warm for my grandmother"
    Shopper(stack.url).say(said)
    for name, table in (("shopkeeper", "messages"), ("rasa", "events")):
        engine = make_engine(databases.urls[name].render_as_string(hide_password=False))
        with engine.connect() as connection:
            assert connection.scalar(text(f"SELECT count(*) FROM {table}")), name
        engine.dispose()


def test_the_secrets_stay_out_of_the_logs(stack: Stack) -> None:
    Shopper(stack.url).say("hello")
    keys = [file.read_text() for file in (stack.home / "keys").iterdir()]
    secrets = [DOTENV["SHOPKEEPER_INTERNAL_SECRET"], DOTENV["POSTGRES_PASSWORD"], *keys]
    written = stack.logs()
    assert len(keys) == 3
    assert not [secret for secret in secrets if secret in written]


def test_migrating_again_changes_nothing(stack: Stack) -> None:
    again = stack.run("migrate")
    assert again.returncode == 0, again.stderr
    assert "Running upgrade" not in again.stderr


def test_a_migration_without_a_database_says_so_and_keeps_the_password(stack: Stack) -> None:
    nowhere = {"SHOPKEEPER_DATABASE_URL": "postgresql://shopkeeper:hush@127.0.0.1:1/none"}
    done = stack.run("migrate", settings=nowhere)
    assert done.returncode == 1
    assert "No database answers" in done.stderr
    assert "hush" not in done.stderr


def test_all_end_within_their_grace_when_told_to(stack: Stack) -> None:
    """The last of this file: after it nothing runs."""
    grace = {name: int(stack.services[name].raw["stop_grace_period"][:-1]) for name in RUNNING}
    took = stack.stop()
    assert [name for name in RUNNING if took[name] >= grace[name]] == []
