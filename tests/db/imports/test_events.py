import gzip
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from common.cells import cell_of
from db.engine import session_factory
from db.imports.events import EventOptions, import_events
from db.imports.orders import OrderOptions, import_orders
from db.imports.report import BadFile, BadRows, ImportReport
from db.tables.behaviour import EVENT_NAMES, Event
from db.tables.customers import Customer
from tests.builders import an_event

HEADER = "name,timestamp,customer_id,item_id,price,quantity,search_term,order_id,visitor_id\n"
NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HIGHEST = Decimal("9999999.99")


def a_row(**values: Any) -> str:
    """Maya looks at a cap, unless told otherwise."""
    row = {
        "name": "view_item",
        "timestamp": "2026-05-04 12:00:00",
        "customer_id": "maya",
        "item_id": "cap",
        "price": "",
        "quantity": "",
        "search_term": "",
        "order_id": "",
        "visitor_id": "",
        **values,
    }
    return ",".join(str(value) for value in row.values()) + "\n"


class Shop:
    """A shop that imports events."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.sessions = session_factory(database)

    def take(self, *rows: str, header: str = HEADER, **options: Any) -> ImportReport:
        file = self.folder / "events.csv"
        file.write_text(header + "".join(rows), encoding="utf-8")
        return import_events(
            self.database,
            file,
            EventOptions(**{"file_format": "csv", "max_price": HIGHEST} | options),
        )

    def take_order(self, order_id: str, *, at: str, **values: str) -> ImportReport:
        row = {"order_id": order_id, "customer_id": "maya", "product_id": "cap", **values}
        row |= {"quantity": "1", "price": "5", "created_at": at}
        file = self.folder / "orders.csv"
        file.write_text(",".join(row) + "\n" + ",".join(row.values()) + "\n")
        return import_orders(self.database, file, OrderOptions("USD", HIGHEST))

    def add(self, *things: Any) -> None:
        with self.sessions.begin() as session:
            session.add_all(things)

    def events(self) -> Sequence[Event]:
        with self.sessions() as session:
            return session.scalars(select(Event).order_by(Event.occurred_at, Event.id)).all()


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def test_a_row_is_what_somebody_did_with_a_product(shop: Shop) -> None:
    report = shop.take(a_row(name="add_to_cart", price="59.90", quantity=2))
    assert (report.rows, report.added) == (1, 1)
    (event,) = shop.events()
    assert (event.name, event.occurred_at, event.customer_id) == ("add_to_cart", NOON, "maya")
    assert (event.product_id, event.price, event.quantity) == ("cap", Decimal("59.90"), 2)


def test_of_coordinates_the_cell_alone_is_kept(shop: Shop) -> None:
    header = HEADER.strip() + ",region,lat,lon\n"
    rows = [
        a_row(item_id=item, region=region, lat=lat, lon=lon)
        for item, region, lat, lon in (
            *(("cap", "", "51.5", "-0.12"), ("mug", "Kent", "51.2", "0.7")),
            ("pan", "", "(not set)", ""),
        )
    ]
    shop.take(*rows, header=header)
    assert [event.region for event in shop.events()] == [cell_of(51.5, -0.12), "Kent", None]
    with pytest.raises(BadRows, match="line 2, latitude: '95' is no coordinate"):
        shop.take(a_row(region="", lat="95", lon="0"), header=header)


@pytest.mark.parametrize("name", EVENT_NAMES)
def test_every_name_of_the_contract_is_taken(shop: Shop, name: str) -> None:
    header = HEADER.replace("visitor_id", "rating")
    shop.take(a_row(name=name, search_term="caps", visitor_id=4), header=header)
    assert [event.name for event in shop.events()] == [name]


def test_other_names_are_counted_and_said_and_no_error(shop: Shop) -> None:
    rows = [a_row(name="page_view", item_id=""), a_row(name="page_view"), a_row(name="scroll")]
    report = shop.take(*rows, a_row())
    assert (report.rows, report.added, report.bad.rows) == (1, 1, 0)
    assert "Left out, since they say nothing of goods: 2 page_view, 1 scroll." in report.notes


def test_a_file_of_nothing_but_other_names_is_refused_with_them(shop: Shop) -> None:
    with pytest.raises(BadFile, match="There is 1 page_view"):
        shop.take(a_row(name="page_view"))


def test_what_other_tools_call_them_is_understood(shop: Shop) -> None:
    header = "event_type,event_time,user_id,product_id\n"
    rows = ["cart,2019-10-01 00:00:00 UTC,7,cap\n", "view,2019-10-01 00:00:01 UTC,7,cap\n"]
    shop.take(*rows, header=header)
    assert [event.name for event in shop.events()] == ["add_to_cart", "view_item"]


def test_columns_are_named_by_the_owner(shop: Shop) -> None:
    shop.take(
        "Kauf;31.05.2024 08:15;7;cap\n",
        "view_item;31.05.2024 08:16;7;cap\n",
        header="Was;Wann;Kunde;Artikel\n",
        mapping={"name": "Was", "timestamp": "Wann", "customer_id": "Kunde", "item_id": "Artikel"},
        date_format="%d.%m.%Y %H:%M",
    )
    (event,) = shop.events()
    assert event.occurred_at == datetime(2024, 5, 31, 8, 16, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "1777896000",
        "1777896000000",
        "1777896000000000",
        "2026-05-04T14:00:00+02:00",
        "2026-05-04 12:00:00.000000 UTC",
    ],
)
def test_a_moment_is_iso_or_counted_from_1970(shop: Shop, written: str) -> None:
    shop.take(a_row(timestamp=written))
    assert [event.occurred_at for event in shop.events()] == [NOON]


def test_a_browser_stays_nobodys_and_one_that_signed_in_is_told_by_name_alone(
    shop: Shop, session: Session
) -> None:
    shop.take(
        a_row(customer_id="", visitor_id="123.456"),
        a_row(customer_id="(not set)", visitor_id="123.456", name="add_to_cart"),
        a_row(visitor_id="123.456", name="purchase"),
    )
    assert [(event.customer_id, event.session_id) for event in shop.events()] == [
        (None, "visitor:123.456"),
        (None, "visitor:123.456"),
        ("maya", None),
    ]
    assert session.scalar(select(func.count()).select_from(Customer)) == 0


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    rows = (
        a_row(),
        a_row(),
        a_row(customer_id="", visitor_id="1"),
        a_row(customer_id=""),
        a_row(name="search", item_id="", search_term="caps"),
        a_row(name="purchase", order_id="A1"),
        a_row(name="purchase", order_id="A1"),
        a_row(name="purchase"),
    )
    assert shop.take(*rows).added == 8
    again = shop.take(*rows)
    assert (again.added, again.unchanged) == (0, 8)
    assert len(shop.events()) == 8


def test_a_longer_file_adds_what_is_new(shop: Shop) -> None:
    shop.take(a_row())
    report = shop.take(a_row(), a_row(item_id="hat"), a_row(timestamp="2026-05-04 12:00:01"))
    assert (report.added, report.unchanged) == (2, 1)


def test_what_came_live_is_not_taken_again(shop: Shop) -> None:
    shop.add(an_event(occurred_at=NOON, customer_id="maya", product_id="cap", session_id="s1"))
    assert shop.take(a_row()).unchanged == 1


def test_more_than_one_transaction_holds_comes_in_once(shop: Shop) -> None:
    rows = [
        a_row(customer_id=f"c{n % 7}", timestamp=NOON + timedelta(seconds=n // 9), item_id="cap")
        for n in range(5000)
    ]
    assert shop.take(*rows).added == 5000
    assert shop.take(*rows).unchanged == 5000
    assert len(shop.events()) == 5000


def test_bad_rows_are_named_by_line_and_field_and_leave_everything_as_it_was(shop: Shop) -> None:
    rows = [
        a_row(),
        a_row(timestamp="yesterday"),
        a_row(timestamp="2999-01-01"),
        a_row(item_id="(not set)"),
        a_row(price="free"),
        a_row(quantity="-1"),
        a_row(name="search", item_id=""),
        a_row(name="review"),
        a_row(name=""),
        a_row(search_term="x" * 501),
    ]
    with pytest.raises(BadRows) as refusal:
        shop.take(*rows)
    for line, field in enumerate(
        (*("timestamp", "timestamp", "item_id", "price", "quantity"), "search_term", "rating"), 3
    ):
        assert f"line {line}, {field}: " in refusal.value.detail
    assert "line 10, name: " in refusal.value.detail
    assert "line 11, search_term: has 501" in refusal.value.detail
    assert shop.events() == []
    report = shop.take(*rows, skip_bad_rows=True)
    assert (report.added, report.bad.rows) == (1, 9)


def test_goods_that_the_catalogue_lacks_are_said(shop: Shop) -> None:
    (note,) = shop.take(a_row(), a_row(item_id="hat"), a_row(name="purchase")).notes
    assert note.startswith("3 events name 2 products that the catalogue lacks")


def test_a_file_may_be_packed(shop: Shop) -> None:
    file = shop.folder / "events.csv.gz"
    file.write_bytes(gzip.compress((HEADER + a_row()).encode()))
    import_events(shop.database, file, EventOptions("csv", HIGHEST))
    assert len(shop.events()) == 1


ORDERED = "2026-05-04 12:00:07"


def test_an_order_that_was_imported_tells_of_the_purchase_already(shop: Shop) -> None:
    shop.take_order("A1", at=ORDERED)
    report = shop.take(a_row(name="purchase", order_id="A1", customer_id="", visitor_id="1"))
    assert report.unchanged == 1
    assert [event.order_id for event in shop.events()] == ["A1"]


def test_an_order_imported_later_takes_the_purchase_over(shop: Shop) -> None:
    shop.take(a_row(name="purchase", order_id="A1", customer_id="", visitor_id="1"), a_row())
    shop.take_order("A1", at=ORDERED)
    assert [(event.name, event.customer_id) for event in shop.events()] == [
        ("view_item", "maya"),
        ("purchase", "maya"),
    ]
    again = shop.take(a_row(name="purchase", order_id="A1", customer_id="", visitor_id="1"))
    assert (again.added, len(shop.events())) == (0, 2)


@pytest.mark.parametrize("order_first", [True, False])
def test_without_the_orders_id_customer_product_and_day_tell(shop: Shop, order_first: bool) -> None:
    def take_events() -> None:
        shop.take(a_row(name="purchase"), a_row(name="purchase", item_id="hat"))

    if not order_first:
        take_events()
    shop.take_order("A1", at="2026-05-04")
    take_events()
    assert [(event.product_id, event.order_id) for event in shop.events()] == [
        ("cap", "A1"),
        ("hat", None),
    ]


def test_a_thank_you_page_that_was_loaded_again_sold_nothing_twice(shop: Shop) -> None:
    first = {"name": "purchase", "order_id": "A1"}
    again = {**first, "timestamp": "2026-05-04 12:30:00"}
    rows = (a_row(**first), a_row(**first), a_row(**again), a_row(**again))
    assert shop.take(*rows).added == 2
    assert shop.take(*rows).added == 0


def test_another_customer_or_another_day_is_another_purchase(shop: Shop) -> None:
    shop.take_order("A1", at=ORDERED)
    rows = (
        a_row(name="purchase", customer_id="leo"),
        a_row(name="purchase", timestamp="2026-05-06 12:00:00"),
        a_row(name="purchase", order_id="A2"),
        a_row(name="refund"),
    )
    assert shop.take(*rows).added == 4
