"""One product out of one row of a feed."""

import re
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Any

from db.imports.attributes import parse_attributes
from db.imports.fields import (
    Fields,
    parse_address,
    parse_choice,
    parse_count,
    parse_identifier,
    parse_moment,
    parse_paragraphs,
    parse_period,
    parse_rating,
    parse_text,
    parse_yes_or_no,
)
from db.imports.prices import parse_currency, parse_price
from db.imports.report import BadField
from db.tables.base import now

NEEDED = ("id", "title", "price")
# Names are Google's. An alias counts where the field itself is absent or empty.
ALIASES: dict[str, tuple[str, ...]] = {
    "id": ("product_id", "sku", "offer_id", "guid"),
    "title": ("name", "structured_title"),
    "description": ("summary", "content"),
    "category": ("google_product_category",),
    "product_type": ("style", "type", "subcategory"),
    "stock": ("current_stock", "inventory", "quantity"),
    "image_link": ("image", "image_url"),
    "link": ("url",),
    "color": ("colour",),
    "rating": ("average_rating",),
    "rating_count": ("review_count",),
}
AVAILABILITIES = ("in_stock", "out_of_stock", "preorder", "backorder")
AVAILABILITY_WORDS = {
    **{name.replace("_", " "): name for name in AVAILABILITIES},
    "instock": "in_stock",
    "available": "in_stock",
    "limited availability": "in_stock",
    "outofstock": "out_of_stock",
    "sold out": "out_of_stock",
    "unavailable": "out_of_stock",
    "pre order": "preorder",
    "back order": "backorder",
    "available for order": "backorder",
}

_ADDRESS = re.compile(r"https?://", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_SCHEMA_ORG = re.compile(r"https?://schema\.org/", re.IGNORECASE)
_PATH = re.compile(r"\s*>\s*")


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """A product's columns, ready to be staged.

    Attributes:
        picture: a path within the shop's pictures, where the image is no web address.
        is_listed: false where the feed says that it is not for sale (now, or any more); then
            `values` hold nothing but the id.
    """

    values: dict[str, Any]
    picture: str | None
    is_listed: bool = True


def parse_product(
    fields: Fields, *, currency: str, highest: Decimal, at: datetime | None = None
) -> ProductRecord:
    """Read a row; what is wrong with it is in `fields.problems` afterwards.

    Args:
        currency: of prices that name none.
        at: the moment that sales and expiry are judged at; now by default.
    """
    at = at or now()
    is_listed = fields.take("listed", parse_yes_or_no, default=True)
    expires = fields.take("expiration_date", parse_moment, default=None)
    if not is_listed or (expires and expires <= at):
        return ProductRecord(
            {"id": fields.need("id", parse_identifier, default="")}, None, is_listed=False
        )
    price, list_price, currency = _parse_prices(fields, currency=currency, highest=highest, at=at)
    category, product_type = _parse_place(fields)
    stock = fields.take("stock", parse_count, default=None)
    availability = fields.take(
        "availability",
        _parse_availability,
        default="out_of_stock" if stock == 0 else "in_stock",
    )
    values: dict[str, Any] = {
        "id": fields.need("id", parse_identifier, default=""),
        "title": fields.need("title", parse_text, default=""),
        "description": fields.take("description", parse_paragraphs, default=""),
        "brand": _parse_optional_text(fields, "brand"),
        "category": category,
        "product_type": product_type,
        "color": _parse_optional_text(fields, "color"),
        "size": _parse_optional_text(fields, "size"),
        "material": _parse_optional_text(fields, "material"),
        "price": price,
        "list_price": list_price,
        "currency": currency,
        "availability": availability,
        "stock": stock,
        "url": fields.take_if_it_fits("link", parse_address),
        "item_group_id": fields.take("item_group_id", parse_identifier, default=None),
    }
    image = fields.take_if_it_fits("image_link", parse_image)
    rating = fields.take("rating", parse_rating, default=None)
    rating_count = fields.take("rating_count", parse_count, default=None)
    if rating is not None:
        values["rating"] = rating
    if rating_count is not None:
        values["rating_count"] = rating_count
    values["attributes"] = parse_attributes(fields.values)
    is_elsewhere = image is not None and _ADDRESS.match(image)
    return ProductRecord(
        {**values, "image_url": image if is_elsewhere else None}, None if is_elsewhere else image
    )


def parse_image(text: str) -> str:
    """A web address as it stands, or a relative path that stays within its folder.

    Raises:
        BadField: it is neither.
    """
    text = text.strip()
    if text.startswith("//") or _ADDRESS.match(text):
        return parse_address(text)
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts or _SCHEME.match(text):
        raise BadField(f"{text!r} is no picture; expected a web address or a file name")
    return "/".join(parts)


def _parse_availability(text: str) -> str:
    word = _SCHEMA_ORG.sub("", text.strip())
    return parse_choice(word, choices=AVAILABILITY_WORDS, expected=AVAILABILITIES)


def _parse_prices(
    fields: Fields, *, currency: str, highest: Decimal, at: datetime
) -> tuple[Decimal, Decimal | None, str]:
    """The price now, the one before where it is lower now, and the currency."""
    currency = fields.take("currency", parse_currency, default=currency)
    read = partial(parse_price, currency=currency, highest=highest)
    unset = (Decimal(0), currency)
    price, price_currency = fields.need("price", read, default=unset)
    sale, sale_currency = fields.take("sale_price", read, default=(price, price_currency))
    begins, ends = fields.take("sale_price_effective_date", parse_period, default=(at, at))
    if not begins <= at <= ends:
        sale, sale_currency = price, price_currency
    before, _ = fields.take("list_price", read, default=(price, price_currency))
    if sale_currency != price_currency:
        fields.problems.append(
            ("sale_price", f"is in {sale_currency}; expected {price_currency} as in price")
        )
    now, was = min(price, sale), max(price, before)
    return now, was if was > now else None, price_currency


def _parse_place(fields: Fields) -> tuple[str, str | None]:
    """The department and the kind, both in lower case, out of names or paths (A > B > C)."""
    for name in ("category", "product_type"):
        # A feed may name several; the first says best what the product is.
        if isinstance(value := fields.values.get(name), list):
            fields.values[name] = value[0] if value else ""
    department = _PATH.split(fields.take("category", parse_text, default="").lower())
    kind = _PATH.split(fields.take("product_type", parse_text, default="").lower())
    # Google's categories may be numbers, which no shopper asks for.
    if department[0].isdigit():
        department = [""]
    if not department[0] and len(kind) > 1:
        return kind[0], kind[-1]
    leaf = kind[-1] or (department[-1] if len(department) > 1 else "")
    return department[0], leaf or None


def _parse_optional_text(fields: Fields, name: str) -> str | None:
    return fields.take(name, parse_text, default="") or None
