"""Products held against each other."""

from typing import Any

from actions.detail import product_choices
from actions.turn import Turn, choice
from actions.wording import describe_row
from db.tables.catalog import Product
from shop.money import format_money
from shop.reference import find_meant

_MOST = 3


def compare_products(turn: Turn) -> None:
    """A line for each of two or three products, and where they differ."""
    products = _by_number(turn) or find_meant(turn.reading, turn.shown, focus=turn.focus)
    if len(products) < 2:
        # "Which is better?" after a list means the list, beginning with the one spoken of.
        named = {product.id for product in products}
        others = [product for product in turn.shown if product.id not in named]
        products = [*products, *others][: _MOST if not products else 2]
    products = products[:_MOST]
    if len(products) < 2:
        similar = choice("utter_choice_similar", "find_similar", entities={"ordinal": 1})
        turn.say("utter_compare_nothing", choices=[similar] if turn.shown else [])
        return
    turn.remember(focus=None)
    turn.say(
        "utter_compare",
        rows={"lines": [describe_row(product) for product in products]},
        verdict={"lines": _verdicts(products)},
        cards=products,
        choices=product_choices(products, intent="ask_product_detail"),
    )


def _by_number(turn: Turn) -> list[Product]:
    """What "between 1 and 3" points at: it reads like prices, but means places in the list."""
    numbers = [turn.reading.number(field) for field in ("price_min", "price_max")]
    places = [int(n) for n in numbers if n is not None and n.is_integer()]
    if len(places) < 2 or not all(1 <= place <= len(turn.shown) for place in places):
        return []
    return [turn.shown[place - 1] for place in places]


def _verdicts(products: list[Product]) -> list[dict[str, Any]]:
    """What can be told from prices and ratings alone; nothing where they do not differ."""
    verdicts: list[dict[str, Any]] = []
    by_price = sorted(products, key=lambda product: product.price)
    if by_price[0].price < by_price[1].price:
        saved = format_money(by_price[1].price - by_price[0].price, by_price[0].currency)
        verdicts.append(
            {"say": "utter_compare_cheapest", "title": by_price[0].title, "saved": saved}
        )
    rated = [product for product in products if product.rating is not None]
    by_rating = sorted(rated, key=lambda product: product.rating or 0.0, reverse=True)
    if len(by_rating) > 1 and f"{by_rating[0].rating:.1f}" != f"{by_rating[1].rating:.1f}":
        best = by_rating[0]
        verdicts.append(
            {
                "say": "utter_compare_best_rated",
                "title": best.title,
                "rating": f"{best.rating:.1f}",
            }
        )
    return verdicts
