"""`shopkeeper privacy`: copies of what is kept of somebody, erasures, the end of old data."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from cli.screen import screen
from common.errors import BadRequest
from common.settings import Settings, load_settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.base import now
from db.tables.privacy import Erasure
from shop.privacy.coverage import Person
from shop.privacy.dialogues import Dialogues
from shop.privacy.dossier import write_dossier
from shop.privacy.erasure import Eraser, count_rows, find_customer, find_session
from shop.privacy.retention import Purge
from shop.privacy.traces import exports_about

app = typer.Typer(
    help="Copies for shoppers, erasures, and how long things are kept.", no_args_is_help=True
)

Customer = Annotated[
    str | None, typer.Argument(help="A customer, by the id that the shop's own system uses.")
]
Guest = Annotated[
    str | None,
    typer.Option("--session", help="A guest instead: their conversation, or visitor:ID."),
]


@app.command()
def export(
    customer: Customer = None,
    *,
    session: Guest = None,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The zip file; by default under HOME.")
    ] = None,
) -> None:
    """Write everything that is kept about somebody into one zip file."""
    os.nice(10)
    with _opened() as shop, shop.sessions() as reading:
        person = shop.find(reading, customer, session)
        file = output or shop.settings.new_export("privacy", ".zip")
        counts = write_dossier(reading, shop.dialogues, person, file)
    _show(counts, heading="Copied")
    typer.echo(f"{file}: hand it to nobody else. An erasure deletes it.")


@app.command()
def erase(
    customer: Customer = None,
    *,
    session: Guest = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase somebody for good. What was cut off is finished by the same command."""
    os.nice(10)
    with _opened() as shop:
        with shop.sessions() as reading:
            person = shop.find(reading, customer, session)
            counts = count_rows(reading, person)
            lost = [file for file in exports_about(reading, person) if not file.exists()]
        if not yes:
            if counts:
                _show(counts, heading="To be erased")
            typer.confirm("This cannot be undone. Erase?", abort=True)
        with _progress() as on_step:
            receipt = shop.eraser(on_step).erase(person)
    _show(receipt.counts, heading="Erased")
    typer.echo(f"Receipt: {receipt.subject_hash}, {receipt.finished_at:%Y-%m-%d %H:%M:%S} UTC.")
    _remind(shop.settings, lost)


@app.command()
def purge() -> None:
    """Delete now what is older than SHOPKEEPER_RETENTION_DAYS and _EVENTS_DAYS allow."""
    os.nice(10)
    with _opened() as shop:
        with _progress() as on_step:
            finished = shop.eraser(on_step).finish_all()
        if finished:
            typer.echo(f"Finished {len(finished)} erasures that had been cut off.")
        settings = shop.settings
        if not (settings.retention_days or settings.retention_events_days):
            typer.echo(
                "Everything is kept: set SHOPKEEPER_RETENTION_DAYS or "
                "SHOPKEEPER_RETENTION_EVENTS_DAYS to a number of days."
            )
            return
        purge = Purge(
            engine=shop.engine,
            writing=shop.sessions.begin,
            dialogues=shop.dialogues,
            key=settings.secret_key,
        )
        purged = purge.purge(
            conversations_before=_cutoff(settings.retention_days),
            events_before=_cutoff(settings.retention_events_days),
        )
    _show(asdict(purged), heading="Deleted")


@app.command()
def receipts() -> None:
    """Every erasure: when, and how much went. Whom it was about, nobody can tell from it."""
    with _opened() as shop, shop.sessions() as reading:
        rows = list(reading.scalars(select(Erasure).order_by(Erasure.started_at)))
    table = Table(box=None, pad_edge=False)
    for heading in ("Receipt", "Begun", "Finished", "Rows"):
        table.add_column(heading)
    for row in rows:
        finished = f"{row.finished_at:%Y-%m-%d %H:%M}" if row.finished_at else "not yet"
        total = f"{sum(row.counts.values()):,}"
        table.add_row(row.subject_hash, f"{row.started_at:%Y-%m-%d %H:%M}", finished, total)
    screen().print(table)


@dataclass(frozen=True)
class _Shop:
    settings: Settings
    engine: Engine
    sessions: sessionmaker[Session]
    dialogues: Dialogues

    def find(self, reading: Session, customer: str | None, session: str | None) -> Person:
        if (customer is None) == (session is None):
            raise BadRequest("Name a customer, or a guest's --session ID: one of the two.")
        return find_customer(reading, customer) if customer else find_session(str(session))

    def eraser(self, on_step: Callable[[str], None]) -> Eraser:
        return Eraser(
            engine=self.engine,
            writing=self.sessions.begin,
            dialogues=self.dialogues,
            logs=self.settings.logs,
            key=self.settings.secret_key,
            orders=self.settings.erase_orders,
            on_step=on_step,
        )


@contextmanager
def _opened() -> Iterator[_Shop]:
    settings = load_settings()
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url, pool_size=2)
    try:
        dialogues = Dialogues(settings.rasa_database_url)
        yield _Shop(settings, engine, session_factory(engine), dialogues)
    finally:
        engine.dispose()


def _cutoff(days: int) -> datetime | None:
    return now() - timedelta(days=days) if days else None


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task("")
        yield lambda step: shown.update(task, description=step)


def _show(counts: dict[str, int], *, heading: str) -> None:
    table = Table(box=None, pad_edge=False)
    table.add_column(heading)
    table.add_column("Rows", justify="right")
    for name, count in sorted(counts.items()):
        table.add_row(name, f"{count:,}")
    screen().print(table)


def _remind(settings: Settings, lost: list[Path]) -> None:
    """Say which copies may still hold the person, and nobody here can delete for sure."""
    kept = sorted(settings.home.glob("before-restore-*.tar.gz"))
    notes = Console(stderr=True, style="yellow", highlight=False, markup=False, soft_wrap=True)
    for file in lost:
        notes.print(f"{file} held them and is not there any more: where it went, delete it.")
    for file in kept:
        notes.print(f"{file} is a whole copy of the shop and may still hold them: delete it.")
    notes.print("Backups made before hold them as well: let those go in your own time.")
