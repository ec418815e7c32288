"""Changed wishes, and what only sounds like one: "the cheapest", "1 to 3"."""

from actions.comparison import compare_products
from actions.extremes import asks_for_extreme, name_extreme
from actions.search import refine_search
from actions.turn import Turn
from shop.reference import places


def refine_or_point(turn: Turn) -> None:
    """Look again with changed wishes; but "the cheapest" is asked of those already shown."""
    if places(turn.reading, turn.shown):
        compare_products(turn)
    elif asks_for_extreme(turn):
        name_extreme(turn)
    else:
        refine_search(turn)
