"""Products held against each other, in a table and in a sentence or two."""

from collections.abc import Sequence
from typing import Any

from actions.comparison_wording import describe_answers, describe_table, describe_verdicts
from actions.detail import product_choices, speak_of
from actions.extremes import asks_for_extreme, name_extreme
from actions.person import ask_person
from actions.turn import Turn, choice
from db.tables.catalog import Product
from shop.compared import find_compared
from shop.comparison import MOST_PRODUCTS, compare
from shop.criteria import Asked, read_criteria


def compare_products(turn: Turn) -> None:
    """Two or three products side by side, and what speaks for which."""
    meant = find_compared(
        turn.reading,
        turn.shown,
        focus=turn.focus,
        before=turn.focus_before,
        compared=turn.products(turn.recall("compared", [])),
    )
    under_way = {product.id for product in meant} == set(turn.recall("compared", []))
    if asks_for_extreme(turn) and not under_way:
        name_extreme(turn)
        return
    products = meant[:MOST_PRODUCTS]
    if len(products) < 2:
        similar = choice("utter_choice_similar", "find_similar", entities={"ordinal": 1})
        turn.say("utter_compare_nothing", choices=[similar] if turn.shown else [])
        return
    asked = read_criteria(turn.reading, products)
    comparison = compare(products, asked=_rows(asked))
    best = _winner(asked, products)
    turn.remember(compared=list(comparison.product_ids), focus=None)
    if best is not None:
        speak_of(turn, best)
    said = describe_answers(asked, products) or describe_verdicts(products, comparison)
    turn.say(
        "utter_compare",
        verdict={"lines": said},
        note={"say": "utter_compare_first"} if len(meant) > MOST_PRODUCTS else None,
        table=describe_table(comparison),
        cards=products,
        choices=_next_steps(asked, products, best),
    )


def _rows(asked: Sequence[Asked]) -> list[Any]:
    rows = {a.row.name: a.row for a in asked if a.row is not None}
    return list(rows.values())


def _winner(asked: Sequence[Asked], products: Sequence[Product]) -> Product | None:
    """The one product ahead in the one thing asked: "add it to my cart" is then clear."""
    if len(asked) != 1:
        return None
    (only,) = asked
    if only.fitting is not None:
        return products[only.fitting[0]] if len(only.fitting) == 1 else None
    best = only.row.best if only.row is not None else None
    return None if best is None else products[best]


def _next_steps(
    asked: Sequence[Asked], products: Sequence[Product], best: Product | None
) -> list[dict[str, Any]]:
    steps = product_choices(products, intent="ask_product_detail")
    if best is not None:
        this = {"product_id": best.id}
        steps = [choice("utter_choice_add_to_cart", "add_to_cart", entities=this), *steps]
    if any(a.row is None and not a.fitting for a in asked):
        steps = [*steps, ask_person()]
    return steps
