"""The cart: putting things in, looking at it, and paying."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from actions.cart_goods import wanted_goods
from actions.cart_steps import change_cart, changes_done
from actions.cart_wording import (
    cart_cards,
    cart_choices,
    describe_change,
    describe_changes,
    describe_lines,
    describe_sum,
    describe_total,
    describe_unstated,
    name_change,
)
from actions.detail import speak_of
from actions.person import ask_person
from actions.search import find, keep_shown, next_steps
from actions.turn import Choice, Phrase, Turn, choice
from db.tables.catalog import Product
from shop.behaviour import record_step
from shop.cart import (
    MOST_LINES,
    Change,
    Contents,
    add_product,
    find_cart,
    hold_cart,
    read_cart,
    set_quantity,
)
from shop.cart_wishes import states_the_number
from shop.checkout import check_out, checkout_address
from shop.variants import chosen_later, unstated_wishes

_MOST_LACKING = 4
_CHECKOUT = "checkout"


def add_to_cart(turn: Turn) -> None:
    """Put what they mean into the cart, as many as they want and as there are."""
    if told := changes_done(turn):
        _say_put_in(turn, told)
        return
    wanted = wanted_goods(turn)
    if wanted:
        put_in(turn, wanted)


def put_in(turn: Turn, wanted: Mapping[str, int]) -> None:
    """Put so many of each product into the cart, by id, and tell."""

    def put(session: Session) -> list[Change]:
        held = {line.product_id for line in hold_cart(session, turn.shopper).lines}
        changes = []
        for product_id, number in wanted.items():
            if product_id in held and states_the_number(turn.reading):
                # "Make it three" of what is in there already.
                change = set_quantity(session, product_id, shopper=turn.shopper, quantity=number)
            else:
                change = add_product(
                    session,
                    product_id,
                    shopper=turn.shopper,
                    quantity=number,
                    ranking_id=_ranking_of(turn, product_id),
                )
            changes.append(change)
        return changes

    _say_put_in(turn, change_cart(turn, put))


def _say_put_in(turn: Turn, changes: Sequence[Change]) -> None:
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    if len(changes) == 1:
        say_change(turn, changes[0], cart)
    else:
        turn.say(
            "utter_cart_added_several",
            lines=describe_changes(changes),
            sum=describe_sum(cart),
            cards=cart_cards({change.product.id: change.after for change in changes}),
            choices=cart_choices(cart, keep_shopping(turn)),
        )


def view_cart(turn: Turn) -> None:
    """Show what is in it, what each line costs now, and the sum."""

    def look(session: Session) -> None:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
        items = [line.item for line in cart.lines]
        record_step(session, "view_cart", shopper=turn.shopper, items=items)

    turn.once("view_cart", look)
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    if cart.lines:
        show_cart(turn, "utter_cart_contents", cart)
    else:
        say_empty(turn)


def check_out_cart(turn: Turn) -> None:
    """Lead to the shop's own checkout; what cannot be had is put right before."""
    here = turn.shopper.session_id

    def begin(session: Session) -> str | None:
        return check_out(session, shopper=turn.shopper, webhook=turn.services.webhook).id

    cart_id = turn.once(_CHECKOUT, begin)
    with turn.services.sessions() as session:
        cart = (read_cart(session, cart_id) if cart_id else None) or Contents()
        handed_in = find_cart(session, conversation_id=here, state="requested")
    response = "utter_cart_checkout"
    if cart.lacking:
        _say_lacking(turn, cart)
        return
    if not cart.lines and handed_in.id is None:
        say_empty(turn)
        return
    if not cart.lines:
        cart, response = handed_in, "utter_cart_checkout_again"
    elif cart.state == "requested":
        response = "utter_cart_checkout_requested"
    turn.say(
        response,
        total=describe_total(cart),
        address=checkout_address(turn.services.checkout_url, cart.id or ""),
        choices=[
            choice("utter_choice_view_cart", "view_cart") if cart.state == "open" else {},
            keep_shopping(turn),
            ask_person(),
        ],
    )


def show_cart(turn: Turn, response: str, cart: Contents, **facts: Any) -> None:
    """Show the cart, whose lines are from now on the list before the shopper."""
    quantities = {line.product.id: line.quantity for line in cart.lines if line.product.active}
    turn.remember(shown=list(quantities), focus=None)
    turn.say(
        response,
        lines=describe_lines(cart.lines),
        sum=describe_sum(cart),
        cards=cart_cards(quantities),
        choices=cart_choices(cart, keep_shopping(turn), viewed=True),
        **facts,
    )


def say_empty(turn: Turn) -> None:
    """There is nothing in it; what was in the one before may be with the shop by now."""
    here = turn.shopper.session_id
    with turn.services.sessions() as session:
        handed_in = find_cart(session, conversation_id=here, state="requested")
    turn.remember(pending={"yes": "recommend"})
    turn.say(
        "utter_cart_empty",
        handed_in=handed_in.id is not None,
        choices=[keep_shopping(turn), ask_person()],
    )


def say_change(turn: Turn, change: Change, cart: Contents, *, undo: Choice | None = None) -> None:
    """Tell what became of one wish.

    Args:
        undo: the way to take it back.
    """
    product = change.product
    speak_of(turn, product)
    if change.limit == "sold_out":
        _offer_instead(turn, product)
        return
    turn.say(
        name_change(change),
        **describe_change(change),
        unstated=_unstated(turn, change),
        most=MOST_LINES,
        sum=describe_sum(cart),
        cards=cart_cards({product.id: change.after}),
        choices=[undo or {}, *cart_choices(cart, keep_shopping(turn))],
    )


def _unstated(turn: Turn, change: Change) -> Phrase | None:
    """What they want it to be like and the cart does not hold, when it has just come in."""
    if change.after <= change.before:
        return None
    if sizes := chosen_later(turn.reading, change.product):
        return {"say": "utter_cart_choose_size", "value": str(sizes[0].value)}
    unstated = unstated_wishes(turn.reading, change.product)
    return describe_unstated(unstated) if unstated else None


def keep_shopping(turn: Turn) -> Choice:
    """The way back to the goods: on with the search, or to our picks."""
    back = "ask_recommendation" if turn.wishes.is_empty() else "show_more"
    return choice("utter_choice_keep_shopping", back)


def _ranking_of(turn: Turn, product_id: str) -> str | None:
    return turn.recall("last_ranking") if product_id in turn.recall("shown", []) else None


def _offer_instead(turn: Turn, product: Product) -> None:
    """It is sold out: say so, and show what comes near."""
    wishes = turn.wishes.with_changes(kinds=[], words=[])
    found = find(turn, wishes, skip=turn.turned_down, anchor=product.id)
    if not found.offers:
        turn.remember(pending={"yes": "recommend"})
        choices = [keep_shopping(turn), ask_person()]
        turn.say("utter_cart_sold_out_alone", title=product.title, choices=choices)
        return
    keep_shown(turn, found, wishes=turn.wishes, seen=[product.id])
    turn.say(
        "utter_cart_sold_out",
        title=product.title,
        cards=found,
        choices=next_steps(turn, found),
    )


def _say_lacking(turn: Turn, cart: Contents) -> None:
    choices = [
        choice(
            "utter_choice_take_left" if line.left else "utter_choice_take_out",
            "remove_from_cart",
            entities={"product_id": line.product.id, "quantity": line.left},
            title=line.product.title,
            left=line.left,
        )
        for line in cart.lacking[:_MOST_LACKING]
    ]
    turn.remember(pending={"yes": "mend_cart"})
    turn.say(
        "utter_cart_checkout_lacking",
        lines=describe_lines(cart.lacking),
        choices=[*choices, ask_person()],
    )
