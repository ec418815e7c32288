"""Things of a shop with believable values; a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from db.tables.behaviour import Event
from db.tables.catalog import FaqEntry, Product, Review
from db.tables.customers import Customer
from db.tables.orders import Order, OrderLine

_numbers = count(1)
# The events, orders and reviews of tests lie around this moment unless they say otherwise.
NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


def a_product(**values: Any) -> Product:
    """Grey canvas sneakers, in stock for 59.90, unless told otherwise."""
    number = next(_numbers)
    return Product(
        **{
            "id": f"p{number}",
            "title": f"Canvas Sneaker {number}",
            "description": "Light canvas upper on a rubber sole.",
            "brand": "Northbay",
            "category": "shoes",
            "product_type": "sneaker",
            "color": "grey",
            "price": Decimal("59.90"),
            "currency": "USD",
            "availability": "in_stock",
            "stock": 12,
            **values,
        }
    )


def a_customer(**values: Any) -> Customer:
    """Somebody in Germany."""
    number = next(_numbers)
    return Customer(**{"id": f"c{number}", "name": "Maya", "country": "DE", **values})


def an_event(**values: Any) -> Event:
    """A customer looks at a product; each event is a second later than the one before."""
    number = next(_numbers)
    return Event(
        **{
            "name": "view_item",
            "occurred_at": NOON + timedelta(seconds=number),
            "customer_id": "c1",
            "product_id": "p1",
            **values,
        }
    )


def an_order(*lines: OrderLine, **values: Any) -> Order:
    """An order on its way. Its products and its customer must be in the database."""
    number = next(_numbers)
    for position, line in enumerate(lines, start=1):
        line.position = position
    return Order(
        **{
            "id": f"o{number}",
            "status": "shipped",
            "currency": "USD",
            "created_at": NOON,
            "lines": list(lines),
            **values,
        }
    )


def an_order_line(product: Product, **values: Any) -> OrderLine:
    """One piece of a product at its price."""
    return OrderLine(**{"product_id": product.id, "quantity": 1, "price": product.price, **values})


def a_review(product: Product, **values: Any) -> Review:
    """A contented buyer's words."""
    return Review(
        **{
            "product_id": product.id,
            "rating": 5,
            "title": "Just right",
            "text": "Fits well and looks good.",
            "author": "Maya",
            "created_at": NOON,
            **values,
        }
    )


def a_faq_entry(**values: Any) -> FaqEntry:
    """How to send things back."""
    number = next(_numbers)
    return FaqEntry(
        **{
            "id": f"returns-{number}",
            "question": "How do I return something?",
            "answer": "Send it back within 30 days; the return label is in the parcel.",
            "examples": ["can i send it back", "return policy"],
            **values,
        }
    )
