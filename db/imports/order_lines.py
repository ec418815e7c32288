"""One line of an order out of one row of a file."""

from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from db.imports.fields import (
    Fields,
    parse_choice,
    parse_identifier,
    parse_text,
    parse_whole_number,
)
from db.imports.moments import parse_time
from db.imports.prices import parse_currency, parse_price
from db.imports.report import BadField
from db.tables.base import now

FIELDS = (
    *("order_id", "customer_id", "product_id", "title", "quantity", "price", "currency"),
    *("created_at", "country", "status"),
)
NEEDED = ("order_id", "product_id", "quantity", "price", "created_at")
ALIASES: dict[str, tuple[str, ...]] = {
    "product_id": ("item_id", "sku"),
    "title": ("name", "product_name"),
    "created_at": ("order_date", "date", "timestamp"),
}

STATUSES = ("placed", "paid", "shipped", "delivered", "cancelled", "returned", "refunded")
STATUS_WORDS = {
    **{name: name for name in STATUSES},
    "pending": "placed",
    "open": "placed",
    "on hold": "placed",
    "authorized": "placed",
    "unfulfilled": "placed",
    "processing": "paid",
    "partially paid": "paid",
    # What came back of it stands in lines of its own.
    "partially refunded": "paid",
    "fulfilled": "shipped",
    "partially fulfilled": "shipped",
    "dispatched": "shipped",
    "complete": "delivered",
    "completed": "delivered",
    "canceled": "cancelled",
    "voided": "cancelled",
    "failed": "cancelled",
}
# What data tools write where a spreadsheet has an empty cell.
NOBODY = frozenset({"", "nan", "none", "null", "n/a", "<na>"})


class OrderRow(NamedTuple):
    """A staged line, in the order of the staging table's columns; empty text means none."""

    line: int
    order_id: str
    customer_id: str
    product_id: str
    title: str
    quantity: int
    price: str
    currency: str
    created_at: str
    country: str
    status: str

    @property
    def is_refund(self) -> bool:
        """Whether the shop took the goods or the order back."""
        return self.quantity < 0 or self.status == "refunded"


def parse_order_line(
    fields: Fields, *, currency: str, highest: Decimal, date_format: str | None = None
) -> OrderRow:
    """Read a row; what is wrong with it is in `fields.problems` afterwards."""
    currency = fields.take("currency", parse_currency, default=currency)
    price, currency = fields.need(
        "price",
        partial(parse_price, currency=currency, highest=highest),
        default=(Decimal(0), currency),
    )
    # Text that sorts by time, whatever zone the file is in.
    moment: datetime = fields.need(
        "created_at", partial(parse_time, date_format=date_format), default=now()
    )
    return OrderRow(
        line=0,
        order_id=fields.need("order_id", parse_identifier, default=""),
        customer_id=fields.take("customer_id", _parse_customer, default=""),
        product_id=fields.need("product_id", parse_identifier, default=""),
        title=fields.take("title", parse_text, default=""),
        quantity=fields.need("quantity", _parse_quantity, default=0),
        price=str(price),
        currency=currency,
        created_at=moment.isoformat(timespec="microseconds"),
        country=fields.take("country", parse_text, default=""),
        status=fields.take(
            "status", partial(parse_choice, choices=STATUS_WORDS, expected=STATUSES), default=""
        ),
    )


def _parse_customer(text: str) -> str:
    identifier = parse_identifier(text)
    return "" if identifier.lower() in NOBODY else identifier


def _parse_quantity(text: str) -> int:
    quantity = parse_whole_number(text)
    if quantity == 0:
        raise BadField(f"{text!r} buys nothing; expected a whole number, below 0 for a refund")
    return quantity
