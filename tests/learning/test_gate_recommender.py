"""A recommender beside what ranks now, on steps that neither learnt."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from common.settings import Settings
from db.engine import make_engine, session_factory
from learning.registry import PAGE, REPORT, name_in_use
from tests.builders import NOON, a_product, an_event


@pytest.fixture
def shop(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Twelve products, which forty shoppers view in the same order from where they begin."""
    monkeypatch.setenv("SHOPKEEPER_HOME", str(tmp_path))
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", sqlite_url)
    engine = make_engine(sqlite_url)
    names = "abcdefghijkl"
    with session_factory(engine).begin() as session:
        session.add_all(a_product(id=name, title=f"Product {name}") for name in names)
        session.add_all(
            an_event(
                customer_id=f"c{number}",
                product_id=names[(number + step) % len(names)],
                occurred_at=NOON + timedelta(hours=number, minutes=step),
            )
            for number in range(40)
            for step in range(4)
        )
    engine.dispose()
    return Settings()


@pytest.mark.slow
def test_a_candidate_is_judged_on_last_steps_and_what_is_unknown_is_said(shop: Settings) -> None:
    run = CliRunner().invoke
    folder = shop.models / "recommender" / "one"
    options = ["--epochs", "3", "--device", "cpu", "--output", str(folder)]
    trained = run(app, ["train", "recommender", *options])
    assert trained.exit_code == 0, trained.output
    judged = run(app, ["models", "judge", "recommender", "one"])
    assert judged.exit_code in (0, 3), judged.output
    report = json.loads((folder / REPORT).read_text())
    checks = {check["name"]: check for check in report["checks"]}
    assert set(checks) == {"ndcg", "neighbours", "policy"}
    assert checks["ndcg"]["after"] == pytest.approx(report["headline"]["ndcg@10"], abs=1e-4)
    assert checks["neighbours"]["before"] > 0
    assert "Not judged" in checks["policy"]["detail"]
    assert (folder / PAGE).is_file()
    assert (judged.exit_code == 0) is report["passed"]
    promoted = run(app, ["models", "promote", "recommender", "one"])
    assert (promoted.exit_code == 0) is report["passed"]
    assert name_in_use(folder.parent) == ("one" if report["passed"] else "shipped")
