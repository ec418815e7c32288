"""Staged order lines, and what they tell together: orders, customers and goods."""

import re
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from db.imports.merge import Record
from db.imports.order_lines import OrderRow
from db.imports.report import RowLog
from db.tables.base import now

SCHEMA = """
CREATE TABLE lines (
  line INTEGER PRIMARY KEY, order_id TEXT, customer_id TEXT, product_id TEXT, title TEXT,
  quantity INTEGER, price TEXT, currency TEXT, created_at TEXT, country TEXT, status TEXT
);
"""
INSERT = "INSERT INTO lines VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
# Made once the lines are in, which is faster than keeping it up to date.
INDEX = "CREATE INDEX by_order ON lines (order_id, line)"

# One order has one customer and one currency: its first line's.
_STRAYS = """
SELECT lines.line, lines.{field}, first.line, first.{field}
FROM (
  SELECT order_id, min(line) AS line, {field} FROM lines WHERE {field} <> '' GROUP BY order_id
) AS first
JOIN lines ON lines.order_id = first.order_id
WHERE lines.{field} NOT IN ('', first.{field})
"""

# With max() or min(), SQLite takes the other columns from the row that has it.
_PRODUCTS = """
WITH
  sold AS (SELECT product_id, currency, min(line) FROM lines GROUP BY product_id),
  priced AS (
    SELECT product_id, price, currency, max(created_at)
    FROM lines WHERE CAST(price AS REAL) > 0 GROUP BY product_id
  ),
  named AS (
    SELECT product_id, title, max((CAST(price AS REAL) > 0) || created_at)
    FROM lines WHERE title <> '' GROUP BY product_id
  )
SELECT sold.product_id, named.title, priced.price, coalesce(priced.currency, sold.currency)
FROM sold
LEFT JOIN priced USING (product_id)
LEFT JOIN named USING (product_id)
ORDER BY sold.product_id
"""
_CUSTOMERS = """
SELECT seen.customer_id, seen.created_at, placed.country
FROM (
  SELECT customer_id, min(created_at) AS created_at FROM lines
  WHERE customer_id <> '' GROUP BY customer_id
) AS seen
LEFT JOIN (
  SELECT customer_id, country, max(created_at) FROM lines
  WHERE customer_id <> '' AND country <> '' GROUP BY customer_id
) AS placed USING (customer_id)
ORDER BY seen.customer_id
"""

# Postage and the like stand in orders as lines of their own; nobody shops for them.
_NO_GOODS = re.compile(
    r"(\S+ )?(postage|shipping|delivery|carriage|freight|handling|surcharge|fees?|charges?"
    r"|commission)|manual|discount|samples?|adjust\b.*",
    re.IGNORECASE,
)


def drop_strays(area: sqlite3.Connection, *, bad: RowLog) -> int:
    """Log and remove lines that contradict the first line of their order.

    Returns:
        How many they were.
    """
    strays: dict[int, tuple[str, str]] = {}
    for field in ("customer_id", "currency"):
        for line, value, first_line, first in area.execute(_STRAYS.format(field=field)):
            detail = f"{value!r} differs from {first!r} on line {first_line} of the same order"
            strays.setdefault(line, (field, detail))
    for line, problem in sorted(strays.items()):
        bad.add(line, [problem])
    area.executemany("DELETE FROM lines WHERE line = ?", ((line,) for line in strays))
    return len(strays)


def staged_orders(area: sqlite3.Connection) -> Iterator[list[OrderRow]]:
    """The lines of each order, as they stand in the file."""
    columns = ", ".join(OrderRow._fields)
    lines = area.execute(f"SELECT {columns} FROM lines ORDER BY order_id, line")  # noqa: S608
    for _, group in groupby(map(OrderRow._make, lines), key=attrgetter("order_id")):
        yield list(group)


def staged_customers(area: sqlite3.Connection) -> Iterator[Record]:
    """The customers of the orders, known since their first and living where the last went."""
    for identifier, since, country in area.execute(_CUSTOMERS):
        yield {
            "id": identifier,
            "created_at": datetime.fromisoformat(since),
            "country": country,
        }


def staged_products(area: sqlite3.Connection) -> Iterator[Record]:
    """The goods of the orders, with the latest title and price that were paid.

    What never had a title or a price, and what is postage or a fee, is not for sale: it is
    kept for the orders' sake.
    """
    moment = now()
    for identifier, title, price, currency in area.execute(_PRODUCTS):
        is_goods = bool(title and price) and not _NO_GOODS.fullmatch(title)
        yield {
            "id": identifier,
            "title": title or identifier,
            "description": "",
            "category": "",
            "price": Decimal(price or 0),
            "currency": currency,
            "availability": "in_stock",
            "rating_count": 0,
            "attributes": {},
            "active": is_goods,
            "created_at": moment,
            "updated_at": moment,
        }
