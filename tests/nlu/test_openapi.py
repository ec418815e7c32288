"""The OpenAPI page against the NLU server that serves it, by schemathesis: odd requests.

No answer is a 500, and each has a status and a shape that the page announces.
"""

from collections.abc import Iterator
from typing import Any

import pytest

from common.settings import Settings
from nlu.server import create_app
from tests.gateway.serving import serving
from tests.odd_requests import NOWHERE, documented, unchecked


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    settings = Settings(_env_file=None, home=tmp_path_factory.mktemp("home"), device="cpu")
    with serving(create_app(settings)) as address:
        yield address


# Addresses without parameters ignore what they do not know.
LENIENT = {"operations": [{"include-method": "GET", **unchecked("negative_data_rejection")}]}
page = create_app(NOWHERE)
a_few = documented(page, examples=12, deterministic=True, **LENIENT)
many = documented(page, examples=300, deterministic=False, **LENIENT)


@a_few.parametrize()
def test_every_answer_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)


@pytest.mark.slow
@many.parametrize()
def test_every_answer_to_hundreds_is_one_that_the_page_announces(case: Any, address: str) -> None:
    case.call_and_validate(base_url=address)
