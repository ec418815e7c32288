"""Orders of signed-in customers: where they stand, which one is meant, what is paid back."""

from collections.abc import Sequence
from typing import Any

from actions.person import ask_person, offer_person
from actions.turn import Choice, Turn, choice
from db.tables.shop_requests import ShopRequest
from shop.money import format_money
from shop.orders import (
    MOST_ORDERS,
    POSSIBLE,
    Purchase,
    find_meant_orders,
    find_order,
    latest_orders,
)
from shop.shop_requests import Kind, open_requests

_MOST_LISTED = 3
_MOST_CHOICES = 4
_PAID_BACK = frozenset({"cancelled", "returned", "refunded"})
INTENTS: dict[Kind, str] = {
    "order.cancel": "cancel_order",
    "order.change": "change_order",
    "order.return": "return_item",
}


def track_order(turn: Turn) -> None:
    """Where orders stand, and what the shop has been asked about them."""
    customer_id = known_customer(turn)
    if customer_id is None:
        return
    orders = _named(turn, customer_id, fitting=frozenset())
    if orders is None:
        return
    if not orders:
        with turn.services.sessions() as session:
            orders = latest_orders(session, customer_id=customer_id, limit=_MOST_LISTED)
    if not orders:
        turn.say("utter_order_none", choices=[ask_person()])
        return
    show_orders(turn, orders[:_MOST_LISTED], response="utter_order_status")


def ask_refund(turn: Turn) -> None:
    """Where the money of a cancelled or returned order stands; else the way to send it back."""
    customer_id = known_customer(turn)
    if customer_id is None:
        return
    orders = _named(turn, customer_id, fitting=_PAID_BACK)
    if orders is None:
        return
    about = [order for order in orders if order.status in _PAID_BACK]
    if about:
        show_orders(turn, about[:_MOST_LISTED], response="utter_refund_status")
        return
    order = orders[0] if len(orders) == 1 else None
    if order is not None:
        turn.remember(order=order.id)
    possible: tuple[Kind, ...] = ("order.cancel", "order.return")
    ways = [kind for kind in possible if order is not None and order.allows(kind)]
    turn.say(
        "utter_refund_way",
        order=order and {"say": "utter_order_line", **_facts(order)},
        status=order.status if order else None,
        choices=[*_ways(order, ways or ["order.return"]), ask_person()],
    )


def known_customer(turn: Turn) -> str | None:
    """Who asks. Guests learn nothing, not even whether an order exists: they may sign in."""
    if turn.shopper.customer_id is None:
        number = turn.reading.first("order_id")
        if number is None:
            turn.say("utter_order_sign_in", choices=[ask_person()])
        else:
            offer_person(turn)
            turn.say("utter_order_sign_in_number", choices=[ask_person()])
    return turn.shopper.customer_id


def choose_order(turn: Turn, customer_id: str, *, kind: Kind) -> Purchase | None:
    """The one order that is meant, now the one spoken of; None after asking which."""
    intent = INTENTS[kind]
    orders = _named(turn, customer_id, fitting=POSSIBLE[kind])
    if orders is None:
        return None
    if len(orders) == 1:
        turn.remember(order=orders[0].id)
        return orders[0]
    if not orders:
        with turn.services.sessions() as session:
            latest = latest_orders(session, customer_id=customer_id, limit=_MOST_LISTED)
        if latest:
            show_orders(turn, latest, response=f"utter_{intent}_none")
        else:
            turn.say("utter_order_none", choices=[ask_person()])
        return None
    shown = orders[:_MOST_CHOICES]
    turn.remember(order=None, listed_orders=[order.id for order in shown])
    ways = [
        choice("utter_choice_order", intent, entities={"order_id": order.id}, **_facts(order))
        for order in shown
    ]
    turn.say(f"utter_{intent}_which", choices=[*ways, ask_person()])
    return None


def show_orders(turn: Turn, orders: Sequence[Purchase], *, response: str) -> None:
    """Name orders with their state, newest first; a single one is the one spoken of from now on."""
    with turn.services.sessions() as session:
        asked = open_requests(session, [order.id for order in orders])
    single = orders[0] if len(orders) == 1 else None
    turn.remember(order=single.id if single else None, listed_orders=[order.id for order in orders])
    ways = [kind for kind in POSSIBLE if single is not None and single.allows(kind)]
    open_kinds = {request.kind for request in asked}
    turn.say(
        response,
        orders={"lines": [_line(order, asked) for order in orders]},
        choices=[*_ways(single, [k for k in ways if k not in open_kinds]), ask_person()],
    )


def describe_order(order: Purchase) -> dict[str, Any]:
    """An order's number, goods and price as facts."""
    return _facts(order)


def _named(turn: Turn, customer_id: str, *, fitting: frozenset[str]) -> list[Purchase] | None:
    """The orders that the message may mean; None after saying that its number is unknown."""
    with turn.services.sessions() as session:
        number = turn.reading.first("order_id")
        if number is None:
            orders = latest_orders(session, customer_id=customer_id, limit=MOST_ORDERS)
            return find_meant_orders(
                turn.reading,
                orders,
                fitting=fitting,
                listed=turn.recall("listed_orders", []),
                context=turn.recall("order") if fitting else None,
            )
        order = find_order(session, customer_id=customer_id, order_id=str(number))
    if order is not None:
        return [order]
    turn.say(
        "utter_order_not_found",
        order_id=str(number),
        choices=[choice("utter_guess_track_order", "track_order"), ask_person()],
    )
    return None


def _ways(order: Purchase | None, kinds: Sequence[Kind]) -> list[Choice]:
    about = {"order_id": order.id} if order else None
    return [
        choice(f"utter_choice_{INTENTS[kind]}", INTENTS[kind], entities=about) for kind in kinds
    ]


def _line(order: Purchase, asked: Sequence[ShopRequest]) -> dict[str, Any]:
    kinds = dict.fromkeys(request.kind for request in asked if request.subject == order.id)
    requested = [
        {"say": f"utter_order_asked_{INTENTS[kind]}"} for kind in POSSIBLE if kind in kinds
    ]
    return {
        "say": "utter_order_line",
        **_facts(order),
        "asked": {"say": "utter_order_asked", "what": {"all": requested}} if requested else None,
    }


def _facts(order: Purchase) -> dict[str, Any]:
    return {
        "order_id": order.id,
        "date": f"{order.created_at:%Y-%m-%d}",
        "state": {"say": f"utter_order_state_{order.status}"},
        "pieces": {"say": "utter_order_pieces", "count": order.pieces},
        "total": format_money(order.total, order.currency),
        "asked": None,
    }
