"""A private shop sells the same, knows nobody, and is heard of by nobody."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from cli import private_shop
from cli.private_shop import environment_of, stock
from common.errors import ServiceUnavailable
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.catalog import FaqEntry, Product
from db.tables.conversations import Conversation, Message
from db.tables.customers import Customer
from tests.builders import a_customer, a_faq_entry, a_product


@pytest.fixture
def settings(sqlite_url: str, tmp_path: Path) -> Settings:
    """A shop with goods, and somebody who wrote."""
    engine = make_engine(sqlite_url)
    with session_factory(engine).begin() as session:
        session.add_all([a_product(id="a", title="Lamp"), a_faq_entry(), a_customer()])
        session.add(Conversation(id="talk", channel="web"))
        session.flush()
        session.add(Message(conversation_id="talk", role="shopper", text="it is me"))
    engine.dispose()
    return Settings(home=tmp_path / "home", database_url=sqlite_url, _env_file=None)


def test_it_sells_the_same_and_knows_nobody(settings: Settings, tmp_path: Path) -> None:
    home = tmp_path / "private"
    home.mkdir()
    stock(settings, home)
    engine = make_engine(f"sqlite:///{home / 'shopkeeper.db'}")
    with session_factory(engine)() as session:
        assert session.scalars(select(Product.title)).all() == ["Lamp"]
        assert session.scalar(select(func.count()).select_from(FaqEntry)) == 1
        for table in (Conversation, Message, Customer):
            assert session.scalar(select(func.count()).select_from(table)) == 0
    engine.dispose()
    assert b"it is me" not in (home / "shopkeeper.db").read_bytes()


def test_it_has_nothing_of_what_reaches_out(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dotenv = tmp_path / ".env"
    dotenv.write_text(
        "SHOPKEEPER_TELEGRAM_TOKEN=1:a\nSHOPKEEPER_SHOP_WEBHOOK_URL=http://shop.example\n"
        "SHOPKEEPER_DATABASE_URL=postgresql://shop\nSHOPKEEPER_NLU_URL=http://nlu:1\n"
        "SHOPKEEPER_REDIS_URL=redis://shop\nSHOPKEEPER_RETRAIN=daily\n"
    )
    told = environment_of(settings, tmp_path, port=18000)
    for name, value in told.items():
        monkeypatch.setenv(name, value)
    private = Settings(_env_file=dotenv)
    assert not private.telegram_token
    assert not private.shop_webhook_url
    assert not private.redis_url
    assert private.database_url == f"sqlite:///{tmp_path / 'shopkeeper.db'}"
    assert (private.home, private.port, private.nlu_url) == (
        tmp_path,
        18000,
        "http://127.0.0.1:18002",
    )
    assert private.retrain == "off"


def test_where_rasa_is_not_it_says_so(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(private_shop, "_ROOT", tmp_path)
    with (
        pytest.raises(ServiceUnavailable, match="Rasa is not on this machine"),
        private_shop.private_shop(settings, demo=True),
    ):
        pass
