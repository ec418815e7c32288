"""`shopkeeper exposure`: what the recommender's answers show of the shop's goods."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from common.settings import load_settings
from db.engine import make_engine, session_factory
from recommender.exposure import Shares, read_exposure

console = Console()


def exposure(
    days: Annotated[int, typer.Option(min=1, help="Of the last so many days.")] = 30,
    brands: Annotated[int, typer.Option(min=0, help="The brands with most goods.")] = 20,
) -> None:
    """Show which goods answers show: by brand, new ones, and how evenly."""
    until = datetime.now(UTC)
    engine = make_engine(load_settings().database_url)
    try:
        with session_factory(engine)() as session:
            found = read_exposure(session, since=until - timedelta(days=days), until=until)
    finally:
        engine.dispose()
    if not found.places:
        console.print(f"Nothing was recommended in the last {days} days.")
        return
    table = Table("", "of the goods", "of the places")
    table.add_row("new goods", *_shares(found.new))
    for brand, shares in list(found.brands.items())[:brands]:
        table.add_row(brand or "(no brand)", *_shares(shares))
    console.print(table)
    console.print(
        f"{found.places} places; the most shown tenth of the goods had {found.top:.0%} of them; "
        f"{found.never:.0%} of the goods were never shown."
    )


def _shares(shares: Shares) -> tuple[str, str]:
    return f"{shares.goods:.1%}", f"{shares.shown:.1%}"
