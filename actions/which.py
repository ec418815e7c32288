"""The answer to "which one?": a place or a name alone, which reads like many things."""

from collections.abc import Callable, Mapping

from actions.cart import add_to_cart
from actions.product_questions import describe_product
from actions.recommendation import find_similar, like_product
from actions.turn import Turn
from shop.reference import find_meant

# What was to be done with the one that is meant, by its intent.
_ASKED_FOR: Mapping[str, Callable[[Turn], None]] = {
    "add_to_cart": add_to_cart,
    "ask_product_detail": describe_product,
    "find_similar": find_similar,
    "like_item": like_product,
}


def or_which(action: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """The action; but where it was just asked which one, what that was asked for."""

    def act(turn: Turn) -> None:
        asked = _ASKED_FOR.get((turn.recall("pending") or {}).get("which", ""))
        if asked is not None and _points_at_one(turn):
            asked(turn)
        else:
            action(turn)

    return act


def _points_at_one(turn: Turn) -> bool:
    reading = turn.reading
    strange = [w for w in reading.leftover() if w not in " ".join(_titles(turn))]
    return not strange and len(find_meant(reading, turn.shown)) == 1


def _titles(turn: Turn) -> list[str]:
    return [product.title.lower() for product in turn.shown]
