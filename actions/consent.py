"""Yes and no, to whatever was offered last."""

from collections.abc import Callable, Mapping
from typing import Any

from actions.cart import put_in
from actions.cart_changes import has_cart, mend_cart, remove_from_cart
from actions.order_requests import file_offered
from actions.person import call_person
from actions.recommendation import recommend_products
from actions.search import present, refine_search, show_more, widen_search
from actions.turn import Turn
from shop.cart_wishes import cart_signals
from shop.shop_requests import refused_since

Offered = Mapping[str, Any]

# What a plain "yes" does, by what the slot `pending` says was offered.
ON_YES: Mapping[str, Callable[[Turn, Offered], None]] = {
    "show_more": lambda turn, _: show_more(turn),
    "retry": lambda turn, _: present(turn, turn.wishes),
    "widen": lambda turn, offered: widen_search(turn, fields=offered["fields"]),
    "person": lambda turn, _: call_person(turn),
    "recommend": lambda turn, _: recommend_products(turn),
    "put_in": lambda turn, offered: put_in(turn, offered["wanted"]),
    "order_request": file_offered,
    "mend_cart": lambda turn, _: mend_cart(turn),
}


def take_yes(turn: Turn) -> None:
    """Do what was offered; where nothing was, ask what they would like."""
    offered = turn.recall("pending") or {}
    turn.remember(pending=None)
    take = ON_YES.get(offered.get("yes", ""))
    if take is not None:
        take(turn, offered)
    elif _was_refused(turn):
        # The news of it asked whether a person should help.
        call_person(turn)
    else:
        turn.say("utter_yes_to_what")


def _was_refused(turn: Turn) -> bool:
    """Whether the last thing they heard is that the shop refuses what they asked for."""
    with turn.services.sessions() as session:
        return refused_since(session, turn.shopper.session_id, turn.last_heard())


def take_no(turn: Turn) -> None:
    """Leave it, and stay at their service; "not Nike" and "no, remove it" are no mere no."""
    if "out_again" in cart_signals(turn.reading) and has_cart(turn):
        remove_from_cart(turn)
        return
    if turn.reading.names_wish() and not turn.wishes.is_empty():
        refine_search(turn)
        return
    turn.remember(pending=None)
    turn.say("utter_no_problem")
