from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from db.engine import session_factory
from db.imports.orders import OrderOptions, import_orders
from db.imports.report import BadFile, BadRows, ImportReport
from db.tables.behaviour import Event
from db.tables.catalog import Product
from db.tables.customers import Customer
from db.tables.orders import Order, OrderLine
from tests.builders import a_customer, a_product, an_event

T = TypeVar("T")

HEADER = "order_id,customer_id,product_id,title,quantity,price,currency,created_at,country,status\n"
INVOICES = "shop/uci_online_retail/invoices_2010-12_to_2011-09.csv.gz"
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


def a_row(**values: Any) -> str:
    """One cap for Maya, unless told otherwise."""
    row = {
        "order_id": "A1",
        "customer_id": "maya",
        "product_id": "cap",
        "title": "Cap",
        "quantity": "1",
        "price": "5.00",
        "currency": "EUR",
        "created_at": "2026-05-04 12:00:00",
        "country": "DE",
        "status": "shipped",
        **values,
    }
    return ",".join(str(value) for value in row.values()) + "\n"


class Shop:
    """A shop that imports orders."""

    def __init__(self, database: Engine, folder: Path) -> None:
        self.database = database
        self.file = folder / "orders.csv"
        self.sessions = session_factory(database)

    def take(self, *rows: str, header: str = HEADER, **options: Any) -> ImportReport:
        self.file.write_text(header + "".join(rows), encoding="utf-8")
        return import_orders(
            self.database, self.file, OrderOptions("USD", Decimal("9999999.99"), **options)
        )

    def add(self, *things: Any) -> None:
        with self.sessions.begin() as session:
            session.add_all(things)

    def get(self, kind: type[T], key: Any) -> T:
        with self.sessions() as session:
            return session.get_one(kind, key)

    def events(self) -> Sequence[Event]:
        with self.sessions() as session:
            return session.scalars(select(Event).order_by(Event.id)).all()

    def lines(self, order_id: str) -> list[tuple[str, int, Decimal]]:
        with self.sessions() as session:
            lines = session.get_one(Order, order_id).lines
            return [(line.product_id, line.quantity, line.price) for line in lines]


@pytest.fixture
def shop(database: Engine, tmp_path: Path) -> Shop:
    return Shop(database, tmp_path)


def test_an_order_tells_of_its_customer_goods_and_purchases(shop: Shop) -> None:
    report = shop.take(a_row(quantity=2), a_row(product_id="hat", title="Hat", price="9.50"))
    assert (report.rows, report.added) == (2, 1)
    order = shop.get(Order, "A1")
    assert (order.customer_id, order.status, order.currency, order.country) == (
        "maya",
        "shipped",
        "EUR",
        "DE",
    )
    assert order.created_at == datetime(2026, 5, 4, 12, tzinfo=UTC)
    assert shop.lines("A1") == [("cap", 2, Decimal(5)), ("hat", 1, Decimal("9.50"))]
    assert shop.get(Customer, "maya").country == "DE"
    hat = shop.get(Product, "hat")
    assert (hat.title, hat.price, hat.currency, hat.active) == ("Hat", Decimal("9.5"), "EUR", True)
    bought = [(e.name, e.customer_id, e.product_id, e.quantity, e.price) for e in shop.events()]
    assert bought == [
        ("purchase", "maya", "cap", 2, Decimal(5)),
        ("purchase", "maya", "hat", 1, Decimal("9.50")),
    ]


def test_a_negative_quantity_is_a_refund(shop: Shop) -> None:
    shop.take(a_row(order_id="C1", quantity=-2, status=""))
    assert shop.get(Order, "C1").status == "refunded"
    assert shop.lines("C1") == [("cap", -2, Decimal(5))]
    (refund,) = shop.events()
    assert (refund.name, refund.quantity) == ("refund", 2)


def test_a_return_stays_a_return(shop: Shop) -> None:
    shop.take(a_row(quantity=-1, status="returned"), a_row(quantity=-1, product_id="hat"))
    assert shop.get(Order, "A1").status == "returned"
    assert [event.name for event in shop.events()] == ["refund", "refund"]


def test_a_refunded_line_does_not_make_the_whole_order_refunded(shop: Shop) -> None:
    shop.take(a_row(), a_row(product_id="hat", status="refunded"))
    assert shop.get(Order, "A1").status == "shipped"
    assert [event.name for event in shop.events()] == ["purchase", "refund"]


def test_orders_of_nobody_known_are_taken(shop: Shop) -> None:
    shop.take(a_row(customer_id=""), a_row(order_id="A2", customer_id="nan"))
    assert shop.get(Order, "A1").customer_id is None
    assert shop.get(Order, "A2").customer_id is None
    assert [event.customer_id for event in shop.events()] == [None, None]


def test_the_same_file_again_changes_nothing(shop: Shop) -> None:
    rows = (a_row(), a_row(product_id="hat"), a_row(order_id="A2"))
    shop.take(*rows)
    before, events = shop.get(Order, "A1"), len(shop.events())
    report = shop.take(*rows)
    assert (report.added, report.changed, report.unchanged) == (0, 0, 2)
    assert shop.get(Order, "A1").updated_at == before.updated_at
    assert len(shop.events()) == events


def test_an_order_that_changed_replaces_its_lines_and_events(shop: Shop) -> None:
    shop.take(a_row(), a_row(product_id="hat"), a_row(order_id="A2"))
    report = shop.take(a_row(quantity=3, status="delivered"), a_row(order_id="A2"))
    assert (report.changed, report.unchanged) == (1, 1)
    assert shop.get(Order, "A1").status == "delivered"
    assert shop.lines("A1") == [("cap", 3, Decimal(5))]
    of_order = {(event.order_id, event.quantity) for event in shop.events()}
    assert of_order == {("A1", 3), ("A2", 1)}


def test_events_that_are_no_purchases_of_the_orders_stay(shop: Shop) -> None:
    shop.add(
        an_event(name="view_item", product_id="cap", customer_id="maya"),
        an_event(name="purchase", product_id="hat", customer_id="maya"),
        an_event(name="purchase", product_id="cap", customer_id="leo"),
    )
    shop.take(a_row())
    shop.take(a_row(quantity=2))
    assert [event.order_id for event in shop.events()] == [None, None, None, "A1"]


def test_a_purchase_that_the_page_told_keeps_what_only_the_page_knew(shop: Shop) -> None:
    told = {"name": "purchase", "product_id": "cap", "customer_id": "maya", "session_id": "s1"}
    shop.add(an_event(**told, order_id="A1", ranking_id="r1", region="Berlin", quantity=9))
    shop.take(a_row())
    # Also when the order changes later.
    shop.take(a_row(quantity=2))
    (event,) = shop.events()
    assert (event.order_id, event.quantity, event.price) == ("A1", 2, Decimal(5))
    assert (event.session_id, event.ranking_id, event.region) == ("s1", "r1", "Berlin")


def test_a_purchase_told_without_its_order_is_found_by_customer_product_and_day(
    shop: Shop,
) -> None:
    told = {"name": "purchase", "product_id": "cap", "customer_id": "maya"}
    for hours in (-30, -5, 20):
        moment = datetime(2026, 5, 4, 12, tzinfo=UTC) + timedelta(hours=hours)
        shop.add(an_event(**told, occurred_at=moment, ranking_id=f"r{hours}"))
    shop.take(a_row())
    assert {(event.order_id, event.ranking_id) for event in shop.events()} == {
        (None, "r-30"),
        (None, "r20"),
        ("A1", "r-5"),
    }


def test_whoever_names_anothers_order_learns_nothing_of_it(shop: Shop) -> None:
    for customer, session in (("leo", "s1"), (None, "s2")):
        shop.add(
            an_event(
                name="purchase",
                product_id="cap",
                order_id="A1",
                customer_id=customer,
                session_id=session,
            )
        )
    shop.take(a_row())
    (event,) = shop.events()
    assert (event.customer_id, event.session_id) == ("maya", None)


def test_a_file_without_statuses_keeps_what_is_known(shop: Shop) -> None:
    shop.take(a_row(status="delivered"), a_row(order_id="A2", status=""))
    shop.take(a_row(status="", quantity=2))
    assert shop.get(Order, "A1").status == "delivered"
    assert shop.get(Order, "A2").status == "placed"


def test_known_goods_and_customers_stay_as_they_are(shop: Shop) -> None:
    shop.add(a_product(id="cap", title="Fine Cap", price=Decimal(7)), a_customer(id="maya"))
    shop.add(a_customer(id="leo", country=None, name="Leo"))
    shop.take(a_row(country="FR"), a_row(order_id="A2", customer_id="leo", country="FR"))
    assert (shop.get(Product, "cap").title, shop.get(Product, "cap").price) == ("Fine Cap", 7)
    assert shop.get(Customer, "maya").country == "DE"
    # A customer whose country nobody knew lives where the order went.
    assert (shop.get(Customer, "leo").name, shop.get(Customer, "leo").country) == ("Leo", "FR")


def test_goods_get_their_latest_title_and_price(shop: Shop) -> None:
    shop.take(
        a_row(order_id="2", created_at="2026-05-05", title="Blue Cap", price="6.00"),
        a_row(order_id="1", created_at="2026-05-04", title="Cap", price="5.00"),
        a_row(order_id="3", created_at="2026-05-06", title="damaged", price="0", quantity=-4),
    )
    cap = shop.get(Product, "cap")
    assert (cap.title, cap.price, cap.active) == ("Blue Cap", Decimal(6), True)


@pytest.mark.parametrize(
    ("product_id", "title", "price"),
    [
        ("POST", "POSTAGE", "18.00"),
        ("DOT", "DOTCOM POSTAGE", "18.00"),
        ("BANK CHARGES", "Bank Charges", "15.00"),
        ("M", "Manual", "3.00"),
        ("gift", "Free gift", "0"),
        ("nameless", "", "4.00"),
    ],
)
def test_postage_gifts_and_the_nameless_are_kept_but_not_for_sale(
    shop: Shop, product_id: str, title: str, price: str
) -> None:
    shop.take(a_row(product_id=product_id, title=title, price=price))
    assert not shop.get(Product, product_id).active
    assert shop.lines("A1") == [(product_id, 1, Decimal(price))]


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-04T12:00:00Z",
        "2026-05-04 08:00:00 -0400",
        "2026-05-04 12:00:00 UTC",
        "2026-05-04T14:00:00.000+02:00",
        "1777896000",
    ],
)
def test_a_moment_may_be_written_in_several_forms(shop: Shop, written: str) -> None:
    shop.take(a_row(created_at=written))
    assert shop.get(Order, "A1").created_at == datetime(2026, 5, 4, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("word", "status"),
    [("Pending", "placed"), ("on-hold", "placed"), ("partially_refunded", "paid")],
)
def test_what_other_shops_call_a_state_is_understood(shop: Shop, word: str, status: str) -> None:
    shop.take(a_row(status=word))
    assert shop.get(Order, "A1").status == status


def test_spreadsheet_ids_lose_their_decimals(shop: Shop) -> None:
    shop.take(a_row(customer_id="17850.0"))
    assert shop.get(Order, "A1").customer_id == "17850"


def test_one_bad_row_leaves_everything_as_it_was(shop: Shop, session: Session) -> None:
    bad = a_row(order_id="A2", quantity="0", price="-3", created_at="yesterday", status="lost")
    with pytest.raises(BadRows) as refusal:
        shop.take(a_row(), bad)
    for name in ("quantity", "price", "created_at", "status"):
        assert f"line 3, {name}: " in refusal.value.detail
    assert session.scalar(select(func.count()).select_from(Order)) == 0
    assert session.scalar(select(func.count()).select_from(Product)) == 0
    report = shop.take(a_row(), bad, skip_bad_rows=True)
    assert (report.added, report.bad.rows) == (1, 1)


def test_lines_that_contradict_their_order_are_bad_rows(shop: Shop) -> None:
    rows = (a_row(), a_row(currency="USD"), a_row(customer_id="leo"), a_row(customer_id=""))
    with pytest.raises(BadRows) as refusal:
        shop.take(*rows)
    assert "line 3, currency: 'USD' differs from 'EUR' on line 2" in refusal.value.detail
    assert "line 4, customer_id: 'leo' differs from 'maya' on line 2" in refusal.value.detail
    report = shop.take(*rows, skip_bad_rows=True)
    assert (report.rows, report.bad.rows) == (2, 2)
    assert len(shop.lines("A1")) == 2


def test_columns_are_named_by_the_owner(shop: Shop) -> None:
    shop.take(
        "7;17850.0;cap;1;5,00 €;01.12.2010 08:26\n",
        header="Nr;Kunde;Artikel;Menge;Preis;Datum\n",
        mapping={
            "order_id": "Nr",
            "customer_id": "Kunde",
            "product_id": "Artikel",
            "quantity": "Menge",
            "price": "Preis",
            "created_at": "Datum",
        },
        date_format="%d.%m.%Y %H:%M",
    )
    order = shop.get(Order, "7")
    assert (order.currency, order.created_at) == ("EUR", datetime(2010, 12, 1, 8, 26, tzinfo=UTC))


def test_a_file_without_a_needed_column_is_refused_with_its_columns(shop: Shop) -> None:
    with pytest.raises(BadFile, match="No row has created_at; there is order_id, price"):
        shop.take(
            "1,cap,1,5\n",
            header="order_id,product_id,quantity,price\n",
        )


def test_orders_scattered_over_the_file_are_put_together(shop: Shop) -> None:
    shop.take(a_row(), a_row(order_id="A2"), a_row(product_id="hat"))
    assert [product for product, _, _ in shop.lines("A1")] == ["cap", "hat"]


def test_more_orders_than_one_transaction_holds(shop: Shop) -> None:
    rows = [a_row(order_id=f"A{n // 3}", quantity=1 + n % 3) for n in range(6000)]
    assert shop.take(*rows).added == 2000
    assert len(shop.events()) == 6000
    assert [quantity for _, quantity, _ in shop.lines("A1999")] == [1, 2, 3]


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_real_invoices_come_in_whole_and_only_once(
    real_data: Path, database: Engine, session: Session
) -> None:
    options = OrderOptions(
        "GBP", Decimal("9999999.99"), mapping=INVOICE_COLUMNS, skip_bad_rows=True
    )
    report = import_orders(database, real_data / INVOICES, options)
    # Two corrections of bad debt, below zero, are no lines that a shop sold.
    assert (report.rows, report.added, report.bad.rows) == (370_929, 18_784, 2)
    again = import_orders(database, real_data / INVOICES, options)
    assert (again.added, again.changed, again.unchanged) == (0, 0, 18_784)
    counts = dict(session.execute(select(Event.name, func.count()).group_by(Event.name)).all())
    assert counts == {"purchase": 363_254, "refund": 7_675}
    assert session.scalar(select(func.count()).select_from(OrderLine)) == 370_929
    assert session.scalar(select(func.count()).select_from(Customer)) == 3_658
