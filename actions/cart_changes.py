"""The cart: taking things out, and changing how many."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from actions.cart import keep_shopping, say_change, say_empty, show_cart
from actions.cart_steps import change_cart, changes_done
from actions.cart_wording import cart_choices, describe_sum, line_choices
from actions.turn import Choice, Turn, choice
from shop.cards import find_products
from shop.cart import Change, Contents, find_cart, set_quantity
from shop.cart_wishes import (
    Pointed,
    cart_signals,
    names_goods,
    pieces,
    point_at_lines,
    wanted_quantity,
)
from shop.reading import Reading

# As many as a shopper can tell apart at a glance.
_MOST_CHOICES = 6


def has_cart(turn: Turn) -> bool:
    """Whether anything is in their cart."""
    with turn.services.sessions() as session:
        return bool(find_cart(session, conversation_id=turn.shopper.session_id).lines)


def remove_from_cart(turn: Turn) -> None:
    """Take out what they mean, or leave as many of it as they say."""
    if told := changes_done(turn):
        _say_all(turn, told)
        return
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    if not cart.lines:
        say_empty(turn)
        return
    reading = turn.reading
    pointed = point_at_lines(reading, cart, shown=turn.shown, focus=turn.focus)
    signals = cart_signals(reading)
    if signals & {"everything", "keep_only"} and pointed.missing is None:
        _change_lines(turn, _of_everything(reading, cart, pointed))
    elif pointed.missing is not None:
        kind = bool(reading.named("category") or reading.refused("category"))
        show_cart(turn, "utter_cart_missing", cart, name=pointed.missing, kind=kind)
    elif not pointed.lines:
        _say_not_in(turn)
    elif not pointed.sure:
        quantities = [wanted_quantity(reading, line) for line in pointed.lines]
        choices = line_choices(pointed.lines[:_MOST_CHOICES], quantities[:_MOST_CHOICES])
        turn.say("utter_cart_which", choices=choices)
    else:
        wanted = {line.product.id: wanted_quantity(reading, line) for line in pointed.lines}
        _change_lines(turn, wanted)


def mend_cart(turn: Turn) -> None:
    """Leave as many of each line as can be had."""
    if told := changes_done(turn):
        _say_all(turn, told)
        return
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    wanted = {line.product.id: line.left for line in cart.lacking}
    _change_lines(turn, wanted)


def _of_everything(reading: Reading, cart: Contents, pointed: Pointed) -> dict[str, int]:
    """What "everything" takes out: all, all of a kind, or all but those named."""
    if not names_goods(reading):
        out = cart.lines if "everything" in cart_signals(reading) else ()
    elif cart_signals(reading) & {"except", "keep_only"}:
        out = tuple(line for line in cart.lines if line not in pointed.lines)
    else:
        out = pointed.lines
    return {line.product.id: 0 for line in out}


def _change_lines(turn: Turn, wanted: Mapping[str, int]) -> None:
    """Have so many of each product, by id, and tell."""

    def set_quantities(session: Session) -> list[Change]:
        return [
            set_quantity(session, product_id, shopper=turn.shopper, quantity=quantity)
            for product_id, quantity in wanted.items()
        ]

    _say_all(turn, change_cart(turn, set_quantities))


def _say_all(turn: Turn, changes: Sequence[Change]) -> None:
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    if not changes:
        # It had been put right meanwhile.
        show_cart(turn, "utter_cart_contents", cart)
    elif not cart.lines and len(changes) > 1:
        turn.remember(focus=None)
        turn.say("utter_cart_emptied", choices=[keep_shopping(turn)])
    elif len(changes) == 1:
        say_change(turn, changes[0], cart, undo=_undo(changes[0]))
    else:
        _say_changed(turn, changes, cart)


def _say_changed(turn: Turn, changes: Sequence[Change], cart: Contents) -> None:
    gone = [change for change in changes if not change.after]
    if not gone or len(gone) < len(changes):
        show_cart(turn, "utter_cart_contents", cart)
        return
    turn.remember(focus=None)
    turn.say(
        "utter_cart_removed_several",
        titles={"all": [change.product.title for change in gone]},
        sum=describe_sum(cart),
        choices=cart_choices(cart, keep_shopping(turn)),
    )


def _undo(change: Change) -> Choice | None:
    """Puts back what was taken out."""
    if change.after:
        return None
    back = {"product_id": change.product.id, "quantity": change.before}
    return choice("utter_choice_put_back", "add_to_cart", entities=back)


def _say_not_in(turn: Turn) -> None:
    """A button of an earlier list names something that is in the cart no more."""
    product_id = str(turn.reading.first("product_id"))
    with turn.services.sessions() as session:
        product = next(iter(find_products(session, [product_id])), None)
    if product is None:
        say_empty(turn)
        return
    entities = {"product_id": product_id, "quantity": pieces(turn.reading)}
    turn.remember(pending={"yes": "put_in", "wanted": {product_id: entities["quantity"]}})
    turn.say(
        "utter_cart_not_in",
        title=product.title,
        cards=[product],
        choices=[
            choice("utter_choice_put_in", "add_to_cart", entities=entities),
            choice("utter_choice_view_cart", "view_cart"),
        ],
    )
