"""The OpenAPI page against the gateway that serves it, by schemathesis: odd requests.

No answer is a 500, and each has a status and a shape that the page announces.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from common.settings import Settings
from db.engine import make_engine, session_factory
from gateway.app import create_app
from gateway.bot_client import Button, Reply
from tests.builders import a_customer, a_product, a_review, an_order, an_order_line
from tests.conftest import empty
from tests.gateway.conftest import Call, FakeBot, FakeParser
from tests.gateway.serving import all_well, serving
from tests.odd_requests import NOWHERE, documented, unchecked

KEY = "events-of-the-test"
# Addresses ignore what they do not know, and /api/events judges each event by itself.
LENIENT = unchecked("negative_data_rejection")
OPERATIONS = [
    {"include-method": "GET", **LENIENT},
    {"include-path": "/api/events", **LENIENT},
    # A payload is good only where it was issued.
    {
        "include-path": "/api/chat/messages",
        "include-method": "POST",
        **unchecked("positive_data_acceptance"),
    },
]


@dataclass(frozen=True)
class Running:
    address: str
    headers: dict[str, str]


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)]
)
def running(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    home = tmp_path_factory.mktemp("home")
    url = _a_database(request, home)
    bot = FakeBot()
    bot.reply = _answer
    with all_well() as parts:
        settings = Settings(
            _env_file=None,
            home=home,
            database_url=url,
            secret_key="secret-of-the-test",
            identity_key="identity-of-the-test",
            events_key=KEY,
            rate_messages="off",
            rate_actions="off",
            **dict.fromkeys(("rasa_url", "nlu_url", "recommender_url", "actions_url"), parts),
        )
        with serving(create_app(settings, parser=FakeParser(), bot=bot)) as address:
            opened = httpx.post(f"{address}/api/chat/sessions", json={}).json()
            token = {"Authorization": f"Bearer {opened['token']}", "X-Events-Key": KEY}
            yield Running(address, token)
    if request.param == "postgresql":
        empty(url)


def _a_database(request: pytest.FixtureRequest, home: Path) -> str:
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("_sqlite_template"), home / "shopkeeper.db")
        url = f"sqlite:///{home / 'shopkeeper.db'}"
    else:
        url = request.getfixturevalue("_postgresql")
    engine = make_engine(url)
    with session_factory(engine).begin() as session:
        shoe = a_product(id="0")
        session.add_all([shoe, a_customer(id="0")])
        session.flush()
        session.add(a_review(shoe))
        session.add(an_order(an_order_line(shoe), id="0", customer_id="0"))
    engine.dispose()
    return url


def _answer(call: Call) -> list[Reply]:
    card = {"product_id": "0", "reason": {"code": "popular", "params": {}}}
    return [
        Reply(text=f"You said: {call.text}", buttons=[Button(title="More", payload="/show_more")]),
        Reply(custom={"cards": [card]}),
    ]


page = create_app(NOWHERE)
a_few = documented(page, examples=6, deterministic=True, operations=OPERATIONS)
many = documented(page, examples=400, deterministic=False, operations=OPERATIONS)


@a_few.parametrize()
def test_every_answer_is_one_that_the_page_announces(case: Any, running: Running) -> None:
    case.call_and_validate(base_url=running.address, headers=running.headers)


@pytest.mark.slow
@many.parametrize()
def test_every_answer_to_hundreds_is_one_that_the_page_announces(
    case: Any, running: Running
) -> None:
    case.call_and_validate(base_url=running.address, headers=running.headers)
