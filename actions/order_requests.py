"""Asking the shop to cancel, change or take back an order: never without the shopper's yes."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from actions.orders import INTENTS, choose_order, describe_order, known_customer
from actions.person import ask_person
from actions.turn import Choice, Turn, choice
from shop.orders import Item, Purchase, find_items, find_order
from shop.shop_requests import Kind, file_request, open_requests

# Reasons to send something back that have words of their own.
REASONS = ("wrong_size", "damaged", "not_as_described", "changed_mind")
CHANGES = ("address", "size", "quantity")
_MOST_ITEMS = 5
# What a change says to be different.
_DETAILS = ("address", "size", "color", "material", "quantity", "email", "phone", "person")
_ALL_ITEMS = "all"


def cancel_order(turn: Turn) -> None:
    """Ask whether to ask the shop to cancel an order."""
    order = _order_that_allows(turn, "order.cancel")
    if order is None or _is_asked(turn, order, "order.cancel"):
        return
    if turn.reading.first("confirmed"):
        _file(turn, order, "order.cancel", {"order_id": order.id})
        return
    data = {"order_id": order.id}
    named = find_items(turn.reading, [order]) if len(order.items) > 1 else []
    others = [
        choice(
            "utter_choice_only_item",
            "change_order",
            entities={"order_id": order.id, "change": turn.reading.text},
            title=item.product.title,
        )
        for item in named[:1]
    ]
    _confirm(turn, order, "order.cancel", data, others=others)


def return_item(turn: Turn) -> None:
    """Ask which item goes back, if there are several, and once for the reason."""
    order = _order_that_allows(turn, "order.return")
    if order is None:
        return
    wanted = turn.reading.first("product_id")
    item = order.item(str(wanted)) if wanted else _only_item(turn, order)
    if item is None and wanted != _ALL_ITEMS:
        _ask_item(turn, order)
        return
    product_id = item.product.id if item else None
    if _is_asked(turn, order, "order.return", product_id=product_id):
        return
    reason = turn.reading.first("reason")
    data = {
        "order_id": order.id,
        "product_id": product_id,
        "reason": reason,
        "words": turn.reading.first("words") or _own_words(turn),
    }
    if reason is not None or turn.reading.first("confirmed"):
        _file(turn, order, "order.return", data)
        return
    about = {"order_id": order.id, "product_id": product_id or _ALL_ITEMS}
    reasons = [
        choice(f"utter_choice_reason_{code}", "return_item", entities={**about, "reason": code})
        for code in REASONS
    ]
    _confirm(turn, order, "order.return", data, item=item, others=reasons)


def change_order(turn: Turn) -> None:
    """Pass the shopper's own words on, once it is clear what should be different."""
    order = _order_that_allows(turn, "order.change")
    if order is None:
        return
    change = turn.reading.first("change") or _own_words(turn)
    if change in CHANGES or not (turn.reading.first("change") or _says_what(turn)):
        _ask_change(turn, order, about=str(change) if change in CHANGES else None)
        return
    data = {"order_id": order.id, "change": str(change)}
    if _is_asked(turn, order, "order.change", change=str(change)):
        return
    if turn.reading.first("confirmed"):
        _file(turn, order, "order.change", data)
        return
    _confirm(turn, order, "order.change", data, change=str(change))


def file_offered(turn: Turn, offered: Mapping[str, Any]) -> None:
    """The shopper said yes: ask the shop, if the order still allows it."""
    kind, data = offered["kind"], offered["data"]
    customer_id = known_customer(turn)
    if customer_id is None:
        return
    with turn.services.sessions() as session:
        order = find_order(session, customer_id=customer_id, order_id=data["order_id"])
    if order is None:
        turn.say("utter_order_not_found", order_id=data["order_id"], choices=[ask_person()])
    elif _still_allows(turn, order, kind):
        _file(turn, order, kind, data)


def _order_that_allows(turn: Turn, kind: Kind) -> Purchase | None:
    """The order that is meant if the shop can still be asked; None after saying why not."""
    customer_id = known_customer(turn)
    if customer_id is None:
        return None
    order = choose_order(turn, customer_id, kind=kind)
    return order if order is not None and _still_allows(turn, order, kind) else None


def _still_allows(turn: Turn, order: Purchase, kind: Kind) -> bool:
    if order.allows(kind):
        return True
    other: list[Choice] = []
    if order.status == "delivered":
        other = [choice("utter_choice_return_item", "return_item", entities=_id(order))]
    elif kind == "order.return" and order.allows("order.cancel"):
        other = [choice("utter_choice_cancel_order", "cancel_order", entities=_id(order))]
    turn.say(
        f"utter_{INTENTS[kind]}_not_now",
        **describe_order(order),
        status=order.status,
        choices=[*other, ask_person()],
    )
    return False


def _is_asked(turn: Turn, order: Purchase, kind: Kind, **same: str | None) -> bool:
    """Whether the shop has been asked for this already; then that is said."""
    with turn.services.sessions() as session:
        asked = [r for r in open_requests(session, [order.id]) if r.kind == kind]
    if turn.done(kind) is not None:
        # It was this very message, in a run that did not come to its answer.
        return False
    if not any(all(r.data.get(name) == value for name, value in same.items()) for r in asked):
        return False
    turn.say(f"utter_{INTENTS[kind]}_asked", order_id=order.id, choices=[ask_person()])
    return True


def _confirm(
    turn: Turn,
    order: Purchase,
    kind: Kind,
    data: Mapping[str, Any],
    *,
    item: Item | None = None,
    others: list[Choice] | None = None,
    **facts: Any,
) -> None:
    offered = {name: value for name, value in data.items() if value is not None}
    turn.remember(pending={"yes": "order_request", "kind": kind, "data": offered})
    intent = INTENTS[kind]
    turn.say(
        f"utter_{intent}_confirm",
        **describe_order(order),
        item=item.product.title if item else None,
        **facts,
        choices=[
            # Named in full: an old button must not say yes to something newer.
            choice(f"utter_choice_{intent}_yes", intent, entities={**offered, "confirmed": "yes"}),
            *(others or []),
            choice(f"utter_choice_{intent}_no", "deny"),
        ],
    )


def _file(turn: Turn, order: Purchase, kind: Kind, data: Mapping[str, Any]) -> None:
    webhook, shopper = turn.services.webhook, turn.shopper
    asked = {name: value for name, value in data.items() if value is not None}

    def file(session: Session) -> str:
        return file_request(
            session,
            kind=kind,
            data={**asked, "customer_id": shopper.customer_id},
            conversation_id=shopper.session_id,
            customer_id=shopper.customer_id,
            webhook=webhook,
        ).id

    turn.once(kind, file)
    track = choice("utter_choice_show_order", "track_order", entities=_id(order))
    turn.say(
        f"utter_{INTENTS[kind]}_requested",
        order_id=order.id,
        staff=not webhook,
        choices=[track, choice("utter_guess_ask_recommendation", "ask_recommendation")],
    )
    if not webhook:
        turn.hand_over("order_request")


def _only_item(turn: Turn, order: Purchase) -> Item | None:
    """The item that is named, or the only one there is."""
    named = find_items(turn.reading, [order])
    if len(named) == 1:
        return named[0]
    return order.items[0] if len(order.items) == 1 else None


def _ask_item(turn: Turn, order: Purchase) -> None:
    items = [
        choice(
            "utter_choice_title",
            "return_item",
            entities={**_id(order), "product_id": item.product.id},
            title=item.product.title,
        )
        for item in order.items[:_MOST_ITEMS]
    ]
    everything = choice(
        "utter_choice_all_items", "return_item", entities={**_id(order), "product_id": _ALL_ITEMS}
    )
    turn.say("utter_return_item_what", order_id=order.id, choices=[*items, everything])


def _ask_change(turn: Turn, order: Purchase, *, about: str | None) -> None:
    if about is not None:
        turn.say(f"utter_change_order_{about}", order_id=order.id)
        return
    ways = [
        choice(
            f"utter_choice_change_{code}", "change_order", entities={**_id(order), "change": code}
        )
        for code in CHANGES
    ]
    if words := _own_words(turn):
        # What it says may be plain to the shop and not to us.
        as_said = {**_id(order), "change": words}
        ways.append(choice("utter_choice_change_as_said", "change_order", entities=as_said))
    turn.say("utter_change_order_what", order_id=order.id, choices=[*ways, ask_person()])


def _says_what(turn: Turn) -> bool:
    return any(turn.reading.named(field) or turn.reading.refused(field) for field in _DETAILS)


def _own_words(turn: Turn) -> str | None:
    """The message as it was written; None for a button."""
    buttons = any(entity.source == "payload" for entity in turn.reading.parse.entities)
    return None if buttons else turn.reading.text.strip() or None


def _id(order: Purchase) -> dict[str, str]:
    return {"order_id": order.id}
