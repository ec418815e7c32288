"""The OpenAPI page against the action server that serves it, by schemathesis: odd requests.

No answer is a 500, and each has a status and a shape that the page announces.
"""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from actions.app import create_app
from actions.registry import ACTIONS
from actions.services import make_services
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.conversations import Conversation
from tests.builders import a_product
from tests.gateway.serving import serving
from tests.odd_requests import NOWHERE, documented, unchecked


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(_env_file=None, home=home, database_url=f"sqlite:///{home / 'shop.db'}")
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        session.add(Conversation(id="s", channel="web"))
        session.add_all(
            a_product(id=f"p{number}", title=f"{colour.title()} Lamp {number}", color=colour)
            for number, colour in enumerate(("red", "blue", "green", "white"))
        )
    engine.dispose()
    with serving(create_app(settings, services=make_services(settings))) as address:
        yield address


# Addresses without parameters ignore what they do not know.
LENIENT = unchecked("negative_data_rejection")
page = create_app(NOWHERE, services=make_services(NOWHERE))
a_few = documented(page, examples=20, deterministic=True, **LENIENT)
many = documented(page, examples=1000, deterministic=False, **LENIENT)


@a_few.parametrize()
def test_every_answer_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)


@pytest.mark.slow
@many.parametrize()
def test_every_answer_to_hundreds_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_an_action_of_a_conversation_without_a_message_says_so(action: str, address: str) -> None:
    call = {"next_action": action, "tracker": {"sender_id": "s"}}
    answer = httpx.post(f"{address}/webhook", json=call, timeout=30)
    assert answer.status_code == 200 or answer.json()["error"] == "no_message"
