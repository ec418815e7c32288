"""Training from a shop's own database, as `shopkeeper train recommender` does it."""

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from cli.main import app
from common.settings import Settings
from db.engine import make_engine, session_factory
from recommender.sequence.errors import TrainingDataError
from recommender.sequence.sources import read_shop
from recommender.sequence.storage import read_card
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import WordEncoder


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A shop whose database is empty."""
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    return Settings()


def fill(settings: Settings, *, shoppers: int) -> None:
    """Four products, which each shopper views in the same order."""
    engine = make_engine(settings.database_url)
    with session_factory(engine).begin() as session:
        session.add_all(a_product(id=name, title=f"Product {name}") for name in "abcd")
        session.add_all(
            an_event(
                customer_id=f"c{number}",
                product_id=name,
                occurred_at=NOON + timedelta(hours=number, minutes=step),
            )
            for number in range(shoppers)
            for step, name in enumerate("abcd")
        )
    engine.dispose()


def test_a_shop_is_read_with_its_texts_and_histories(shop: Settings) -> None:
    fill(shop, shoppers=3)
    read = read_shop(shop, load=WordEncoder)
    assert sorted(read.item_ids) == ["a", "b", "c", "d"]
    assert read.texts.shape == (4, WordEncoder.dimension)
    assert np.allclose(np.linalg.norm(read.texts, axis=1), 1, atol=1e-2)
    assert [read.item_ids[row] for row in read.histories.items_of(0)] == ["a", "b", "c", "d"]


def test_a_shop_without_products_says_what_to_do(shop: Settings) -> None:
    with pytest.raises(TrainingDataError, match="shopkeeper import catalog"):
        read_shop(shop, load=WordEncoder)


def test_the_command_trains_and_saves(shop: Settings, tmp_path: Path) -> None:
    fill(shop, shoppers=20)
    output = tmp_path / "model"
    result = CliRunner().invoke(
        app, ["train", "recommender", "--epochs", "2", "--device", "cpu", "--output", str(output)]
    )
    assert result.exit_code == 0, result.output
    assert "4 products; 20 shoppers" in result.output
    assert read_card(output).metrics["recall@10"] == 1.0
    assert not list((tmp_path / "models" / "recommender").glob("*.pt"))


def test_the_command_says_what_is_missing(shop: Settings) -> None:
    fill(shop, shoppers=0)
    result = CliRunner().invoke(app, ["train", "recommender", "--device", "cpu"])
    assert isinstance(result.exception, TrainingDataError)
    assert "import more" in result.exception.detail
