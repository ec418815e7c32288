from datetime import timedelta

import pytest
from sqlalchemy import Engine
from typer.testing import CliRunner

from cli.main import app
from db.engine import session_factory
from db.tables.base import now
from db.tables.recommendations import Impression, Ranking
from recommender.exposure import Shares, read_exposure
from tests.builders import a_product


def shown(ranking: str, *products: str) -> list[object]:
    return [
        Impression(
            ranking_id=ranking,
            position=place,
            product_id=product,
            score=1.0,
            propensity=1.0,
            reason={},
        )
        for place, product in enumerate(products)
    ]


def fill(database: Engine) -> None:
    """Three old goods and a new one; six places, one of them long ago, one of goods retired."""
    moment, old = now(), now() - timedelta(days=200)
    with session_factory(database).begin() as session:
        session.add_all(
            [
                a_product(id="a", brand="Northbay", created_at=old),
                a_product(id="b", brand="Northbay", created_at=old),
                a_product(id="c", brand=None, created_at=old),
                a_product(id="n", brand="Fellside", created_at=moment),
                a_product(id="gone", active=False),
            ]
        )
        for name, at in (("r1", moment), ("r2", moment), ("r0", old)):
            session.add(Ranking(id=name, model_version="m", created_at=at))
        session.flush()
        for row in (*shown("r1", "a", "n"), *shown("r2", "a", "b", "gone"), *shown("r0", "c")):
            session.add(row)


def test_what_answers_show_is_counted_by_brand_and_age(database: Engine) -> None:
    fill(database)
    with session_factory(database)() as session:
        found = read_exposure(session, since=now() - timedelta(days=30), until=now())
    assert found.places == 4
    assert found.brands == {
        "Northbay": Shares(0.5, 0.75),
        "": Shares(0.25, 0.0),
        "Fellside": Shares(0.25, 0.25),
    }
    assert found.new == Shares(0.25, 0.25)
    assert found.never == 0.25
    assert found.top == 0.5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_the_command_shows_it(
    database: Engine, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", database_url)
    assert "Nothing was recommended" in CliRunner().invoke(app, ["exposure"]).output
    fill(database)
    output = CliRunner().invoke(app, ["exposure", "--days", "7"]).output
    assert "Northbay" in output
    assert "75.0%" in output
    assert "4 places" in output
