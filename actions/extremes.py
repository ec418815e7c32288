"""The one at an end of the list: "the cheapest", "which is rated best?"."""

from actions.detail import speak_of
from actions.turn import Turn, choice
from actions.wording import describe_rating, describe_stock
from shop.facts import price_facts
from shop.reference import EXTREMES, find_meant


def asks_for_extreme(turn: Turn) -> bool:
    """Whether the message points at one end of what is before the shopper, and at no more."""
    named = any(extreme in turn.reading.signals for extreme in EXTREMES)
    other = turn.reading.names_wish() or turn.reading.ordinals() or turn.reading.named("category")
    return named and not other and len(turn.shown) > 1


def name_extreme(turn: Turn) -> None:
    """The cheapest, the dearest or the best rated of those before the shopper."""
    extreme = next(e for e in EXTREMES if e in turn.reading.signals)
    (product,) = find_meant(turn.reading, turn.shown)
    speak_of(turn, product)
    this = {"product_id": product.id}
    turn.say(
        f"utter_extreme_{extreme}",
        title=product.title,
        price=price_facts(product)["price"],
        rating=describe_rating(product),
        stock=describe_stock(product),
        cards=[product],
        choices=[
            choice("utter_choice_similar", "find_similar", entities=this),
            choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
        ],
    )
