"""What shoppers did, from a file: Google Analytics 4's export, or CSV of one's own."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Engine, and_, func, insert, select

from db.imports.event_rows import ALIASES, NEEDED, EventRow, parse_event
from db.imports.files import SourceFile
from db.imports.ga4 import ga4_rows
from db.imports.mapping import FieldMap
from db.imports.merge import Record, batches, short_transaction, table_of
from db.imports.report import BadFile, ImportReport, OnProgress, refuse, say_nothing
from db.imports.rows import READERS, RowReader
from db.imports.staging import Stager, read_rows, staging_area
from db.purchases import ToldPurchases
from db.tables.behaviour import Event
from db.tables.catalog import Product

EVENT_READERS: Mapping[str, RowReader] = {"csv": READERS["csv"], "ga4": ga4_rows}
# As many as SQLite writes in well under 200 ms, the longest that a chat may wait.
EVENTS_PER_TRANSACTION = 2_000
IDS_PER_QUERY = 1_000
OTHERS_SHOWN = 8

SCHEMA = """
CREATE TABLE events (
  line INTEGER, name TEXT, occurred_at TEXT, customer_id TEXT, session_id TEXT, product_id TEXT,
  price TEXT, quantity INTEGER, search_term TEXT, order_id TEXT, rating INTEGER, country TEXT,
  region TEXT
);
"""
INSERT = "INSERT INTO events VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Shopper by shopper, in order of time: then few of those stored must be looked through. `nth`
# numbers what is the same in all that an event is told by.
_STAGED = """
SELECT
  events.*,
  row_number() OVER (
    PARTITION BY customer_id, session_id, occurred_at, name, product_id, search_term, order_id
    ORDER BY rowid
  ) AS nth
FROM events ORDER BY customer_id, session_id, occurred_at, rowid
"""


@dataclass(frozen=True)
class EventOptions:
    """How a file of events is read.

    Attributes:
        date_format: the strptime form of timestamp, where it is neither ISO 8601 nor a count.
    """

    file_format: str
    max_price: Decimal
    mapping: Mapping[str, str] = field(default_factory=dict)
    skip_bad_rows: bool = False
    date_format: str | None = None


class _Staged(NamedTuple):
    """A staged event with its number among those that are like it."""

    record: Record
    nth: int


def import_events(
    engine: Engine, path: Path, options: EventOptions, *, on_progress: OnProgress = say_nothing
) -> ImportReport:
    """Take over the events of a file, a row for each product of each.

    An event that is there already (the same shopper, moment, name and product) is not taken
    twice, so the same file again changes nothing; nor is a purchase that an order tells of.
    Browsers without a customer's name stay what they are: nobody's customer.

    Everything is read and checked before the first change. The changes then come in short
    transactions; should the import be cut off between two, running it again completes it.

    Raises:
        BadFile: the file as a whole cannot be read, or holds no event of ours.
        BadRows: some rows do not fit and `skip_bad_rows` is not set.
    """
    report = ImportReport()
    with staging_area(SCHEMA) as area:
        _stage(area, path, options, report=report, on_progress=on_progress)
        report.notes += _notes_on_goods(engine, area)
        done = 0
        staged = map(_unstaged, area.execute(_STAGED))
        for batch in batches(staged, size=EVENTS_PER_TRANSACTION):
            _merge(engine, batch, report=report)
            done += len(batch)
            on_progress("Merging", done / report.rows)
    return report


def _stage(
    area: sqlite3.Connection,
    path: Path,
    options: EventOptions,
    *,
    report: ImportReport,
    on_progress: OnProgress,
) -> None:
    events = Stager(area, INSERT)
    others: Counter[str] = Counter()

    def keep(line: int, row: EventRow) -> None:
        if row.other:
            others[row.other] += 1
        else:
            events.add((line, *row[1:-1]))

    read_rows(
        SourceFile(path),
        EVENT_READERS[options.file_format],
        FieldMap(options.mapping, aliases=ALIASES),
        needed=NEEDED,
        parse=partial(parse_event, highest=options.max_price, date_format=options.date_format),
        keep=keep,
        report=report,
        on_progress=on_progress,
    )
    events.flush()
    report.rows -= others.total()
    if not options.skip_bad_rows:
        refuse(report.bad)
    if not report.rows:
        said = f" There is {_listed(others)}." if others else ""
        raise BadFile(f"{path.name} holds no event that could be imported.{said}")
    if others:
        report.notes.append(f"Left out, since they say nothing of goods: {_listed(others)}.")


def _listed(others: Counter[str]) -> str:
    said = [f"{count:,} {name}" for name, count in others.most_common(OTHERS_SHOWN)]
    if len(others) > OTHERS_SHOWN:
        said.append(f"{len(others) - OTHERS_SHOWN} more kinds")
    return ", ".join(said)


def _notes_on_goods(engine: Engine, area: sqlite3.Connection) -> list[str]:
    """Whether the events name goods by ids that the catalogue does not have."""
    named = area.execute(
        "SELECT product_id, count(*) FROM events WHERE product_id <> '' GROUP BY product_id"
    )
    goods = events = 0
    for batch in batches(named, size=IDS_PER_QUERY):
        with engine.connect() as connection:
            asked = select(Product.id).where(Product.id.in_([name for name, _ in batch]))
            known = set(connection.scalars(asked))
        unknown = [count for name, count in batch if name not in known]
        goods += len(unknown)
        events += sum(unknown)
    if not goods:
        return []
    note = (
        f"{events:,} events name {goods:,} products that the catalogue lacks: they count once it "
        "has them. If there are many, item_id is not the catalogue's id."
    )
    return [note]


def _unstaged(row: tuple[Any, ...]) -> _Staged:
    (_, name, occurred_at, customer, visitor, product, price, quantity, *rest) = row
    (term, order, rating, country, region, nth) = rest
    record = {
        "name": name,
        "occurred_at": datetime.fromisoformat(occurred_at),
        "customer_id": customer or None,
        "session_id": visitor or None,
        "product_id": product or None,
        "price": Decimal(price) if price else None,
        "quantity": quantity,
        "search_term": term or None,
        "order_id": order or None,
        "rating": rating,
        "country": country or None,
        "region": region or None,
    }
    return _Staged(record, nth)


def _merge(engine: Engine, batch: Sequence[_Staged], *, report: ImportReport) -> None:
    new: list[Record] = []
    with engine.connect() as connection:
        stored = _stored(connection, [staged.record for staged in batch])
        purchases = ToldPurchases(connection, (staged.record for staged in batch))
    for record, nth in batch:
        # An event that names its order is the order's, whatever the moment.
        is_stored = not record["order_id"] and nth <= stored[_identity(record)]
        if is_stored or purchases.find_or_add(record, nth=nth) is not None:
            report.unchanged += 1
        else:
            new.append(record)
    report.added += len(new)
    if new:
        with short_transaction(engine) as connection:
            connection.execute(insert(table_of(Event)), new)


def _stored(connection: Connection, records: Sequence[Record]) -> Counter[tuple[Any, ...]]:
    """How often the database has each event of these shoppers in this stretch of time."""
    moments = [record["occurred_at"] for record in records]
    when = Event.occurred_at.between(min(moments), max(moments))
    columns = (
        *(Event.customer_id, Event.session_id, Event.occurred_at),
        *(Event.name, Event.product_id, Event.search_term),
    )
    counts: Counter[tuple[Any, ...]] = Counter()
    for who in _shoppers(records):
        asked = select(*columns, func.count()).where(who, when).group_by(*columns)
        for row in connection.execute(asked):
            counts[_identity(row._asdict())] += row[-1]
    return counts


def _shoppers(records: Sequence[Record]) -> Iterator[ColumnElement[bool]]:
    """Conditions for these shoppers, each of which an index serves."""
    customers = {record["customer_id"] for record in records if record["customer_id"]}
    if customers:
        yield Event.customer_id.in_(sorted(customers))
    visitors = {record["session_id"] for record in records if record["session_id"]}
    if visitors:
        yield Event.session_id.in_(sorted(visitors))
    if any(not record["customer_id"] and not record["session_id"] for record in records):
        yield and_(Event.customer_id.is_(None), Event.session_id.is_(None))


def _identity(record: Mapping[str, Any]) -> tuple[Any, ...]:
    """What makes an event the same one, whichever way it came."""
    who = record["customer_id"] or record["session_id"]
    return (who, *(record[n] for n in ("occurred_at", "name", "product_id", "search_term")))
