"""What the shop itself wants shown first, higher, lower or not at all."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from cli.main import app
from cli.rules import UnknownRule
from db.engine import make_engine, session_factory
from db.tables.base import now
from db.tables.ranking_rules import RankingRule
from tests.builders import a_product
from tests.recommender.conftest import Counter

# What is tested here lies above the database: one kind of it is enough.
pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def a_rule(action: str, field: str, value: str, **values: object) -> RankingRule:
    return RankingRule(action=action, field=field, value=value, **values)


def test_pinned_goods_come_first_and_say_why(shoe_shop: Counter) -> None:
    assert shoe_shop.ask(k=5).items[0].product_id != "lamp"
    shoe_shop.stock(a_rule("pin", "product", "lamp"))
    answer = shoe_shop.ask(k=5)
    assert answer.items[0].product_id == "lamp"
    assert answer.items[0].reason.code == "picked_by_shop"
    assert answer.items[0].score == pytest.approx(sum(answer.items[0].parts.values()), abs=1e-4)


def test_a_pin_breaks_no_wish(shoe_shop: Counter) -> None:
    shoe_shop.stock(a_rule("pin", "product", "lamp"), a_rule("pin", "product", "old"))
    shown = shoe_shop.ask("red shoes", constraints={"category": "shoes", "price_max": 130}, k=9)
    assert {"lamp", "old"}.isdisjoint(item.product_id for item in shown.items)
    assert shoe_shop.ask(constraints={"exclude_ids": ["lamp"]}, k=9).items[0].product_id != "lamp"


def test_of_two_pins_the_older_leads(shoe_shop: Counter) -> None:
    shoe_shop.stock(a_rule("pin", "product", "boot"))
    shoe_shop.stock(a_rule("pin", "product", "lamp"))
    assert [item.product_id for item in shoe_shop.ask(k=5).items[:2]] == ["boot", "lamp"]


def test_excluded_goods_are_never_shown_whatever_gives_way(shoe_shop: Counter) -> None:
    shoe_shop.stock(a_rule("exclude", "brand", "northbay"))
    assert shoe_shop.titles(shoe_shop.ask(k=100)) == ["Trail Boot", "Unicorn Lamp"]
    answer = shoe_shop.ask(constraints={"category": "sneaker", "price_max": 1}, k=100)
    assert {"red", "crimson", "blue"}.isdisjoint(item.product_id for item in answer.items)


@pytest.mark.parametrize(("action", "sign"), [("boost", 1), ("bury", -1)])
def test_boosted_goods_rise_and_buried_ones_sink(
    shoe_shop: Counter, action: str, sign: int
) -> None:
    before = {item.product_id: item.score for item in shoe_shop.ask(k=9).items}
    shoe_shop.stock(a_rule(action, "brand", "Fellside"))
    after = {item.product_id: item for item in shoe_shop.ask(k=9).items}
    assert sign * (after["boot"].score - before["boot"]) > 0
    assert sign * after["boot"].parts["shop_rule"] > 0
    assert "shop_rule" not in after["red"].parts


def test_a_rule_holds_from_its_beginning_to_its_end(shoe_shop: Counter) -> None:
    day = timedelta(days=1)
    shoe_shop.stock(
        a_rule("exclude", "product", "red", ends_at=now() - day),
        a_rule("exclude", "product", "boot", starts_at=now() + day),
        a_rule("exclude", "product", "lamp", starts_at=now() - day, ends_at=now() + day),
    )
    shown = {item.product_id for item in shoe_shop.ask(k=9).items}
    assert {"red", "boot"} <= shown
    assert "lamp" not in shown


def test_a_rule_about_what_is_not_there_changes_nothing(shoe_shop: Counter) -> None:
    before = shoe_shop.ask(k=9)
    shoe_shop.stock(a_rule("pin", "product", "gone"), a_rule("bury", "brand", "Nobody"))
    after = shoe_shop.ask(k=9)
    assert [item.score for item in after.items] == [item.score for item in before.items]


def test_rules_that_cannot_be_read_stay_as_they_were(shoe_shop: Counter) -> None:
    shoe_shop.stock(a_rule("pin", "product", "lamp"))
    assert shoe_shop.ask(k=1).items[0].product_id == "lamp"
    with shoe_shop.sessions.begin() as session:
        session.execute(text("DROP TABLE ranking_rules"))
    assert shoe_shop.ask(k=1).items[0].product_id == "lamp"


def test_rules_are_added_listed_and_removed_by_the_command(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOPKEEPER_DATABASE_URL", database_url)
    engine = make_engine(database_url)
    with session_factory(engine).begin() as session:
        session.add(a_product(id="lamp"))
    engine.dispose()
    run = CliRunner().invoke
    added = run(app, ["rules", "add", "pin", "product", "lamp", "--until", "2030-01-01"])
    assert added.exit_code == 0, added.output
    listed = run(app, ["rules", "list"]).output
    assert "lamp" in listed
    assert "2030-01-01" in listed
    assert run(app, ["rules", "remove", "1"]).exit_code == 0
    assert "no rules" in run(app, ["rules", "list"]).output
    unknown = run(app, ["rules", "add", "pin", "product", "nope"]).exception
    assert isinstance(unknown, UnknownRule)
    assert isinstance(run(app, ["rules", "remove", "9"]).exception, UnknownRule)
    assert run(app, ["rules", "add", "hide", "product", "lamp"]).exit_code == 2
