"""The cart as phrases: codes and facts that bot/domain/cart.yml has words for."""

from collections.abc import Mapping, Sequence
from typing import Any

from actions.turn import Choice, Phrase, choice
from actions.wording import describe_stock
from shop.cart import Change, Contents, Line
from shop.money import format_money
from shop.reading import Mention
from shop.search import Found, Offer

_CHANGES = {
    "stock": "utter_cart_added_some",
    "pieces": "utter_cart_most_pieces",
    "lines": "utter_cart_full",
}
_NOTES = {
    "sold_out": "utter_cart_note_not_added",
    "lines": "utter_cart_note_full",
    "stock": "utter_cart_note_stock",
}


def name_change(change: Change) -> str:
    """The response that tells of this change."""
    before, after = change.before, change.after
    if change.limit == "stock" and after == before:
        return "utter_cart_all_left"
    if change.limit in _CHANGES:
        return _CHANGES[change.limit]
    if after == before:
        return "utter_cart_same"
    if after < before:
        return "utter_cart_quantity" if after else "utter_cart_removed"
    if before:
        return "utter_cart_added_more"
    return "utter_cart_added_many" if after > 1 else "utter_cart_added"


def describe_change(change: Change) -> dict[str, Any]:
    """The facts of a change; of the stock only what a buyer must know."""
    soon = change.product.availability in ("preorder", "backorder")
    return {
        "title": change.product.title,
        "before": change.before,
        "after": change.after,
        "stock": describe_stock(change.product) if soon and change.after else None,
    }


def describe_unstated(wishes: Sequence[tuple[str, Mention]]) -> Phrase:
    """What the shop says nothing of, each with what it is: "size 43"."""
    parts = [
        {"say": f"utter_cart_unstated_{axis}", "value": str(m.value) if axis == "size" else m.word}
        for axis, m in wishes
    ]
    return {"say": "utter_cart_unstated", "value": {"all": parts}}


def describe_changes(changes: Sequence[Change]) -> Phrase:
    """Several changes, a line each."""
    return {
        "lines": [
            _line(
                Line(change.product, max(change.after, 1), change.product.price),
                note={"say": _NOTES[change.limit]} if change.limit in _NOTES else None,
            )
            for change in changes
        ]
    }


def describe_lines(lines: Sequence[Line]) -> Phrase:
    """Lines of the cart, each with what has changed since it went in."""
    return {"lines": [_line(line, note=_note(line)) for line in lines]}


def describe_sum(cart: Contents) -> Phrase:
    """What the whole comes to, or that nothing is left in it."""
    if not cart.lines:
        return {"say": "utter_cart_sum_empty"}
    return {"say": "utter_cart_sum", "total": describe_total(cart)}


def describe_total(cart: Contents) -> Phrase:
    """The amount, or one for each currency."""
    totals = [format_money(total, currency) for currency, total in cart.totals.items()]
    if not totals and cart.lines:
        totals = [format_money(0, cart.lines[0].product.currency)]
    return {"all": totals}


def cart_cards(quantities: Mapping[str, int]) -> Found:
    """Cards that say how many of each product, by id, are in the cart."""
    return Found(
        offers=[
            Offer(product_id, {"code": "in_cart", "params": {"quantity": quantity}})
            for product_id, quantity in quantities.items()
            if quantity
        ]
    )


def cart_choices(cart: Contents, *others: Choice, viewed: bool = False) -> list[Choice]:
    """What a shopper is likely to want after the cart has changed, or after seeing it."""
    if not cart.lines:
        return list(others)
    view = [] if viewed else [choice("utter_choice_view_cart", "view_cart")]
    return [*view, choice("utter_choice_checkout", "checkout"), *others]


def line_choices(lines: Sequence[Line], quantities: Sequence[int]) -> list[Choice]:
    """A button for each line, which then has so many pieces."""
    return [
        choice(
            "utter_choice_title",
            "remove_from_cart",
            entities={"product_id": line.product.id, "quantity": quantity},
            title=line.product.title,
        )
        for line, quantity in zip(lines, quantities, strict=True)
    ]


def _line(line: Line, *, note: Phrase | None) -> Phrase:
    currency = line.product.currency
    return {
        "say": "utter_cart_line",
        "title": line.product.title,
        "quantity": line.quantity,
        "several": line.quantity > 1,
        "price": format_money(line.product.price, currency),
        "line_total": format_money(line.total, currency),
        "note": note,
    }


def _note(line: Line) -> Phrase | None:
    if not line.left:
        return {"say": "utter_cart_note_sold_out"}
    if line.quantity > line.left:
        return {"say": "utter_cart_note_short", "left": line.left}
    if line.price_then == line.product.price:
        return None
    moved = "cheaper" if line.product.price < line.price_then else "dearer"
    was = format_money(line.price_then, line.product.currency)
    return {"say": f"utter_cart_note_{moved}", "was": was}
