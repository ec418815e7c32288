"""Training from a shop's own database, as `shopkeeper train recommender` does it."""

import json
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import delete
from typer.testing import CliRunner

from cli.main import app
from common.model_shelf import UnknownModel, current_model
from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.catalog import Product
from recommender.foresight import IN_SHOP
from recommender.sequence.assessment import read_sequences, read_texts
from recommender.sequence.errors import SequenceModelError, TrainingDataError
from recommender.sequence.histories import from_items
from recommender.sequence.sources import read_shop
from recommender.sequence.storage import CARD, load_neighbours, read_card
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
    assert not list((tmp_path / "models" / "recommender").glob("*"))


def test_what_is_trained_without_an_output_goes_into_use_and_back(shop: Settings) -> None:
    fill(shop, shoppers=20)
    shelf = shop.models / "recommender"
    run = CliRunner().invoke
    trained = run(app, ["train", "recommender", "--epochs", "3", "--device", "cpu"])
    assert trained.exit_code == 0, trained.output
    model = current_model(shelf)
    assert model is not None
    card = read_card(model)
    assert card.nearness == IN_SHOP
    assert card.metrics["ndcg@10"] >= card.metrics["counted_ndcg@10"]
    neighbours = load_neighbours(model, item_ids=["d", "c", "b", "a"])
    assert neighbours is not None
    # Whoever had a had b next, in whatever order the shop's goods lie now.
    assert neighbours(from_items([[3]]))[0].argmax() == 2
    listed = run(app, ["models", "list"]).output
    assert "recommender" in listed
    assert "*" in listed
    assert "as it ships" in run(app, ["models", "rollback", "recommender"]).output
    assert current_model(shelf) is None
    again = run(
        app, ["models", "promote", "recommender", model.name, "--anyway", "it served before"]
    )
    assert again.exit_code == 0, again.output
    assert current_model(shelf) == model


def test_a_model_of_another_shop_is_not_promoted(shop: Settings) -> None:
    fill(shop, shoppers=20)
    folder = shop.models / "recommender" / "old"
    arguments = ["--epochs", "1", "--device", "cpu", "--output", str(folder)]
    assert CliRunner().invoke(app, ["train", "recommender", *arguments]).exit_code == 0
    engine = make_engine(shop.database_url)
    with session_factory(engine).begin() as session:
        session.execute(delete(Product))
        session.add_all(a_product(id=name) for name in "wxyz")
    engine.dispose()
    result = CliRunner().invoke(app, ["models", "promote", "recommender", "old"])
    assert isinstance(result.exception, SequenceModelError)
    assert "another catalogue" in result.exception.detail
    assert current_model(folder.parent) is None


def test_a_model_worse_than_counting_is_not_promoted(shop: Settings) -> None:
    fill(shop, shoppers=20)
    folder = shop.models / "recommender" / "poor"
    arguments = ["--epochs", "1", "--device", "cpu", "--output", str(folder)]
    assert CliRunner().invoke(app, ["train", "recommender", *arguments]).exit_code == 0
    card = json.loads((folder / CARD).read_text())
    card["metrics"] |= {"ndcg@10": 0.1, "counted_ndcg@10": 0.3}
    (folder / CARD).write_text(json.dumps(card))
    result = CliRunner().invoke(app, ["models", "promote", "recommender", "poor"])
    assert isinstance(result.exception, SequenceModelError)
    assert "0.1000, that of counted neighbours alone 0.3000" in result.exception.detail
    unknown = CliRunner().invoke(app, ["models", "promote", "recommender", "none"]).exception
    assert isinstance(unknown, UnknownModel)


def test_a_sequence_file_is_trained_on_and_reported(shop: Settings, tmp_path: Path) -> None:
    # Everybody goes on by one of twelve.
    lines = [f"u{n} {' '.join(f'i{(n + step) % 12}' for step in range(5))}" for n in range(60)]
    sequences, items, report = tmp_path / "s.txt", tmp_path / "i.tsv", tmp_path / "r.json"
    sequences.write_text("\n".join([*lines, "short i1 i2"]) + "\n")
    items.write_text("\n".join(f"i{n}\tThing number {n}\tKind|Part" for n in range(12)) + "\n")
    arguments = ["--sequences", str(sequences), "--report", str(report), "--epochs", "2"]
    result = CliRunner().invoke(app, ["evaluate", "recommender", *arguments, "--device", "cpu"])
    assert result.exit_code == 0, result.output
    assert "60 shoppers, 12 items" in result.output
    assert "1 shoppers with fewer" in result.output
    figures = json.loads(report.read_text())
    names = {f"{name}@{cut}" for name in ("recall", "ndcg") for cut in (5, 10, 20)}
    assert names | {"coverage", "users", "items", "train_seconds"} <= set(figures)
    assert (figures["users"], figures["items"]) == (60, 12)
    assert figures["ndcg@5"] > 0.9
    assert read_texts(items, ["i3"]) == ["Thing number 3. Kind. Part"]


def test_a_sequence_file_that_says_nothing_is_refused(tmp_path: Path) -> None:
    file, items = tmp_path / "s.txt", tmp_path / "i.tsv"
    with pytest.raises(TrainingDataError, match="cannot be read"):
        read_sequences(file)
    file.write_text("u1 a b\n\n")
    with pytest.raises(TrainingDataError, match="no shopper with 3 steps"):
        read_sequences(file)
    items.write_text("a\tFirst\n")
    with pytest.raises(TrainingDataError, match="lacks 1 items of the sequences, for instance b"):
        read_texts(items, ["a", "b"])


def test_the_command_says_what_is_missing(shop: Settings) -> None:
    fill(shop, shoppers=0)
    result = CliRunner().invoke(app, ["train", "recommender", "--device", "cpu"])
    assert isinstance(result.exception, TrainingDataError)
    assert "import more" in result.exception.detail
