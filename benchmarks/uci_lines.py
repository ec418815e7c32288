"""The invoices of a real gift shop, as purchases by day."""

import csv
import gzip
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
from numpy.typing import NDArray

from benchmarks.recommender_sets import REAL

FILE = REAL / "shop" / "uci_online_retail" / "invoices_2010-12_to_2011-09.csv.gz"
START = date(2010, 12, 1)


@dataclass(frozen=True)
class Lines:
    """Purchases, oldest first: what a customer bought on a day, each good of a day once.

    Attributes:
        customers: by number [t].
        items: by number [t].
        days: since the first one [t].
        countries: of each customer [c].
        names: of the items [n].
    """

    customers: NDArray[np.int64]
    items: NDArray[np.int64]
    days: NDArray[np.int64]
    countries: list[str]
    names: list[str]

    def until(self, day: int) -> "Lines":
        """What was known on the morning of a day."""
        return self._where(self.days < day)

    def during(self, first: int, end: int) -> "Lines":
        """What happened from one day on, before another."""
        return self._where((self.days >= first) & (self.days < end))

    def _where(self, some: NDArray[np.bool_]) -> "Lines":
        return Lines(
            self.customers[some], self.items[some], self.days[some], self.countries, self.names
        )


def days_since_start(day: date) -> int:
    """The number of a day; the first one's is 0."""
    return (day - START).days


def read_lines() -> Lines:
    """Sales of goods to known customers."""
    with gzip.open(FILE, "rt", encoding="utf-8", newline="") as file:
        rows = [
            row
            for row in csv.DictReader(file)
            # Cancellations, postage, fees and the like are no purchases.
            if row["CustomerID"] and row["StockCode"][:1].isdigit() and int(row["Quantity"]) > 0
        ]
    customers: dict[str, int] = {}
    items: dict[str, int] = {}
    countries: list[str] = []
    seen = set()
    for row in rows:
        day = days_since_start(datetime.fromisoformat(row["InvoiceDate"]).date())
        if row["CustomerID"] not in customers:
            countries.append(row["Country"])
        customer = customers.setdefault(row["CustomerID"], len(customers))
        item = items.setdefault(row["StockCode"].upper(), len(items))
        seen.add((day, customer, item))
    days, whose, what = np.array(sorted(seen)).T
    return Lines(whose, what, days, countries, list(items))
