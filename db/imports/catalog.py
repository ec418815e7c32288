"""The catalogue from a file: new goods come in, changed ones are updated, missing ones retire."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select, update

from db.imports.files import SourceFile
from db.imports.formats import CATALOG_READERS, check_format
from db.imports.gallery import hang_pictures, open_gallery, recall_pictures
from db.imports.mapping import FieldMap
from db.imports.merge import Record, batches, short_transaction, table_of, upsert
from db.imports.pictures import PictureFolder, media_url
from db.imports.products import ALIASES, NEEDED, ProductRecord, parse_product
from db.imports.report import BadFile, ImportReport, OnProgress, refuse, say_nothing
from db.imports.staging import Stager, read_rows, staging_area
from db.tables.base import now
from db.tables.catalog import Product

# So few that the database is free again after some ten milliseconds.
BATCH = 100

SCHEMA = """
CREATE TABLE products (id TEXT PRIMARY KEY, line INTEGER, record TEXT, picture TEXT);
CREATE INDEX pictures ON products (picture) WHERE picture IS NOT NULL;
CREATE TABLE rejected (id TEXT PRIMARY KEY);
CREATE TABLE withdrawn (id TEXT PRIMARY KEY);
"""
# What reviews may have said meanwhile, where the feed itself has no opinion.
KEPT = ("rating", "rating_count")


@dataclass(frozen=True)
class CatalogOptions:
    """How a catalogue file is read and what becomes of goods that it lacks.

    Attributes:
        pictures: the folder that relative image names are looked up in.
        media: where the shop's pictures lie.
        fetch_pictures: whether pictures that rows name by their address are fetched.
        allow_private: whether also from this machine and its network.
    """

    file_format: str
    currency: str
    max_price: Decimal
    media: Path
    mapping: Mapping[str, str] = field(default_factory=dict)
    skip_bad_rows: bool = False
    keep_missing: bool = False
    pictures: Path | None = None
    fetch_pictures: bool = False
    allow_private: bool = False


def import_catalog(
    engine: Engine, path: Path, options: CatalogOptions, *, on_progress: OnProgress = say_nothing
) -> ImportReport:
    """Bring the shop's products to what the file says.

    Everything is read and checked before the first change. The changes then come in short
    transactions; should the import be cut off between two, running it again completes it.

    Raises:
        BadFile: the file as a whole cannot be read, or holds no product.
        BadRows: some rows do not fit and `skip_bad_rows` is not set.
    """
    report = ImportReport()
    pictures = (
        open_gallery(options.media, allow_private=options.allow_private)
        if options.fetch_pictures
        else nullcontext()
    )
    with staging_area(SCHEMA) as area, pictures as gallery:
        _stage(area, path, options, report=report, on_progress=on_progress)
        if gallery:
            recall_pictures(area, gallery)
        _merge(engine, area, report=report, on_progress=on_progress)
        missing = _withdrawn(engine, area) if options.keep_missing else _missing(engine, area)
        _retire(engine, missing, report=report)
        if gallery:
            # The goods are in by now: pictures may take minutes.
            report.notes += hang_pictures(engine, area, gallery, on_progress=on_progress)
    return report


def _stage(
    area: sqlite3.Connection,
    path: Path,
    options: CatalogOptions,
    *,
    report: ImportReport,
    on_progress: OnProgress,
) -> None:
    source = SourceFile(path)
    check_format(source, options.file_format, is_mapped=bool(options.mapping))
    products = Stager(area, "INSERT INTO products VALUES (?, ?, ?, ?)")
    rejected = Stager(area, "INSERT OR IGNORE INTO rejected VALUES (?)")
    withdrawn = Stager(area, "INSERT OR IGNORE INTO withdrawn VALUES (?)")
    lines: dict[str, int] = {}

    def keep(line: int, product: ProductRecord) -> tuple[str, str] | None:
        identifier = product.values["id"]
        if (other := lines.setdefault(identifier, line)) != line:
            return "id", f"{identifier!r} is already on line {other}; ids must differ"
        if not product.is_listed:
            withdrawn.add((identifier,))
            return None
        products.add((identifier, line, json.dumps(product.values, default=str), product.picture))
        return None

    read_rows(
        source,
        CATALOG_READERS[options.file_format],
        FieldMap(options.mapping, aliases=ALIASES),
        needed=NEEDED,
        parse=lambda fields: parse_product(
            fields, currency=options.currency, highest=options.max_price
        ),
        keep=keep,
        # A product that is in the file, be it with a mistake, is no reason to retire it.
        reject=lambda product: rejected.add((product.values["id"],)),
        report=report,
        on_progress=on_progress,
    )
    products.flush()
    rejected.flush()
    withdrawn.flush()
    if not options.skip_bad_rows:
        refuse(report.bad)
    ((left_out,),) = area.execute("SELECT count(*) FROM withdrawn")
    report.rows -= left_out
    if not report.rows:
        raise BadFile(f"{path.name} holds no product that could be imported.")
    if left_out:
        report.notes.append(
            f"{left_out:,} products are not for sale (drafts, archived, hidden or expired) "
            "and were left out."
        )
    if options.pictures:
        names = area.execute("SELECT DISTINCT picture FROM products WHERE picture IS NOT NULL")
        folder = PictureFolder(options.pictures, options.media)
        renamed, notes = folder.take_over([name for (name,) in names], on_progress=on_progress)
        area.executemany("UPDATE products SET picture = ?2 WHERE picture = ?1", renamed.items())
        report.notes += notes


def _merge(
    engine: Engine, area: sqlite3.Connection, *, report: ImportReport, on_progress: OnProgress
) -> None:
    staged = area.execute("SELECT record, picture FROM products ORDER BY id")
    for number, batch in enumerate(batches(staged, size=BATCH)):
        on_progress("Merging", number * BATCH / report.rows)
        _merge_batch(engine, [_unstaged(*row) for row in batch], report=report)
    on_progress("Merging", 1.0)


def _unstaged(text: str, picture: str | None) -> Record:
    record: Record = json.loads(text)
    for name in ("price", "list_price"):
        if record[name] is not None:
            record[name] = Decimal(record[name])
    if picture:
        record["image_url"] = media_url(picture)
    return record


def _merge_batch(engine: Engine, records: list[Record], *, report: ImportReport) -> None:
    table = table_of(Product)
    with engine.connect() as connection:
        found = connection.execute(
            select(table).where(table.c.id.in_([record["id"] for record in records]))
        )
        existing: dict[str, Record] = {row["id"]: dict(row) for row in found.mappings()}
    moment = now()
    changed = []
    for record in records:
        before = existing.get(record["id"])
        after = {**record, "active": True}
        for name in KEPT:
            after.setdefault(name, before[name] if before else None)
        after["rating_count"] = after["rating_count"] or 0
        if before is None:
            report.added += 1
        elif all(before[name] == value for name, value in after.items()):
            report.unchanged += 1
            continue
        else:
            report.changed += 1
        changed.append({**after, "created_at": moment, "updated_at": moment})
    if changed:
        kept_columns = {"id", "created_at"}
        with short_transaction(engine) as connection:
            upsert(connection, Product, changed, update=set(changed[0]) - kept_columns)


def _retire(engine: Engine, missing: Iterator[str], *, report: ImportReport) -> None:
    for ids in batches(missing, size=BATCH):
        with short_transaction(engine) as connection:
            connection.execute(
                update(Product).where(Product.id.in_(ids)).values(active=False, updated_at=now())
            )
        report.retired += len(ids)


def _withdrawn(engine: Engine, area: sqlite3.Connection) -> Iterator[str]:
    """Ids of active products that the file says are not for sale."""
    named = (identifier for (identifier,) in area.execute("SELECT id FROM withdrawn"))
    for ids in batches(named, size=BATCH):
        with engine.connect() as connection:
            known = select(Product.id, Product.active).where(Product.id.in_(ids))
            found = connection.execute(known).all()
        yield from (identifier for identifier, active in found if active)


def _missing(engine: Engine, area: sqlite3.Connection) -> Iterator[str]:
    """Ids of active products that the file does not have, in no transaction of their own."""
    last = ""
    in_file = (
        "SELECT EXISTS (SELECT 1 FROM products WHERE id = ?1) "
        "OR EXISTS (SELECT 1 FROM rejected WHERE id = ?1)"
    )
    while True:
        page = select(Product.id).where(Product.active, Product.id > last).order_by(Product.id)
        with engine.connect() as connection:
            ids: list[Any] = list(connection.scalars(page.limit(BATCH * 4)))
        if not ids:
            return
        for identifier in ids:
            if not area.execute(in_file, (identifier,)).fetchone()[0]:
                yield identifier
        last = ids[-1]
