"""`shopkeeper import`: the shop's goods, orders, events and answers out of files."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
)
from sqlalchemy import Engine

from common.settings import Settings, load_settings
from db.engine import make_engine
from db.imports.catalog import CatalogOptions, import_catalog
from db.imports.event_rows import FIELDS as EVENT_FIELDS
from db.imports.events import EventOptions, import_events
from db.imports.faq import FaqOptions, import_faq
from db.imports.files import SourceFile
from db.imports.formats import detect_format
from db.imports.mapping import field_name
from db.imports.order_lines import FIELDS as ORDER_FIELDS
from db.imports.orders import OrderOptions, import_orders
from db.imports.report import ImportReport, OnProgress
from db.migrate import upgrade

app = typer.Typer(
    help="Bring the shop's goods, orders, events and answers from files. No process need run.",
    no_args_is_help=True,
)


class CatalogFormat(StrEnum):
    """What a catalogue may be written in."""

    google = "google"
    shopify = "shopify"
    jsonl = "jsonl"
    yaml = "yaml"
    csv = "csv"


class OrderFormat(StrEnum):
    """What orders may be written in."""

    csv = "csv"


class EventFormat(StrEnum):
    """What events may be written in; Google's export is JSONL, or CSV when flattened."""

    ga4 = "ga4"
    csv = "csv"


class FaqFormat(StrEnum):
    """What questions and answers may be written in."""

    csv = "csv"
    yaml = "yaml"
    markdown = "markdown"


SUFFIXES = {".csv": "csv", ".tsv": "csv", ".yaml": "yaml", ".yml": "yaml", ".md": "markdown"}
JSON_SUFFIXES = (".jsonl", ".ndjson", ".json")

File = Annotated[
    Path, typer.Argument(exists=True, dir_okay=False, readable=True, help="May be gzipped.")
]
Map = Annotated[
    list[str] | None,
    typer.Option("--map", metavar="OURS=THEIRS", help="Our field is the file's column. Repeat it."),
]
SkipBadRows = Annotated[
    bool, typer.Option("--skip-bad-rows", help="Import the good rows; else one bad row stops all.")
]
KeepMissing = Annotated[
    bool, typer.Option("--keep-missing", help="Do not retire what the file lacks.")
]


@app.command("catalog")
def catalog(
    file: File,
    *,
    file_format: Annotated[
        CatalogFormat | None, typer.Option("--format", help="By default what it looks like.")
    ] = None,
    mapping: Map = None,
    skip_bad_rows: SkipBadRows = False,
    keep_missing: KeepMissing = False,
    pictures: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Folder of the pictures that rows name by file."
        ),
    ] = None,
    fetch_pictures: Annotated[
        bool,
        typer.Option(
            "--fetch-pictures",
            help="Fetch, size and keep the pictures that rows name by their web address.",
        ),
    ] = False,
    allow_private_addresses: Annotated[
        bool,
        typer.Option(
            "--allow-private-addresses",
            help="Fetch pictures from this machine and its network as well.",
        ),
    ] = False,
) -> None:
    """Import products. Those of the shop that the file lacks retire."""
    settings = load_settings()
    options = CatalogOptions(
        file_format=file_format or _catalog_format_of(file),
        currency=settings.currency,
        max_price=settings.max_price,
        media=settings.media,
        mapping=_parse_map(mapping),
        skip_bad_rows=skip_bad_rows,
        keep_missing=keep_missing,
        pictures=pictures,
        fetch_pictures=fetch_pictures,
        allow_private=allow_private_addresses,
    )
    _run(
        settings,
        "products",
        lambda engine, on_progress: import_catalog(engine, file, options, on_progress=on_progress),
    )


@app.command("orders")
def orders(
    file: File,
    *,
    file_format: Annotated[OrderFormat, typer.Option("--format")] = OrderFormat.csv,
    mapping: Map = None,
    skip_bad_rows: SkipBadRows = False,
    date_format: Annotated[
        str | None,
        typer.Option(help="Form of created_at where it is not ISO 8601: '%d/%m/%Y %H:%M'."),
    ] = None,
) -> None:
    """Import orders, with the customers, goods, purchases and refunds that they tell of."""
    settings = load_settings()
    options = OrderOptions(
        file_format=file_format,
        currency=settings.currency,
        max_price=settings.max_price,
        mapping=_parse_map(mapping, known=ORDER_FIELDS),
        skip_bad_rows=skip_bad_rows,
        date_format=date_format,
    )
    _run(
        settings,
        "orders",
        lambda engine, on_progress: import_orders(engine, file, options, on_progress=on_progress),
    )


@app.command("events")
def events(
    file: File,
    *,
    file_format: Annotated[
        EventFormat | None,
        typer.Option("--format", help="By default csv for .csv, ga4 for .jsonl and .json."),
    ] = None,
    mapping: Map = None,
    skip_bad_rows: SkipBadRows = False,
    date_format: Annotated[
        str | None,
        typer.Option(
            help="Form of timestamp where it is neither ISO 8601 nor counted from 1970: "
            "'%d/%m/%Y %H:%M'."
        ),
    ] = None,
) -> None:
    """Import what shoppers did: views, searches, carts, purchases."""
    options = EventOptions(
        file_format=file_format or _event_format_of(file),
        max_price=load_settings().max_price,
        mapping=_parse_map(mapping, known=EVENT_FIELDS),
        skip_bad_rows=skip_bad_rows,
        date_format=date_format,
    )
    _run(
        load_settings(),
        "events",
        lambda engine, on_progress: import_events(engine, file, options, on_progress=on_progress),
    )


@app.command("faq")
def faq(
    file: File,
    *,
    file_format: Annotated[
        FaqFormat | None, typer.Option("--format", help="By default what the name ends in.")
    ] = None,
    mapping: Map = None,
    skip_bad_rows: SkipBadRows = False,
    keep_missing: KeepMissing = False,
) -> None:
    """Import questions with their answers. Those of the shop that the file lacks retire."""
    options = FaqOptions(
        file_format=file_format or _format_of(file, FaqFormat),
        mapping=_parse_map(mapping, known=("id", "question", "answer", "examples")),
        skip_bad_rows=skip_bad_rows,
        keep_missing=keep_missing,
    )
    _run(
        load_settings(),
        "questions",
        lambda engine, on_progress: import_faq(engine, file, options, on_progress=on_progress),
    )


def _run(settings: Settings, what: str, work: Callable[[Engine, OnProgress], ImportReport]) -> None:
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    try:
        with _progress() as on_progress:
            report = work(engine, on_progress)
    finally:
        engine.dispose()
    _say(report, what)


@contextmanager
def _progress() -> Iterator[OnProgress]:
    """A bar for each stage, on standard error."""
    bars: dict[str, TaskID] = {}
    with Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    ) as progress:

        def on_progress(stage: str, share: float) -> None:
            if stage not in bars:
                bars[stage] = progress.add_task(stage, total=1.0)
            progress.update(bars[stage], completed=share)

        yield on_progress


def _say(report: ImportReport, what: str) -> None:
    notes = Console(stderr=True, style="yellow", markup=False, highlight=False, soft_wrap=True)
    for log, kind in ((report.bad, "bad"), (report.left_out, "incomplete")):
        if log.rows:
            notes.print(log.describe(kind))
    for note in report.notes:
        notes.print(note)
    left_out = f"; {report.bad.rows:,} bad rows left out" if report.bad.rows else ""
    print_done = Console(highlight=False, markup=False, soft_wrap=True).print
    print_done(
        f"{report.rows:,} rows: {report.added:,} {what} new, {report.changed:,} changed, "
        f"{report.unchanged:,} unchanged, {report.retired:,} retired{left_out}."
    )


def _catalog_format_of(file: Path) -> str:
    suffixes = {suffix.lower() for suffix in file.suffixes}
    # YAML alone may begin with anything, such as a comment.
    return "yaml" if suffixes & {".yaml", ".yml"} else detect_format(SourceFile(file))


def _format_of(file: Path, formats: type[StrEnum]) -> str:
    suffixes = [suffix.lower() for suffix in file.suffixes if suffix.lower() != ".gz"]
    found = SUFFIXES.get(suffixes[-1] if suffixes else "", "")
    if found not in list(formats):
        choices = ", ".join(formats)
        raise typer.BadParameter(
            f"{file.name} does not end in a known way; say which of {choices} it is.",
            param_hint="--format",
        )
    return found


def _event_format_of(file: Path) -> str:
    # Google names its files by what they are written in; JSON of anybody else's has no form.
    written_in_json = any(suffix.lower() in JSON_SUFFIXES for suffix in file.suffixes)
    return EventFormat.ga4 if written_in_json else _format_of(file, EventFormat)


def _parse_map(
    entries: list[str] | None, *, known: tuple[str, ...] | None = None
) -> dict[str, str]:
    mapping: dict[str, str] = {}
    for entry in entries or []:
        ours, equals, theirs = entry.partition("=")
        if not (ours.strip() and equals and theirs.strip()):
            raise typer.BadParameter(
                f"{entry!r} is not of the form OURS=THEIRS.", param_hint="--map"
            )
        if known and field_name(ours) not in known:
            raise typer.BadParameter(
                f"{ours!r} is no field of ours; there are {', '.join(known)}.", param_hint="--map"
            )
        mapping[field_name(ours)] = theirs.strip()
    return mapping
