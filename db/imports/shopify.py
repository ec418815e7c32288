"""Rows out of Shopify's product CSV: one for each variant, under our names.

Shopify has renamed its columns (`Handle` is now `URL handle`, `Variant Price` is `Price`); both
generations are read. A product's first row says what all its variants share; rows without price,
SKU and option only add pictures.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from db.imports.report import BadFile
from db.imports.rows import Row, Value, csv_rows

HANDLES = ("handle", "url handle")
# Their names in lower case, of either generation, by what we make of them.
COLUMNS: Mapping[str, str] = {
    **dict.fromkeys(HANDLES, "handle"),
    "title": "title",
    "body (html)": "description",
    "body html": "description",
    "description": "description",
    "vendor": "brand",
    "product category": "category",
    "standard product type": "category",
    "google shopping / google product category": "google_product_category",
    "type": "product_type",
    "custom product type": "product_type",
    "tags": "tags",
    "published": "published",
    "published on online store": "published",
    "status": "status",
    **{f"option{n} {part}": f"option{n} {part}" for n in (1, 2, 3) for part in ("name", "value")},
    "variant sku": "sku",
    "sku": "sku",
    "variant barcode": "gtin",
    "barcode": "gtin",
    "variant inventory tracker": "tracker",
    "inventory tracker": "tracker",
    "variant inventory qty": "stock",
    "inventory quantity": "stock",
    "variant inventory policy": "policy",
    "continue selling when out of stock": "policy",
    "variant price": "price",
    "price": "price",
    "variant compare at price": "list_price",
    "compare-at price": "list_price",
    "compare at price": "list_price",
    "image src": "image",
    "product image url": "image",
    "variant image": "variant image",
    "variant image url": "variant image",
    "google shopping / gender": "gender",
    "google shopping / age group": "age_group",
    "google shopping / condition": "condition",
    "google shopping / mpn": "mpn",
    "google shopping / manufacturer part number (mpn)": "mpn",
}
# What neither shoppers ask for nor competitors should read.
IGNORED = re.compile(
    r"option\d linked to|image (position|alt text)|gift card|seo |google shopping /|cost per item"
    r"|(variant )?(grams|weight|tax|taxable|requires shipping|fulfillment service)|weight "
    r"|(included|price|compare[- ]at price) /|charge tax|unit price|requires shipping|fulfillment"
)
SHARED = (
    *("title", "description", "brand", "category", "google_product_category", "product_type"),
    *("tags", "published", "status", "gender", "age_group", "condition"),
    *(f"option{number} name" for number in (1, 2, 3)),
)
INVENTORY = ("stock", "tracker", "policy")
# Options that are fields of ours; the others tell variants apart in the title.
OPTIONS = {"color": "color", "colour": "color", "size": "size", "material": "material"}
_METAFIELD = re.compile(r"(?P<label>.+) \(product\.metafields\..+\)")
_NO_OPTION = "default title"


@dataclass
class _Product:
    """Rows of one handle."""

    handle: str
    shared: dict[str, str]
    variants: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    pictures: list[str] = field(default_factory=list)


def shopify_rows(text: TextIO) -> Iterator[Row]:
    """The variants of a Shopify export, each named by its own line.

    Raises:
        BadFile: there is no usable header, or none of Shopify's.
    """
    rows = csv_rows(text)
    first = next(rows, None)
    if first is None:
        return
    product: _Product | None = None
    for row in chain([first], rows):
        if row.problem:
            yield row
            continue
        values = _named(row)
        handle = values.pop("handle")
        if product and handle in ("", product.handle):
            _add(product, row.line, values)
            continue
        if product:
            yield from _variants(product)
        shared = {name: value for name, value in values.items() if _is_shared(name)}
        product = _Product(handle, shared)
        _add(product, row.line, values)
    if product:
        yield from _variants(product)


def _named(row: Row) -> dict[str, str]:
    """The row's values under the names of COLUMNS; metafields under their labels."""
    values: dict[str, str] = {}
    for theirs, value in row.values.items():
        assert isinstance(value, str)  # noqa: S101 - CSV holds no lists
        column = theirs.strip().lower()
        if name := COLUMNS.get(column):
            values[name] = values.get(name) or value.strip()
        elif metafield := _METAFIELD.fullmatch(column):
            values[f"metafield {metafield['label']}"] = value.strip()
        elif not IGNORED.match(column):
            values[theirs] = value.strip()
    if "handle" not in values:
        names = ", ".join(row.values)
        raise BadFile(
            f"This is no product export of Shopify: no column is Handle or URL handle, but {names}."
        )
    return values


def _is_shared(name: str) -> bool:
    return name in SHARED or name not in COLUMNS.values()


def _add(product: _Product, line: int, values: dict[str, str]) -> None:
    if picture := values.pop("image", ""):
        product.pictures.append(picture)
    is_variant = any(values.get(name) for name in ("sku", "price", "option1 value"))
    if is_variant or not product.variants:
        product.variants.append((line, values))


def _variants(product: _Product) -> Iterator[Row]:
    alone = len(product.variants) == 1
    for line, values in product.variants:
        yield Row(line, _variant(product, values, alone=alone))


def _variant(product: _Product, own: dict[str, str], *, alone: bool) -> dict[str, Value]:
    values: dict[str, Value] = {
        **{name: value for name, value in own.items() if value and name not in INVENTORY},
        **{name: value for name, value in product.shared.items() if value},
    }
    chosen = {
        str(values.pop(f"option{number} name", "")): str(values.pop(f"option{number} value", ""))
        for number in (1, 2, 3)
    }
    chosen = {
        name: value for name, value in chosen.items() if value and value.lower() != _NO_OPTION
    }
    for name in [name for name in values if name.startswith("metafield ")]:
        texts = [text.strip() for text in str(values.pop(name)).split(";")]
        values[name.removeprefix("metafield ")] = texts if len(texts) > 1 else texts[0]
    titles = [str(values.get("title", ""))]
    for name, value in chosen.items():
        if ours := OPTIONS.get(name.lower()):
            values[ours] = value
        else:
            values[name or "option"] = value
            titles.append(value)
    options = [] if alone else [_slug(value) for value in chosen.values()]
    key = "-".join([product.handle, *options])
    pictures = [str(values.pop("variant image", "")), *product.pictures]
    shown, *others = list(dict.fromkeys(filter(None, pictures))) or [""]
    is_listed = (
        str(values.pop("status", "") or "active").lower() == "active"
        and str(values.pop("published", "")).lower() != "false"
    )
    return {
        **values,
        "title": " – ".join(filter(None, titles)) if titles[0] else "",
        "id": values.pop("sku", "") or key,
        # For owners whose SKUs are not unique: --map id=Handle.
        "handle": key,
        "url handle": key,
        "item_group_id": product.handle,
        "link": f"/products/{product.handle}",
        "image_link": shown,
        "additional_image_link": others,
        "tags": [tag.strip() for tag in str(values.get("tags", "")).split(",")],
        "listed": str(is_listed).lower(),
        **_offer(own),
    }


def _offer(own: dict[str, str]) -> dict[str, Value]:
    """Stock, where Shopify counts it; a variant may be sold beyond it."""
    stock = own.get("stock", "")
    goes_on = own.get("policy", "").lower() in ("continue", "true")
    if own.get("tracker") == "":
        stock = ""
    if goes_on and re.fullmatch(r"-\d+|0", stock):
        return {"stock": "0", "availability": "backorder"}
    return {"stock": stock}


def _slug(text: str) -> str:
    return re.sub(r"\W+", "-", text.lower()).strip("-")
