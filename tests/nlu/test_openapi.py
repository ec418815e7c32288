"""The OpenAPI page against the NLU server that serves it, by schemathesis: odd requests.

No answer is a 500, and each has a status and a shape that the page announces.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from schemathesis.config import SchemathesisConfig
from schemathesis.schemas import BaseSchema

from common.settings import Settings
from nlu.server import create_app
from tests.gateway.serving import serving


def documented(*, examples: int, deterministic: bool) -> BaseSchema:
    """The page, and how many requests each of its addresses is sent."""
    nowhere = Settings(_env_file=None, home=Path("/nowhere"), database_url="sqlite://")
    config = {
        "generation": {
            "max-examples": examples,
            "deterministic": deterministic,
            "database": "none",
        },
        # Addresses without parameters ignore what they do not know.
        "operations": [
            {
                "include-method": "GET",
                "checks": {"negative_data_rejection": {"enabled": False}},
            }
        ],
    }
    page = create_app(nowhere).openapi()
    return schemathesis.openapi.from_dict(page, config=SchemathesisConfig.from_dict(config))


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"), device="cpu")
    with serving(create_app(settings)) as address:
        yield address


a_few = documented(examples=12, deterministic=True)
many = documented(examples=300, deterministic=False)


@a_few.parametrize()
def test_every_answer_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)


@pytest.mark.slow
@many.parametrize()
def test_every_answer_to_hundreds_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)
