"""How long the two real imports take, how much memory, and how long a chat waits meanwhile.

    python -m benchmarks.imports [--postgresql URL]

Reads the retail catalogue (2,465 products) and the UCI invoices (370,931 lines) from the folder
of real data into fresh databases. Beside each import, another connection stores a message
every 20 ms, as a running gateway does.
"""

import argparse
import multiprocessing
import os
import resource
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Engine, text
from sqlalchemy.engine import make_url

from db.engine import make_engine, session_factory
from db.imports.catalog import CatalogOptions, import_catalog
from db.imports.orders import OrderOptions, import_orders
from db.imports.report import ImportReport
from db.migrate import upgrade
from db.tables.conversations import Conversation, Message

DATA = Path(os.environ.get("SHOPKEEPER_DATA", Path(__file__).parents[2] / "shared" / "data"))
CATALOG = DATA / "shop" / "retail_demo_store" / "products.yaml"
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


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--postgresql", default="postgresql://postgres@127.0.0.1:5432/test")
    server = arguments.parse_args().postgresql
    print("database    import            seconds  peak MB  rows/s   slowest message ms")
    # Each import gets a process of its own: the peak of memory is counted from its start.
    processes = multiprocessing.get_context("spawn")
    for name, database in (("sqlite", _sqlite()), ("postgresql", _postgresql(server))):
        with database as url:
            for what in ("catalogue", "orders", "orders again"):
                process = processes.Process(target=_measure, args=(name, what, url))
                process.start()
                process.join()


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


def _measure(database: str, what: str, url: str) -> None:
    engine = make_engine(url)
    with _chat(engine) as waits:
        started = time.perf_counter()
        report = _import(engine, what)
        seconds = time.perf_counter() - started
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{database:<11} {what:<16} {seconds:>8.1f} {peak:>8.0f} {report.rows / seconds:>7.0f}"
        f" {max(waits) * 1000:>12.0f}",
        flush=True,
    )


def _import(engine: Engine, what: str) -> ImportReport:
    if what == "catalogue":
        columns = {"title": "name", "stock": "current_stock"}
        options = CatalogOptions("yaml", "USD", HIGHEST, Path("media"), columns)
        return import_catalog(engine, CATALOG, options)
    # Two corrections of bad debt have prices below zero.
    invoices = OrderOptions("GBP", HIGHEST, mapping=INVOICE_COLUMNS, skip_bad_rows=True)
    return import_orders(engine, INVOICES, invoices)


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
