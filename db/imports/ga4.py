"""Rows out of Google Analytics 4's BigQuery export: JSONL, or CSV as it comes when flattened.

The columns: https://support.google.com/analytics/answer/7029846
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from itertools import groupby
from typing import Any, TextIO

from db.imports.event_rows import ALIASES, name_of
from db.imports.report import BadFile
from db.imports.rows import Row, Value, csv_rows

MOST_ITEMS = 200
# Parameters of an event that are fields of ours; the others say nothing of goods.
PARAMS = ("search_term", "transaction_id")
PARAM_VALUES = ("string_value", "int_value", "double_value", "float_value")
ITEM_FIELDS = ("item_id", "price", "price_in_usd", "quantity")
# What makes one event of rows that follow each other.
IDENTITY = (
    *("event_timestamp", "event_name", "user_pseudo_id", "user_id", "event_bundle_sequence_id"),
    *("batch_page_id", "batch_ordering_id", "batch_event_index"),
)
_TEN_THOUSANDTH = Decimal("0.0001")


def ga4_rows(text: TextIO) -> Iterator[Row]:
    """A row for each product of each event, under our names; one row for an event without.

    Raises:
        BadFile: it is neither JSONL nor CSV.
    """
    head = text.read(256).lstrip()
    text.seek(0)
    if head.startswith("["):
        raise BadFile(
            "The file is one list in JSON; export it as newline-delimited JSON, an event a line."
        )
    return _jsonl_rows(text) if head.startswith("{") else _flat_rows(text)


def _jsonl_rows(text: TextIO) -> Iterator[Row]:
    for line, content in enumerate(text, start=1):
        if not content.strip():
            continue
        try:
            event = json.loads(content.rstrip())
        except json.JSONDecodeError as error:
            yield Row(line, {}, f"this is no JSON: {error.msg} in column {error.colno}")
            continue
        except RecursionError:
            yield Row(line, {}, "this is no JSON that can be read: it is nested too deeply")
            continue
        if not isinstance(event, dict):
            yield Row(line, {}, "expected an event in braces")
            continue
        yield from _rows_of(event, line=line)


def _rows_of(event: Mapping[str, Any], *, line: int) -> Iterator[Row]:
    name = _text(event.get("event_name"))
    if name and not name_of(name):
        yield Row(line, {"name": name})
        return
    items = event.get("items") or []
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        yield Row(line, {}, "items: expected a list of items in braces")
        return
    if len(items) > MOST_ITEMS:
        yield Row(line, {}, f"items: has {len(items)}; expected at most {MOST_ITEMS}")
        return
    params = _params_of(event.get("event_params"))
    geo, ecommerce = _fields_of(event.get("geo")), _fields_of(event.get("ecommerce"))
    # An id of the order that is not set comes as text.
    order = [_text(ecommerce.get("transaction_id")), params.get("transaction_id", "")]
    common = {
        "name": name,
        "timestamp": _text(event.get("event_timestamp")),
        "customer_id": _text(event.get("user_id")),
        "visitor_id": _text(event.get("user_pseudo_id")),
        "search_term": params.get("search_term", ""),
        "order_id": next((given for given in order if given and given != "(not set)"), ""),
        "country": _text(geo.get("country")),
        "region": _text(geo.get("region")),
    }
    for item in items or [{}]:
        yield Row(
            line,
            {
                **common,
                "item_id": _text(item.get("item_id")),
                "price": _amount(item.get("price"), item.get("price_in_usd")),
                "quantity": _text(item.get("quantity")),
            },
        )


def _params_of(given: Any) -> dict[str, str]:
    """The parameters that are fields of ours, out of key and value pairs."""
    params: dict[str, str] = {}
    for param in given if isinstance(given, list) else ():
        key = _fields_of(param).get("key")
        if key in PARAMS:
            values = _fields_of(param.get("value"))
            told = (_text(values.get(kind)) for kind in PARAM_VALUES)
            params[key] = next(filter(None, told), "")
    return params


def _fields_of(given: Any) -> Mapping[str, Any]:
    return given if isinstance(given, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _amount(*given: Any) -> str:
    """The first that is there, without the digits that binary fractions trail behind them."""
    value = next((one for one in given if one is not None), None)
    if not isinstance(value, float):
        return _text(value)
    try:
        return f"{Decimal(repr(value)).quantize(_TEN_THOUSANDTH).normalize():f}"
    except InvalidOperation:
        return _text(value)


def _flat_rows(text: TextIO) -> Iterator[Row]:
    """Rows of a CSV file, where an event takes one or several of them.

    A query that unnests writes the event's own columns on each row. Google's tables leave them
    empty after the first, and put one parameter beside one item on each.
    """
    number, begun = 0, ""

    def event_of(row: Row) -> tuple[int, str]:
        nonlocal number, begun
        identity = "\0".join(str(row.values.get(name, "")) for name in IDENTITY)
        if row.problem or (identity.strip("\0") and identity != begun):
            number, begun = number + 1, identity
        return number, row.problem

    for (_, problem), group in groupby(csv_rows(text), key=event_of):
        rows = list(group)
        if problem or not _is_nested(rows[0]):
            yield from rows
        else:
            yield from _rows_of(_event_of(rows), line=rows[0].line)


def _is_nested(row: Row) -> bool:
    """Whether the columns are those of the export itself, and not a query's own."""
    return any(name.startswith(("event_params", "items")) for name in row.values)


def _event_of(rows: list[Row]) -> dict[str, Any]:
    """The event that these rows are, in the form it has in JSONL."""
    first = rows[0].values
    event: dict[str, Any] = {name: first.get(name) or None for name in IDENTITY}
    for part, names in (("geo", ("country", "region")), ("ecommerce", ("transaction_id",))):
        event[part] = {name: _cell(first, part, name) for name in names}
    for name in ALIASES["order_id"]:
        event["ecommerce"]["transaction_id"] = event["ecommerce"]["transaction_id"] or first.get(
            name
        )
    event["event_params"] = _list_in(first, "event_params") or [
        {
            "key": key,
            "value": {
                kind: _cell(row.values, "event_params", "value", kind) for kind in PARAM_VALUES
            },
        }
        for row in rows
        if (key := _cell(row.values, "event_params", "key"))
    ]
    if first.get("search_term"):
        event["event_params"].append(
            {"key": "search_term", "value": {"string_value": first["search_term"]}}
        )
    event["items"] = _list_in(first, "items") or _items_of(rows)
    return event


def _param(row: Row, kind: str) -> Value | None:
    return _cell(row.values, "event_params", "value", kind)


def _items_of(rows: list[Row]) -> list[dict[str, Value | None]]:
    items = []
    for row in rows:
        item = {name: _cell(row.values, "items", name) for name in ITEM_FIELDS}
        # Unnested beside the parameters, an item comes once with each of them.
        crossed = _cell(row.values, "event_params", "key") and item in items
        if item["item_id"] and not crossed:
            items.append(item)
    return items


def _cell(values: Mapping[str, Value], *path: str) -> Value | None:
    """A nested column's value: BigQuery joins names by dots or underscores."""
    return values.get(".".join(path)) or values.get("_".join(path)) or None


def _list_in(values: Mapping[str, Value], name: str) -> list[Any]:
    """The list that a cell holds as JSON."""
    try:
        held = json.loads(str(values.get(name) or "null"))
    except (ValueError, RecursionError):
        return []
    return held if isinstance(held, list) else []
