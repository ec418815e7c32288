"""Events in the forms that Google Analytics 4 exports them in."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from db.engine import session_factory
from db.imports.events import EventOptions, import_events
from db.imports.report import BadFile, BadRows, ImportReport
from db.tables.behaviour import Event

FLAT = "event_timestamp,event_name,user_pseudo_id,user_id,"


def an_export(**values: Any) -> dict[str, Any]:
    """A purchase of a cap in the shape of an exported row, unless told otherwise."""
    return {
        "event_date": "20260504",
        # BigQuery writes whole numbers as text.
        "event_timestamp": "1777896000000000",
        "event_name": "purchase",
        "event_params": [
            {"key": "ga_session_id", "value": {"int_value": "1777"}},
            {"key": "transaction_id", "value": {"string_value": "A1"}},
        ],
        "user_id": "maya",
        "user_pseudo_id": "123.456",
        "geo": {"continent": "Europe", "country": "Germany", "region": "Berlin"},
        "ecommerce": {"transaction_id": "(not set)", "total_item_quantity": "2"},
        "items": [{"item_id": "cap", "item_name": "Cap", "price": 12.990000000000002}],
        **values,
    }


class Shop:
    """A shop that imports what Google exported."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.file = folder / "export"

    def take(self, *events: Any, **options: Any) -> ImportReport:
        return self.read("\n".join(json.dumps(event) for event in events), **options)

    def read(self, text: str, **options: Any) -> ImportReport:
        self.file.write_text(text, encoding="utf-8")
        return import_events(
            self.database, self.file, EventOptions("ga4", Decimal("9999999.99"), **options)
        )

    def events(self) -> list[Event]:
        with session_factory(self.database)() as session:
            return list(session.scalars(select(Event).order_by(Event.occurred_at, Event.id)))

    def bought(self) -> list[tuple[str | None, Decimal | None, int | None, str | None]]:
        return [(e.product_id, e.price, e.quantity, e.order_id) for e in self.events()]


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def test_an_event_is_a_row_for_each_of_its_items(shop: Shop) -> None:
    items = [{"item_id": "cap", "price": 12.990000000000002}, {"item_id": "hat", "quantity": "3"}]
    report = shop.take(an_export(items=items))
    assert (report.rows, report.added) == (2, 2)
    assert shop.bought() == [("cap", Decimal("12.99"), None, "A1"), ("hat", None, 3, "A1")]
    cap = shop.events()[0]
    assert (cap.customer_id, cap.session_id, cap.country, cap.region) == (
        *("maya", None),
        *("Germany", "Berlin"),
    )


def test_who_is_not_signed_in_is_a_browser(shop: Shop) -> None:
    shop.take(an_export(user_id=None, event_name="view_item"))
    (event,) = shop.events()
    assert (event.customer_id, event.session_id) == (None, "visitor:123.456")
    # Only purchases and refunds belong to orders.
    assert event.order_id is None


def test_googles_own_name_of_a_search_is_one(shop: Shop) -> None:
    term = [{"key": "search_term", "value": {"string_value": "red caps"}}]
    shop.take(an_export(event_name="view_search_results", event_params=term, items=[]))
    (event,) = shop.events()
    assert (event.name, event.search_term, event.product_id) == ("search", "red caps", None)


def test_events_of_no_goods_are_counted(shop: Shop) -> None:
    others = [an_export(event_name="session_start", items=[]) for _ in range(3)]
    report = shop.take(*others, an_export())
    assert (report.rows, report.added) == (1, 1)
    assert "3 session_start" in report.notes[0]


def test_two_hundred_items_are_taken_and_more_are_not(shop: Shop) -> None:
    items = [{"item_id": f"p{n}"} for n in range(200)]
    assert shop.take(an_export(event_name="view_item_list", items=items)).added == 200
    with pytest.raises(BadRows, match="line 1, row: items: has 201; expected at most 200"):
        shop.take(an_export(items=[*items, {"item_id": "p200"}]))


def test_what_is_no_event_is_named_by_its_line(shop: Shop) -> None:
    text = "\n".join(
        [
            json.dumps(an_export()),
            '{"event_name": "purchase"',
            "[]",
            "",
            json.dumps(an_export(items="cap")),
            json.dumps(an_export(items=[{"item_id": "(not set)"}])),
            json.dumps(an_export(event_timestamp=None)),
            json.dumps(an_export(items=[{"item_id": "cap", "price": float("nan")}])),
            '{"event_name": "purchase", "items": ' + "[" * 100_000,
        ]
    )
    with pytest.raises(BadRows) as refusal:
        shop.read(text)
    for begin in (
        "line 2, row: this is no JSON: Expecting ',' delimiter in column 26",
        "line 3, row: expected an event in braces",
        "line 5, row: items: expected a list",
        "line 6, item_id: is missing",
        "line 7, timestamp: is missing",
        "line 8, price: 'NaN'",
        "line 9, row: this is no JSON that can be read",
    ):
        assert begin in refusal.value.detail
    assert shop.read(text, skip_bad_rows=True).added == 1


def test_one_list_is_refused_with_what_to_do(shop: Shop) -> None:
    with pytest.raises(BadFile, match="newline-delimited JSON"):
        shop.read(json.dumps([an_export()], indent=1))


def test_the_same_export_again_changes_nothing(shop: Shop) -> None:
    items = [{"item_id": "cap"}, {"item_id": "cap"}, {"item_id": "hat"}]
    events = [
        an_export(items=items),
        an_export(event_name="view_item", user_id=None),
        an_export(event_name="view_cart", items=[]),
    ]
    assert shop.take(*events).added == 5
    again = shop.take(*events)
    assert (again.added, again.unchanged) == (0, 5)


def test_a_query_of_ones_own_is_read_by_its_columns(shop: Shop) -> None:
    shop.read(
        FLAT + "transaction_id,item_id,price,quantity\n"
        "1777896000000000,purchase,123.456,maya,A1,cap,12.99,1\n"
        "1777896000000000,purchase,123.456,maya,A1,hat,5.00,2\n"
        "1777896000000000,page_view,123.456,maya,,,,\n"
    )
    assert shop.bought() == [("cap", Decimal("12.99"), 1, "A1"), ("hat", Decimal(5), 2, "A1")]


@pytest.mark.parametrize("joint", [".", "_"])
def test_items_unnested_beside_parameters_count_once(shop: Shop, joint: str) -> None:
    header = "event_params.key,event_params.value.string_value,items.item_id,items.price"
    begin = "1777896000000000,purchase,123.456,maya"
    shop.read(
        FLAT
        + f"{header},geo.country".replace(".", joint)
        + f"\n{begin},transaction_id,A1,cap,12.99,Germany"
        + f"\n{begin},transaction_id,A1,hat,5.00,Germany"
        + f"\n{begin},currency,EUR,cap,12.99,Germany"
        + f"\n{begin},currency,EUR,hat,5.00,Germany\n"
    )
    assert shop.bought() == [("cap", Decimal("12.99"), None, "A1"), ("hat", Decimal(5), None, "A1")]
    assert {event.country for event in shop.events()} == {"Germany"}


def test_rows_that_leave_the_event_empty_belong_to_the_one_before(shop: Shop) -> None:
    shop.read(
        FLAT + "event_params.key,event_params.value.string_value,items.item_id,items.quantity\n"
        "1777896000000000,purchase,123.456,maya,currency,EUR,cap,1\n"
        ",,,,transaction_id,A1,hat,2\n"
        ",,,,page_title,Thanks,,\n"
        "1777896001000000,view_item,9.9,,page_title,Hat,hat,\n"
    )
    assert shop.bought() == [
        ("cap", None, 1, "A1"),
        ("hat", None, 2, "A1"),
        ("hat", None, None, None),
    ]


def test_cells_may_hold_the_lists_as_json(shop: Shop) -> None:
    export = an_export()
    cells = [json.dumps(export[name]).replace('"', '""') for name in ("event_params", "items")]
    shop.read(
        FLAT + "event_params,items\n"
        f'1777896000000000,purchase,123.456,maya,"{cells[0]}","{cells[1]}"\n'
    )
    assert shop.bought() == [("cap", Decimal("12.99"), None, "A1")]


def test_a_flat_row_that_cannot_be_told_apart_is_named(shop: Shop) -> None:
    with pytest.raises(BadRows, match="line 3, row: has 6 values for 5 columns"):
        shop.read(FLAT + "items.item_id\n1777896000000000,view_item,1,,cap\n1,view_item,1,,cap,x\n")
