"""Orders of signed-in customers, as the shop's system reported them."""

from typing import Any

from actions.search import ask_person
from actions.turn import Turn
from db.tables.orders import Order
from shop.orders import find_order, latest_orders


def track_order(turn: Turn) -> None:
    """Where an order stands. Guests learn nothing and are asked to sign in."""
    customer_id = turn.shopper.customer_id
    if customer_id is None:
        turn.say("utter_order_sign_in", choices=[ask_person()])
        return
    order_id = turn.reading.first("order_id")
    with turn.services.sessions() as session:
        if order_id is not None:
            order = find_order(session, customer_id=customer_id, order_id=str(order_id))
            orders = [order] if order else []
        else:
            orders = latest_orders(session, customer_id=customer_id)
    if not orders:
        response = "utter_order_not_found" if order_id else "utter_order_none"
        turn.say(response, order_id=order_id, choices=[ask_person()])
        return
    turn.say(
        "utter_order_status",
        orders={"lines": [_line(order) for order in orders]},
        choices=[ask_person()],
    )


def _line(order: Order) -> dict[str, Any]:
    return {
        "say": "utter_order_line",
        "order_id": order.id,
        "date": f"{order.created_at:%Y-%m-%d}",
        "status": {"say": f"utter_order_state_{order.status}"},
    }
