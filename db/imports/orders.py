"""Orders from a file, with the customers, goods and events that they tell of."""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, delete, func, insert, select

from db.imports.files import SourceFile
from db.imports.mapping import FieldMap
from db.imports.merge import Record, batches, short_transaction, table_of, upsert
from db.imports.order_lines import ALIASES, NEEDED, OrderRow, parse_order_line
from db.imports.order_staging import (
    INDEX,
    INSERT,
    SCHEMA,
    drop_strays,
    staged_customers,
    staged_orders,
    staged_products,
)
from db.imports.report import BadFile, ImportReport, OnProgress, refuse, say_nothing
from db.imports.rows import READERS
from db.imports.staging import Stager, read_rows, staging_area
from db.purchases import take_over_told
from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.customers import Customer
from db.tables.orders import Order, OrderLine

# As many lines as SQLite writes in well under 200 ms, the longest that a chat may wait.
LINES_PER_TRANSACTION = 2_000
ROWS_PER_TRANSACTION = 1_000
# What an order may be called of which all came back.
TAKEN_BACK = ("returned", "cancelled")


@dataclass(frozen=True)
class OrderOptions:
    """How a file of orders is read.

    Attributes:
        date_format: the strptime form of created_at, where it is not ISO 8601.
    """

    currency: str
    max_price: Decimal
    file_format: str = "csv"
    mapping: Mapping[str, str] = field(default_factory=dict)
    skip_bad_rows: bool = False
    date_format: str | None = None


def import_orders(
    engine: Engine, path: Path, options: OrderOptions, *, on_progress: OnProgress = say_nothing
) -> ImportReport:
    """Take over the orders of a file, one line of an order in each row.

    A negative quantity or the status `refunded` is a refund. An order that is there already
    becomes what the file says, with its events, so the same file again changes nothing. What the
    shop's pages told of the same purchases becomes part of the orders' own events. Goods
    and customers that the shop does not know are made; known ones stay as they are.

    Everything is read and checked before the first change. The changes then come in short
    transactions; should the import be cut off between two, running it again completes it.

    Raises:
        BadFile: the file as a whole cannot be read, or holds no order.
        BadRows: some rows do not fit and `skip_bad_rows` is not set.
    """
    report = ImportReport()
    with staging_area(SCHEMA) as area:
        _stage(area, path, options, report=report, on_progress=on_progress)
        _merge_goods_and_customers(engine, area)
        done = 0
        for batch in _batches_of_orders(staged_orders(area)):
            _merge_orders(engine, batch, report=report)
            done += sum(map(len, batch))
            on_progress("Merging", done / report.rows)
    return report


def _stage(
    area: sqlite3.Connection,
    path: Path,
    options: OrderOptions,
    *,
    report: ImportReport,
    on_progress: OnProgress,
) -> None:
    lines = Stager(area, INSERT)

    def keep(line: int, row: OrderRow) -> None:
        lines.add((line, *row[1:]))

    read_rows(
        SourceFile(path),
        READERS[options.file_format],
        FieldMap(options.mapping, aliases=ALIASES),
        needed=NEEDED,
        parse=partial(
            parse_order_line,
            currency=options.currency,
            highest=options.max_price,
            date_format=options.date_format,
        ),
        keep=keep,
        report=report,
        on_progress=on_progress,
    )
    lines.flush()
    area.execute(INDEX)
    report.rows -= drop_strays(area, bad=report.bad)
    if not options.skip_bad_rows:
        refuse(report.bad)
    if not report.rows:
        raise BadFile(f"{path.name} holds no order that could be imported.")


def _merge_goods_and_customers(engine: Engine, area: sqlite3.Connection) -> None:
    for products in batches(staged_products(area), size=ROWS_PER_TRANSACTION):
        with short_transaction(engine) as connection:
            upsert(connection, Product, products, update=())
    country = table_of(Customer).c.country
    for customers in batches(staged_customers(area), size=ROWS_PER_TRANSACTION):
        with short_transaction(engine) as connection:
            # Whoever came by chat first has no country yet; orders tell it.
            upsert(
                connection,
                Customer,
                customers,
                update=lambda new: {"country": func.coalesce(country, new["country"])},
            )


def _batches_of_orders(orders: Iterator[list[OrderRow]]) -> Iterator[list[list[OrderRow]]]:
    """Whole orders, together about as many lines as one transaction should write."""
    batch: list[list[OrderRow]] = []
    lines = 0
    for order in orders:
        batch.append(order)
        lines += len(order)
        if lines >= LINES_PER_TRANSACTION:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _merge_orders(engine: Engine, batch: Sequence[list[OrderRow]], *, report: ImportReport) -> None:
    before = _stored_orders(engine, [rows[0].order_id for rows in batch])
    orders: list[Record] = []
    lines: list[Record] = []
    events: list[Record] = []
    replaced: list[str] = []
    moment = now()
    for rows in batch:
        stored, stored_lines = before.get(rows[0].order_id, (None, []))
        order = _order_of(rows, stored=stored)
        order_lines = [_line_of(row, position) for position, row in enumerate(rows, start=1)]
        if stored is None:
            report.added += 1
        elif order == {name: stored[name] for name in order} and order_lines == stored_lines:
            report.unchanged += 1
            continue
        else:
            report.changed += 1
            replaced.append(order["id"])
        orders.append({**order, "updated_at": moment})
        lines += order_lines
        events += [_event_of(row, order) for row in rows]
    if not orders:
        return
    with engine.connect() as connection:
        superseded = take_over_told(connection, events)
    with short_transaction(engine) as connection:
        if superseded:
            connection.execute(delete(Event).where(Event.id.in_(superseded)))
        if replaced:
            connection.execute(delete(OrderLine).where(OrderLine.order_id.in_(replaced)))
        upsert(connection, Order, orders, update=set(orders[0]) - {"id"})
        connection.execute(insert(table_of(OrderLine)), lines)
        connection.execute(insert(table_of(Event)), events)


def _stored_orders(engine: Engine, ids: Sequence[str]) -> dict[str, tuple[Record, list[Record]]]:
    order_table, line_table = table_of(Order), table_of(OrderLine)
    with engine.connect() as connection:
        found = connection.execute(select(order_table).where(order_table.c.id.in_(ids)))
        stored: dict[str, tuple[Record, list[Record]]] = {
            row["id"]: (dict(row), []) for row in found.mappings()
        }
        if stored:
            of_these = line_table.c.order_id.in_(list(stored))
            ordered = select(line_table).where(of_these).order_by(line_table.c.position)
            for row in connection.execute(ordered).mappings():
                stored[row["order_id"]][1].append(dict(row))
    return stored


def _order_of(rows: Sequence[OrderRow], *, stored: Mapping[str, Any] | None) -> Record:
    # A file without statuses must not undo what the shop has told us meanwhile.
    status = stored["status"] if stored else "placed"
    if all(row.is_refund for row in rows):
        given = {row.status for row in rows}
        status = next((name for name in TAKEN_BACK if name in given), "refunded")
    else:
        status = next((row.status for row in rows if row.status and not row.is_refund), status)
    return {
        "id": rows[0].order_id,
        "customer_id": next((row.customer_id for row in rows if row.customer_id), None),
        "status": status,
        "currency": rows[0].currency,
        "country": next((row.country for row in rows if row.country), None),
        "created_at": datetime.fromisoformat(min(row.created_at for row in rows)),
    }


def _line_of(row: OrderRow, position: int) -> Record:
    return {
        "order_id": row.order_id,
        "position": position,
        "product_id": row.product_id,
        "quantity": row.quantity,
        "price": Decimal(row.price),
    }


def _event_of(row: OrderRow, order: Record) -> Record:
    return {
        "name": "refund" if row.is_refund else "purchase",
        "occurred_at": datetime.fromisoformat(row.created_at),
        "customer_id": order["customer_id"],
        "session_id": None,
        "product_id": row.product_id,
        "price": Decimal(row.price),
        "quantity": abs(row.quantity),
        "ranking_id": None,
        "order_id": row.order_id,
        "country": order["country"],
        "region": None,
    }
