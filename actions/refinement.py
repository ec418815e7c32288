"""Changed wishes, and what only sounds like one: "the cheapest", "1 to 3"."""

from actions.comparison import compare_products
from actions.extremes import asks_for_extreme, name_extreme
from actions.pick import asks_for_pick, name_pick
from actions.recommendation import find_similar
from actions.search import refine_search
from actions.turn import Turn
from shop.reference import places


def refine_or_point(turn: Turn) -> None:
    """Look again with changed wishes; but "the cheapest" is asked of those already shown."""
    if places(turn.reading, turn.shown):
        compare_products(turn)
    elif asks_for_extreme(turn):
        name_extreme(turn)
    elif asks_for_pick(turn):
        name_pick(turn)
    elif _asks_for_another_of_its_kind(turn):
        find_similar(turn)
    else:
        refine_search(turn)


def _asks_for_another_of_its_kind(turn: Turn) -> bool:
    """Whether it is "anything cheaper?" of the one product before them, found by no kind."""
    alone = (turn.focus or len(turn.shown) == 1) and not turn.wishes.kinds
    named = turn.reading.named("category")
    return bool(alone) and not named and bool({"cheaper", "dearer"} & turn.reading.signals)
