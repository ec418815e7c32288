"""The answer to "which would you take?": one of those before the shopper, and why."""

from collections.abc import Sequence
from typing import Any

from actions.detail import speak_of
from actions.turn import Turn, choice
from db.tables.catalog import Product
from shop.facts import price_facts, rating_facts
from shop.pick import Pick, pick


def asks_for_pick(turn: Turn) -> bool:
    """Whether the choice between what is shown is left to us, and nothing else is said."""
    reading = turn.reading
    other = reading.names_wish() or reading.ordinals() or reading.named("category")
    fresh = reading.named("recipient") or "gift" in reading.signals
    return "pick" in reading.signals and not (other or fresh) and len(turn.shown) > 1


def name_pick(turn: Turn) -> None:
    """One of the products compared last, else of those shown."""
    chosen = pick(_before_them(turn))
    product = chosen.product
    speak_of(turn, product)
    this = {"product_id": product.id}
    turn.say(
        "utter_pick",
        title=product.title,
        reasons={"all": [_reason(code, product) for code in chosen.reasons]},
        rival=_rival(chosen),
        cards=[product],
        choices=[
            choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
            choice("utter_choice_details", "ask_product_detail", entities=this),
            choice("utter_choice_similar", "find_similar", entities=this),
        ],
    )


def _before_them(turn: Turn) -> Sequence[Product]:
    """What was compared last, if it is still what they look at."""
    ids = turn.recall("compared", [])
    shown = {product.id for product in turn.shown}
    if len(ids) > 1 and shown.issuperset(ids):
        compared = turn.products(ids)
        if len(compared) > 1:
            return compared
    return turn.shown


def _reason(code: str, product: Product) -> dict[str, Any]:
    return {"say": f"utter_pick_{code}", **_facts(product)}


def _rival(chosen: Pick) -> dict[str, Any] | None:
    if chosen.rival is None:
        return None
    rival = chosen.rival
    title = rival.product.title
    return {"say": f"utter_pick_rival_{rival.ahead}", "title": title, **_facts(rival.product)}


def _facts(product: Product) -> dict[str, Any]:
    return {**price_facts(product), **(rating_facts(product) or {})}
