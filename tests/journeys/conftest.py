"""One demo shop for all journeys: starting five processes takes its time."""

from collections.abc import Iterator

import pytest

from tests.journeys.shop import RunningShop, Shopper


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningShop]:
    running = RunningShop(tmp_path_factory.mktemp("shop"))
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def shopper(shop: RunningShop) -> Shopper:
    return shop.shopper()
