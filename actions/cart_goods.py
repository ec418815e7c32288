"""Which goods a shopper wants in the cart, and how many of each."""

from collections.abc import Mapping, Sequence

from actions.detail import meant_product, product_choices
from actions.search import search_products
from actions.turn import Turn, choice
from db.tables.catalog import Product
from shop.cards import find_products
from shop.cart import find_cart
from shop.cart_wishes import (
    cart_signals,
    fits_kind,
    names_goods,
    pieces,
    pieces_of,
    point_at_lines,
)
from shop.reference import EXTREMES, find_meant
from shop.titles import find_by_title
from shop.variants import find_variant, unmet_wishes

# "All of them" are plain where a handful is shown.
_MOST_AT_ONCE = 6
_POINTING = {*EXTREMES, "all_of_them", "one_before"}


def wanted_goods(turn: Turn) -> dict[str, int]:
    """How many of which products, by id; empty where something else had to be said."""
    reading = turn.reading
    if len(reading.ordinals()) > 1 and len(find_meant(reading, turn.shown)) < 2:
        # One of the places lies beyond the list.
        _ask_which(turn, also={})
        return {}
    if several := _several(turn):
        return dict(pieces_of(reading, several))
    number = pieces(reading, otherwise=_asked_number(turn))
    product = _in_cart(turn) or _spoken_of(turn)
    if product is None and _names_nothing(turn):
        turn.say("utter_which_unknown")
        return {}
    if product is None and _names_strange_goods(turn):
        search_products(turn)
        return {}
    also = {"quantity": number} if number > 1 else {}
    if product is None and _names_another(turn):
        _ask_which(turn, also=also)
        return {}
    if product is None:
        product = meant_product(turn, intent="add_to_cart", also=also)
    variant = product and _variant_of(turn, product, number)
    return {variant.id: number} if variant else {}


def _ask_which(turn: Turn, *, also: Mapping[str, int]) -> None:
    turn.remember(pending={"which": "add_to_cart", "also": also})
    choices = product_choices(turn.shown, intent="add_to_cart", also=also)
    turn.say("utter_which_one", choices=choices)


def _asked_number(turn: Turn) -> int:
    """How many were wanted when it was asked which one; one where nothing was asked."""
    pending = turn.recall("pending") or {}
    asked = pending.get("also", {}) if pending.get("which") == "add_to_cart" else {}
    return int(asked.get("quantity", 1))


def _variant_of(turn: Turn, product: Product, number: int) -> Product | None:
    """The product in the colour or size that the message names; else the shopper is asked."""
    reading = turn.reading
    with turn.services.sessions() as session:
        variant = find_variant(session, reading, product)
    if variant is not None:
        return variant
    this = {"product_id": product.id}
    turn.remember(pending={"yes": "put_in", "wanted": {product.id: number}})
    turn.say(
        "utter_cart_no_variant",
        title=product.title,
        value={"all": [mention.word for mention in unmet_wishes(reading, product)]},
        cards=[product],
        choices=[
            choice("utter_choice_put_in", "add_to_cart", entities={**this, "quantity": number}),
            choice("utter_choice_similar", "find_similar", entities=this),
        ],
    )
    return None


def _in_cart(turn: Turn) -> Product | None:
    """What is in the cart already, for "make the lamps three"."""
    reading = turn.reading
    if "exactly" not in cart_signals(reading) or reading.ordinals() or not names_goods(reading):
        return None
    with turn.services.sessions() as session:
        cart = find_cart(session, conversation_id=turn.shopper.session_id)
    lines = point_at_lines(reading, cart).lines
    return lines[0].product if len(lines) == 1 else None


def _names_nothing(turn: Turn) -> bool:
    """Whether there is nothing before the shopper, and no name to look for."""
    reading = turn.reading
    words = [w for w in reading.leftover() if not reading.phrases.cart_signals(w)]
    said = [m for field in ("category", "brand") for m in reading.named(field)]
    return not (turn.shown or turn.focus or words or said)


def _names_another(turn: Turn) -> bool:
    """Whether it calls the goods by a word that fits none of those before the shopper."""
    reading = turn.reading
    words = [w for w in reading.leftover() if not reading.phrases.cart_signals(w)]
    titles = " ".join(product.title.lower() for product in turn.shown)
    points = reading.ordinals() or reading.signals & _POINTING or not reading.named("category")
    return len(turn.shown) > 1 and bool(words) and not points and not _any_in(words, titles)


def _any_in(words: Sequence[str], text: str) -> bool:
    return any(word in text for word in words)


def _names_strange_goods(turn: Turn) -> bool:
    """Whether it names goods that the shop may not have, and surely not what was spoken of."""
    reading = turn.reading
    near = [*turn.shown, *([turn.focus] if turn.focus else [])]
    strange = not any(kind.known for kind in reading.named("category"))
    fits = any(fits_kind(reading, product) for product in near)
    return bool(near) and strange and not fits and not reading.ordinals()


def _several(turn: Turn) -> Sequence[Product]:
    """The products of a message that plainly means more than one."""
    reading, shown = turn.reading, turn.shown
    if len(reading.ordinals()) > 1:
        return find_meant(reading, shown)
    signals = cart_signals(reading)
    if "both" in signals and len(shown) == 2:
        return shown
    return shown if "each" in signals and 1 < len(shown) <= _MOST_AT_ONCE else []


def _spoken_of(turn: Turn) -> Product | None:
    """The product of a button, one named in full, or "those" that were spoken of last."""
    reading = turn.reading
    product_id = reading.first("product_id")
    with turn.services.sessions() as session:
        if product_id is not None:
            # Of any earlier answer: it need not be before them still.
            return next(iter(find_products(session, [str(product_id)])), None)
        if reading.ordinals():
            return None
        titled = find_by_title(session, reading.text)
    if titled is not None:
        return titled
    if "it" in cart_signals(reading) and turn.focus and unmet_wishes(reading, turn.focus):
        # "It, in navy": not whatever else in the list is navy.
        return turn.focus
    plural = "all_of_them" in reading.signals and not reading.named("category")
    return turn.focus if plural else None
