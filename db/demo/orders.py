"""Orders: what became of each purchase."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from db.demo.visits import Purchase, event_row

FIRST_NUMBER = 30_001
CANCELLED = 0.04
SENT_BACK = 0.07
# After the order: when it is paid, packed off, at the door.
PAID_AFTER = timedelta(hours=8)
SHIPPED_AFTER = timedelta(days=1.5)
DELIVERED_AFTER = timedelta(days=5)
CANCELLED_AFTER = timedelta(hours=10)
RETURNED_AFTER = timedelta(days=12)
REFUNDED_AFTER = timedelta(days=19)


@dataclass(frozen=True)
class Placed:
    """An order, the purchase it came from, and where it stands."""

    id: str
    purchase: Purchase
    status: str
    updated_at: datetime

    @property
    def customer_id(self) -> str | None:
        """Who ordered; None for a guest."""
        shopper = self.purchase.session.shopper
        return shopper.id if shopper else None


def place_orders(
    purchases: list[Purchase], *, rng: np.random.Generator, now: datetime
) -> list[Placed]:
    """One order for each purchase, numbered in the order of time."""
    placed = []
    for number, purchase in enumerate(sorted(purchases, key=lambda p: p.at), FIRST_NUMBER):
        chance = rng.random()
        fate = purchase.state or (
            "cancelled"
            if chance < CANCELLED
            else "refunded"
            if chance < CANCELLED + SENT_BACK
            else "delivered"
        )
        status, since = _progress(fate, now - purchase.at)
        placed.append(Placed(f"SO-{number}", purchase, status, purchase.at + since))
    return placed


def _progress(fate: str, age: timedelta) -> tuple[str, timedelta]:
    """How far an order of this age has come on the way to its fate, and when it got there."""
    steps = [("placed", timedelta()), ("paid", PAID_AFTER)]
    if fate == "cancelled":
        steps = [("placed", timedelta()), ("cancelled", CANCELLED_AFTER)]
    else:
        steps += [("shipped", SHIPPED_AFTER), ("delivered", DELIVERED_AFTER)]
    if fate in ("returned", "refunded"):
        steps += [("returned", RETURNED_AFTER), ("refunded", REFUNDED_AFTER)]
    return [(status, since) for status, since in steps if since <= age][-1]


def order_rows(placed: list[Placed], *, currency: str) -> list[dict[str, Any]]:
    """The columns of `orders`."""
    return [
        {
            "id": order.id,
            "customer_id": order.customer_id,
            "status": order.status,
            "currency": currency,
            "country": order.purchase.session.country,
            "created_at": order.purchase.at,
            "updated_at": order.updated_at,
        }
        for order in placed
    ]


def line_rows(placed: list[Placed]) -> list[dict[str, Any]]:
    """The columns of `order_lines`."""
    return [
        {
            "order_id": order.id,
            "position": position,
            "product_id": line.good.id,
            "quantity": line.quantity,
            "price": line.good.price,
        }
        for order in placed
        for position, line in enumerate(order.purchase.lines, 1)
    ]


def refund_events(placed: list[Placed]) -> list[dict[str, Any]]:
    """Money given back: for each line of an order that was cancelled or refunded."""
    return [
        event_row(
            "refund",
            order.updated_at,
            order.purchase.session,
            good=line.good,
            quantity=line.quantity,
        )
        for order in placed
        if order.status in ("cancelled", "refunded")
        for line in order.purchase.lines
    ]
