"""One event with one product out of one row of a file."""

import math
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import NamedTuple

from common.cells import region_around
from db.behaviour import WITHOUT_ITEMS
from db.imports.fields import (
    Fields,
    parse_identifier,
    parse_text,
    parse_whole_number,
)
from db.imports.moments import parse_time
from db.imports.order_lines import NOBODY
from db.imports.prices import parse_price
from db.imports.report import BadField
from db.purchases import ORDERED
from db.tables.base import now
from db.tables.behaviour import EVENT_NAMES

FIELDS = (
    *("name", "timestamp", "customer_id", "visitor_id", "item_id", "price", "quantity"),
    *("search_term", "order_id", "rating", "country", "region", "latitude", "longitude"),
)
NEEDED = ("name", "timestamp")
# Flattened exports of BigQuery write items.item_id, items_item_id or item_id.
ALIASES: dict[str, tuple[str, ...]] = {
    "name": ("event_name", "event", "event_type"),
    "timestamp": ("event_timestamp", "event_time", "time", "created_at"),
    "customer_id": ("user_id",),
    "visitor_id": ("user_pseudo_id", "visitorid", "anonymous_id", "client_id", "session_id"),
    "item_id": ("items.item_id", "items_item_id", "product_id", "itemid", "sku"),
    "price": ("items.price", "items_price", "item_price", "items.price_in_usd", "price_in_usd"),
    "quantity": ("items.quantity", "items_quantity", "item_quantity"),
    "order_id": (
        *("transaction_id", "ecommerce.transaction_id", "ecommerce_transaction_id"),
        "transactionid",
    ),
    "country": ("geo.country", "geo_country"),
    "region": ("geo.region", "geo_region"),
    "latitude": ("lat", "geo.latitude"),
    "longitude": ("lon", "lng", "geo.longitude"),
}
# What other tools, and Google's older ones, call the same.
NAMES: Mapping[str, str] = {
    **{name: name for name in EVENT_NAMES},
    "view": "view_item",
    "product_viewed": "view_item",
    "viewed_product": "view_item",
    "cart": "add_to_cart",
    "addtocart": "add_to_cart",
    "product_added": "add_to_cart",
    "product_removed": "remove_from_cart",
    "transaction": "purchase",
    "order_completed": "purchase",
    "ecommerce_purchase": "purchase",
    "products_searched": "search",
    "view_search_results": "search",
}
# What analytics tools write for nothing.
NOTHING = NOBODY | {"(not set)", "(none)", "undefined"}
# Keeps a browser's number apart from conversations, whose column it goes to.
VISITOR = "visitor:"

LONGEST_TERM = 500
LONGEST_PLACE = 100
# A shopper's clock may be a little fast.
CLOCK_LEEWAY = timedelta(hours=1)


class EventRow(NamedTuple):
    """A staged event, in the order of the staging table's columns; empty text means none.

    Attributes:
        name: empty where it is no event of ours; then `other` says what it is called.
    """

    line: int
    name: str
    occurred_at: str
    customer_id: str
    session_id: str
    product_id: str
    price: str
    quantity: int | None
    search_term: str
    order_id: str
    rating: int | None
    country: str
    region: str
    other: str = ""


def parse_event(fields: Fields, *, highest: Decimal, date_format: str | None = None) -> EventRow:
    """Read a row; what is wrong with it is in `fields.problems` afterwards."""
    given = fields.need("name", parse_text, default="")
    name = name_of(given)
    if given and not name:
        return EventRow(0, "", "", "", "", "", "", None, "", "", None, "", "", other=given)
    moment: datetime = fields.need(
        "timestamp", partial(parse_event_time, date_format=date_format), default=now()
    )
    customer = fields.take("customer_id", parse_known, default="")
    visitor = fields.take("visitor_id", parse_known, default="")
    take_item = fields.take if name in WITHOUT_ITEMS else fields.need
    take_term = fields.need if name == "search" else fields.take
    take_rating = fields.need if name == "review" else fields.take
    price = fields.take("price", partial(_parse_amount, highest=highest), default=None)
    return EventRow(
        line=0,
        name=name,
        occurred_at=moment.isoformat(timespec="microseconds"),
        customer_id=customer,
        # Who is known by name is not tied to the browser they came with.
        session_id=f"{VISITOR}{visitor}" if visitor and not customer else "",
        product_id=take_item("item_id", parse_known, default=""),
        price="" if price is None else str(price),
        quantity=fields.take("quantity", _parse_quantity, default=None),
        search_term=take_term(
            "search_term", partial(_parse_short_text, longest=LONGEST_TERM), default=""
        ),
        order_id=fields.take("order_id", parse_known, default="") if name in ORDERED else "",
        rating=take_rating("rating", _parse_stars, default=None),
        country=fields.take(
            "country", partial(_parse_short_text, longest=LONGEST_PLACE), default=""
        ),
        region=_region(fields),
    )


def _region(fields: Fields) -> str:
    """The region, or the cell around the coordinates where none is named."""
    named = fields.take("region", partial(_parse_short_text, longest=LONGEST_PLACE), default="")
    latitude = fields.take("latitude", partial(_parse_degrees, most=90), default=None)
    longitude = fields.take("longitude", partial(_parse_degrees, most=180), default=None)
    return region_around(named, latitude, longitude) or ""


def name_of(given: str) -> str:
    """The event's name in ours; empty where it is none of ours."""
    return NAMES.get(re.sub(r"[\s-]+", "_", given.strip().lower()), "")


def parse_event_time(text: str, *, date_format: str | None = None) -> datetime:
    """When it happened.

    Raises:
        BadField: it is no moment, or lies in the future.
    """
    moment = parse_time(text, date_format=date_format)
    if moment > now() + CLOCK_LEEWAY:
        raise BadField(f"{text!r} lies in the future")
    return moment


def parse_known(text: str) -> str:
    """An id; nothing where the tool wrote that it had none."""
    identifier = parse_identifier(text)
    return "" if identifier.lower() in NOTHING else identifier


def _parse_amount(text: str, *, highest: Decimal) -> Decimal:
    # Events carry no currency: they are compared with nothing in another.
    return parse_price(text, currency="USD", highest=highest)[0]


def _parse_quantity(text: str) -> int | None:
    quantity = parse_whole_number(text)
    if quantity < 0:
        raise BadField(f"{text!r} is below 0; expected a whole number (a refund is an event)")
    return quantity or None


def _parse_stars(text: str) -> int:
    stars = parse_whole_number(text)
    if not 1 <= stars <= 5:
        raise BadField(f"{text!r} is no rating; expected a whole number from 1 to 5")
    return stars


def _parse_degrees(text: str, *, most: int) -> float | None:
    if parse_text(text).lower() in NOTHING:
        return None
    try:
        degrees = float(text)
    except ValueError:
        degrees = math.nan
    if not abs(degrees) <= most:
        raise BadField(f"{text!r} is no coordinate; expected degrees from -{most} to {most}")
    return degrees


def _parse_short_text(text: str, *, longest: int) -> str:
    plain = parse_text(text)
    if len(plain) > longest:
        raise BadField(f"has {len(plain)} characters; expected at most {longest}")
    return "" if plain.lower() in NOTHING else plain
