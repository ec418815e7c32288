"""`shopkeeper rules`: what the shop wants shown first, higher, lower or not at all."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

import typer
from rich.table import Table
from sqlalchemy import select
from sqlalchemy.orm import Session

from cli.screen import screen
from common.errors import NotFound
from common.settings import load_settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.catalog import Product
from db.tables.ranking_rules import RankingRule

app = typer.Typer(help="Goods to pin, boost, bury or exclude.", no_args_is_help=True)


class UnknownRule(NotFound):
    """There is no rule with this number, or no product with this id."""

    code = "unknown_rule"


class Action(StrEnum):
    """What becomes of the goods a rule means."""

    PIN = "pin"
    BOOST = "boost"
    BURY = "bury"
    EXCLUDE = "exclude"


Moment = Annotated[datetime | None, typer.Option(help="In UTC, for instance 2026-12-01.")]


@app.command("add")
def add_rule(
    action: Annotated[Action, typer.Argument()],
    field: Annotated[str, typer.Argument(help="product, category, brand, color or an attribute.")],
    value: Annotated[str, typer.Argument(help="The product's id, or the field's value.")],
    since: Moment = None,
    until: Moment = None,
) -> None:
    """Add a rule; a running shop goes by it within seconds.

    Pinned goods come first where they fit what is asked for; excluded ones are never shown.
    """
    with _shop() as session:
        if field == "product" and session.get(Product, value) is None:
            raise UnknownRule(f"There is no product {value!r}: rules go by the product's id.")
        rule = RankingRule(
            action=action,
            field=field,
            value=value,
            starts_at=since and since.replace(tzinfo=UTC),
            ends_at=until and until.replace(tzinfo=UTC),
        )
        session.add(rule)
        session.flush()
        screen().print(f"Rule {rule.id}: {action} {field} {value}.")


@app.command("list")
def list_rules() -> None:
    """Show all rules, the oldest first."""
    table = Table("rule", "action", "field", "value", "since", "until")
    with _shop() as session:
        for rule in session.scalars(select(RankingRule).order_by(RankingRule.id)):
            times = ("" if at is None else f"{at:%Y-%m-%d %H:%M}" for at in _times(rule))
            table.add_row(str(rule.id), rule.action, rule.field, rule.value, *times)
    screen().print(table if table.row_count else "There are no rules.")


@app.command("remove")
def remove_rule(
    rule: Annotated[int, typer.Argument(help="Its number, as `list` shows it.")],
) -> None:
    """Remove a rule."""
    with _shop() as session:
        found = session.get(RankingRule, rule)
        if found is None:
            raise UnknownRule(f"There is no rule {rule}: `shopkeeper rules list` shows them.")
        session.delete(found)
    screen().print(f"Rule {rule} is removed.")


def _times(rule: RankingRule) -> tuple[datetime | None, datetime | None]:
    return rule.starts_at, rule.ends_at


@contextmanager
def _shop() -> Iterator[Session]:
    settings = load_settings()
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        with session_factory(engine).begin() as session:
            yield session
    finally:
        engine.dispose()
