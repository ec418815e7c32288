"""One demo shop for all journeys: starting five processes takes its time."""

from collections.abc import Iterator

import pytest

from tests.fake_shop import FakeShop, open_shop
from tests.gateway.telegram.bot_api import TOKEN, BotApi
from tests.journeys.shop import RunningShop, Shopper, share_dialogue


@pytest.fixture(scope="session")
def own_system() -> Iterator[FakeShop]:
    """The shop's own system, which confirms whatever it is asked."""
    with open_shop() as own:
        yield own


@pytest.fixture(scope="session")
def telegram() -> Iterator[BotApi]:
    """A Bot API server, which the shop's bot fetches its updates from."""
    server = BotApi()
    server.longest_poll = 5.0
    with server.open() as opened:
        yield opened


@pytest.fixture(scope="session")
def shop(
    tmp_path_factory: pytest.TempPathFactory, own_system: FakeShop, telegram: BotApi
) -> Iterator[RunningShop]:
    running = RunningShop(
        tmp_path_factory.mktemp("shop"),
        settings={
            "SHOPKEEPER_SHOP_WEBHOOK_URL": own_system.url,
            "SHOPKEEPER_TELEGRAM_TOKEN": TOKEN,
            "SHOPKEEPER_TELEGRAM_API_URL": telegram.url,
        },
    )
    share_dialogue(running.home)
    try:
        running.start()
        yield running
    finally:
        running.stop()


@pytest.fixture
def shopper(shop: RunningShop) -> Shopper:
    return shop.shopper()
