"""How long imports take, how much memory, and how long a stored message waits meanwhile.

    python -m benchmarks.imports [--postgresql URL] [--only real|dirty|large] [--formats xml ...]
        [--databases sqlite]

real: the retail catalogue (2,465 products) and the UCI invoices (370,931 lines), from the folder
of real data. dirty: 12,000 products of that catalogue with a tenth of the rows wrong, in every
format; the bad rows that the import names are held against those that were made. large: 100,000
clean ones. Each import runs in a process of its own; beside it, another connection stores a
message every 20 ms, as a running gateway does. For whole chat turns see benchmarks/busy_shop.py.
"""

import argparse
import multiprocessing
import resource
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from benchmarks.feeds import CATALOG, DATA, FORMATS, write_feed
from db.engine import make_engine, session_factory
from db.imports.catalog import CatalogOptions, import_catalog
from db.imports.orders import OrderOptions, import_orders
from db.imports.report import ImportReport
from db.migrate import upgrade
from db.tables.conversations import Conversation, Message

INVOICES = DATA / "shop" / "uci_online_retail" / "invoices_2010-12_to_2011-09.csv.gz"
INVOICE_COLUMNS = {
    "order_id": "InvoiceNo",
    "product_id": "StockCode",
    "title": "Description",
    "quantity": "Quantity",
    "price": "UnitPrice",
    "created_at": "InvoiceDate",
    "customer_id": "CustomerID",
    "country": "Country",
}
HIGHEST = Decimal("9999999.99")
BETWEEN_MESSAGES_S = 0.02
DATABASES = ("sqlite", "postgresql")
DIRTY_ROWS, LARGE_ROWS = 12_000, 100_000


@dataclass(frozen=True)
class Task:
    """One import.

    Attributes:
        bad: how many rows it must name; None where nobody counted.
    """

    name: str
    file: Path
    file_format: str
    bad: int | None = None


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1:5432/test")
    parser.add_argument("--only", choices=("real", "dirty", "large"))
    parser.add_argument("--formats", nargs="*", choices=FORMATS, default=FORMATS)
    parser.add_argument("--databases", nargs="*", choices=DATABASES, default=DATABASES)
    asked = parser.parse_args()
    sets = [asked.only] if asked.only else ["real", "dirty", "large"]
    print("database    import              seconds  peak MB  rows/s  bad rows  slowest message ms")
    # Each import gets a process of its own: the peak of memory is counted from its start.
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        chosen = [task for name in sets for task in _tasks(name, Path(folder), asked.formats)]
        for name in asked.databases:
            database = _sqlite() if name == "sqlite" else _postgresql(asked.postgresql)
            with database as url:
                for task in chosen:
                    process = processes.Process(target=_measure, args=(name, task, url))
                    process.start()
                    process.join()


def _tasks(which: str, folder: Path, formats: list[str]) -> Iterator[Task]:
    if which == "real":
        yield Task("catalogue", CATALOG, "yaml")
        yield Task("orders", INVOICES, "orders", bad=2)
        yield Task("orders again", INVOICES, "orders", bad=2)
        return
    rows, dirt = (DIRTY_ROWS, 0.1) if which == "dirty" else (LARGE_ROWS, 0.0)
    for form in formats:
        path = folder / f"{which}.{form}"
        with path.open("w", encoding="utf-8", newline="") as file:
            feed = write_feed(file, form, rows=rows, dirt=dirt, prefix=f"{which}-{form}-")
        reader = "google" if form == "xml" else form
        yield Task(f"{which} {form}", path, reader, bad=len(feed.bad_ids))
        if which == "large":
            yield Task(f"{which} {form} again", path, reader, bad=0)


@contextmanager
def _sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/shop.db"
        upgrade(url)
        yield url


@contextmanager
def _postgresql(server: str) -> Iterator[str]:
    url = make_url(server).set(database=f"shopkeeper_benchmark_{uuid.uuid4().hex[:8]}")
    engine = make_engine(server)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f'CREATE DATABASE "{url.database}"'))
        try:
            upgrade(url.render_as_string(hide_password=False))
            yield url.render_as_string(hide_password=False)
        finally:
            connection.execute(text(f'DROP DATABASE "{url.database}" WITH (FORCE)'))
    engine.dispose()


def _measure(database: str, task: Task, url: str) -> None:
    engine = make_engine(url)
    with _chat(engine) as waits:
        started = time.perf_counter()
        report = _import(engine, task)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    rows = report.rows + report.bad.rows
    print(
        f"{database:<11} {task.name:<19} {seconds:>7.1f} {peak:>8.0f} {rows / seconds:>7.0f}"
        f" {report.bad.rows:>9} {max(waits) * 1000:>12.0f}",
        flush=True,
    )
    if task.bad is not None and report.bad.rows != task.bad:
        raise AssertionError(f"{task.name}: {task.bad} rows are bad, {report.bad.rows} were named")


def _import(engine: Engine, task: Task) -> ImportReport:
    if task.file_format == "orders":
        # Two corrections of bad debt have prices below zero.
        invoices = OrderOptions("GBP", HIGHEST, mapping=INVOICE_COLUMNS, skip_bad_rows=True)
        return import_orders(engine, task.file, invoices)
    columns = {"title": "name", "stock": "current_stock"} if task.file == CATALOG else {}
    options = CatalogOptions(
        task.file_format,
        "USD",
        HIGHEST,
        Path("media"),
        columns,
        skip_bad_rows=True,
        keep_missing=True,
    )
    return import_catalog(engine, task.file, options)


@contextmanager
def _chat(engine: Engine) -> Iterator[list[float]]:
    """A conversation that goes on in a thread; how long each of its messages waited."""
    waits: list[float] = []
    ended = threading.Event()
    sessions = session_factory(engine)
    conversation = Conversation(id=uuid.uuid4().hex, channel="web")
    with sessions.begin() as session:
        session.add(conversation)

    def talk() -> None:
        while not ended.wait(BETWEEN_MESSAGES_S):
            started = time.perf_counter()
            with sessions.begin() as session:
                session.add(Message(conversation_id=conversation.id, role="shopper", text="hi"))
            waits.append(time.perf_counter() - started)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield waits
    finally:
        ended.set()
        thread.join()


if __name__ == "__main__":
    main()
