"""The OpenAPI page against the recommender that serves it, by schemathesis: odd requests.

No answer is a 500, and each has a status and a shape that the page announces.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from common.settings import Settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from recommender.server import create_app
from tests.builders import a_product
from tests.gateway.serving import serving
from tests.odd_requests import NOWHERE, documented, unchecked
from tests.recommender.conftest import WordEncoder


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(_env_file=None, home=home, database_url=f"sqlite:///{home / 'shop.db'}")
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        session.add_all(
            a_product(id=f"p{number}", title=f"{colour.title()} Lamp {number}", color=colour)
            for number, colour in enumerate(("red", "blue", "green", "white"))
        )
    engine.dispose()
    with serving(create_app(settings, load_encoder=WordEncoder)) as address:
        yield address


# A number that comes as text or as true is taken as that number. And no schema says that an anchor
# is in the catalogue, or price_min below price_max.
LENIENT = unchecked("negative_data_rejection", "positive_data_acceptance")
page = create_app(NOWHERE, load_encoder=WordEncoder)
a_few = documented(page, examples=12, deterministic=True, **LENIENT)
many = documented(page, examples=1000, deterministic=False, **LENIENT)


@a_few.parametrize()
def test_every_answer_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)


@pytest.mark.slow
@many.parametrize()
def test_every_answer_to_hundreds_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)
