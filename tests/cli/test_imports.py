from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from cli.imports import app
from common.errors import ConfigurationError
from db.engine import make_engine, session_factory
from db.imports.report import BadRows
from db.tables.behaviour import Event
from db.tables.catalog import FaqEntry, Product
from db.tables.orders import Order


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a shop that has never been started will be."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SHOPKEEPER_CURRENCY", "CHF")
    return tmp_path / "home"


def run(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def write(folder: Path, name: str, text: str) -> Path:
    file = folder / name
    file.write_text(text)
    return file


def test_a_catalogue_goes_into_a_shop_that_was_never_started(tmp_path: Path, home: Path) -> None:
    file = write(tmp_path, "goods.csv", "id,Label,price\n1,Cap,5\n")
    result = run("catalog", file, "--map", "title=Label")
    assert result.exit_code == 0, result.output
    assert "1 rows: 1 products new, 0 changed, 0 unchanged, 0 retired." in result.stdout
    with session_factory(make_engine(f"sqlite:///{home}/shopkeeper.db"))() as session:
        assert session.get_one(Product, "1").currency == "CHF"


def test_orders_and_answers_go_in(tmp_path: Path, home: Path) -> None:
    orders = write(
        tmp_path,
        "orders.csv",
        "order_id,product_id,quantity,price,date\n7,cap,1,5,31.05.2026\n",
    )
    faq = write(tmp_path, "faq.md", "## When?\nSoon.\n")
    assert run("orders", orders, "--date-format", "%d.%m.%Y").exit_code == 0
    assert run("faq", faq).exit_code == 0
    with session_factory(make_engine(f"sqlite:///{home}/shopkeeper.db"))() as session:
        assert session.scalars(select(Order.id)).all() == ["7"]
        assert session.scalars(select(FaqEntry.answer)).all() == ["Soon."]


def test_events_go_in_and_tell_their_form_by_their_name(tmp_path: Path, home: Path) -> None:
    csv = write(
        tmp_path,
        "events.csv",
        "Was,timestamp,customer_id,item_id\npurchase,31.05.2026,maya,cap\npage_view,,,\n",
    )
    ga4 = write(
        tmp_path,
        "export.jsonl",
        '{"event_name": "view_item", "event_timestamp": "1777896000000000", "items": '
        '[{"item_id": "cap"}]}\n',
    )
    taken = run("events", csv, "--map", "name=Was", "--date-format", "%d.%m.%Y")
    assert taken.exit_code == 0, taken.output
    assert "1 rows: 1 events new" in taken.stdout
    assert "1 page_view" in taken.stderr
    assert run("events", ga4).exit_code == 0
    with session_factory(make_engine(f"sqlite:///{home}/shopkeeper.db"))() as session:
        assert session.scalars(select(Event.name).order_by(Event.id)).all() == [
            "purchase",
            "view_item",
        ]


def test_bad_rows_fail_the_import_and_left_out_ones_are_told(tmp_path: Path, home: Path) -> None:
    file = write(tmp_path, "goods.csv", "id,title,price\n1,Cap,5\n2,Hat,free\n")
    refused = run("catalog", file)
    assert isinstance(refused.exception, BadRows)
    taken = run("catalog", file, "--skip-bad-rows")
    assert taken.exit_code == 0
    assert "1 bad rows left out" in taken.stdout
    assert "line 3, price: 'free' is no price" in taken.stderr


@pytest.mark.parametrize(
    "words",
    [
        ["catalog"],
        ["catalog", "nowhere.csv"],
        ["catalog", "goods.txt", "--format", "xlsx"],
        ["catalog", "goods.csv", "--map", "title"],
        ["orders", "goods.csv", "--map", "colour=Farbe"],
        ["orders", "goods.csv", "--format", "yaml"],
        ["events", "goods.txt"],
        ["events", "goods.csv", "--map", "colour=Farbe"],
    ],
)
def test_misuse_is_exit_code_2(tmp_path: Path, home: Path, words: list[str]) -> None:
    for name in ("goods.txt", "goods.csv"):
        write(tmp_path, name, "id,title,price\n1,Cap,5\n")
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert not (home / "shopkeeper.db").exists()


def test_a_database_that_does_not_answer_is_named_without_its_password(
    tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", "postgresql://shop:secret@127.0.0.1:1/shop")
    refused = run("catalog", write(tmp_path, "goods.csv", "id,title,price\n1,Cap,5\n"))
    assert isinstance(refused.exception, ConfigurationError)
    assert "127.0.0.1:1/shop" in refused.exception.detail
    assert "secret" not in refused.exception.detail
