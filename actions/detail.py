"""One product: what it is, and what is asked about it."""

from collections.abc import Iterable
from typing import Any

from actions.search import ask_person, find, keep_shown, refine_search
from actions.turn import Choice, Turn, choice
from actions.wording import describe_rating, describe_stock
from db.tables.catalog import Product
from shop.facts import Fact, find_facts, price_facts, summary
from shop.kinds import read_kinds
from shop.reference import EXTREMES, find_meant
from shop.refinement import begin
from shop.wishes import Wishes

# As many as a shopper can tell apart at a glance.
_MOST_CHOICES = 4


def describe_product(turn: Turn) -> None:
    """Answer a question about a product from what the shop knows of it."""
    product = meant_product(turn, intent="ask_product_detail")
    if product is None:
        return
    facts = find_facts(product, turn.reading)
    # Asked about it by its button: the whole of it.
    if facts is None or turn.reading.first("product_id"):
        _say_about(turn, product)
    elif facts:
        lines = {"lines": [_line(fact) for fact in facts]}
        turn.say(
            "utter_product_facts",
            title=product.title,
            facts=lines,
            cards=[product],
            choices=_after(product),
        )
    else:
        turn.say(
            "utter_product_unknown",
            title=product.title,
            cards=[product],
            choices=[ask_person(), *_after(product)[:1]],
        )


def refine_or_point(turn: Turn) -> None:
    """Look again with changed wishes; but "the cheapest" is asked of those already shown."""
    extreme = next((e for e in EXTREMES if e in turn.reading.signals), None)
    if extreme is None or turn.reading.names_wish() or len(turn.shown) < 2:
        refine_search(turn)
        return
    (product,) = find_meant(turn.reading, turn.shown)
    turn.remember(focus=product.id)
    turn.say(
        f"utter_extreme_{extreme}",
        title=product.title,
        price=price_facts(product)["price"],
        rating=describe_rating(product),
        stock=describe_stock(product),
        cards=[product],
        choices=_after(product),
    )


def meant_product(turn: Turn, *, intent: str) -> Product | None:
    """The one product that the message points at, now the one spoken of.

    Args:
        intent: what to do with it, for the buttons of the question that is asked when it is
            not clear which one is meant.

    Returns:
        None when it is not clear; the shopper has then been asked.
    """
    if _names_other_goods(turn):
        _look_it_up(turn, intent=intent)
        return None
    meant = find_meant(turn.reading, turn.shown, focus=turn.focus)
    if len(meant) == 1 or (meant and intent != "ask_product_detail"):
        turn.remember(focus=meant[0].id)
        return meant[0]
    if turn.shown:
        turn.say("utter_which_one", choices=product_choices(turn.shown, intent=intent))
    elif turn.reading.named("category") or turn.reading.leftover():
        _look_it_up(turn, intent=intent)
    else:
        turn.say("utter_which_unknown")
    return None


def product_choices(products: Iterable[Product], *, intent: str) -> list[Choice]:
    """A button for each product."""
    return [
        choice("utter_choice_title", intent, entities={"product_id": p.id}, title=p.title)
        for p in list(products)[:_MOST_CHOICES]
    ]


def _names_other_goods(turn: Turn) -> bool:
    """Whether the message names goods that are not among those before the shopper."""
    kinds, _ = read_kinds(turn.reading, under_way=bool(turn.wishes.kinds))
    known = {kind.value.lower() for kind in kinds if kind.known}
    here = {kind.value.lower() for kind in turn.wishes.kinds}
    for product in turn.shown:
        here |= {product.category.lower(), (product.product_type or "").lower()}
    return bool(known and turn.shown) and not known & here and not turn.reading.ordinals()


def _look_it_up(turn: Turn, *, intent: str) -> None:
    """The message names goods that were not shown yet: ask which of those."""
    wishes = begin(turn.reading, Wishes())
    found = find(turn, wishes)
    keep_shown(turn, found, wishes=wishes)
    if found.offers:
        products = product_choices(turn.shown, intent=intent)
        turn.say("utter_which_of_these", cards=found, choices=products)
    else:
        turn.say("utter_which_unknown")


def _say_about(turn: Turn, product: Product) -> None:
    turn.say(
        "utter_product_about",
        title=product.title,
        **price_facts(product),
        rating=describe_rating(product),
        stock=describe_stock(product),
        summary=summary(product),
        cards=[product],
        choices=_after(product),
    )


def _line(fact: Fact) -> dict[str, Any]:
    return {"say": f"utter_fact_{fact.code}", **fact.values}


def _after(product: Product) -> list[Choice]:
    this = {"product_id": product.id}
    return [
        choice("utter_choice_similar", "find_similar", entities=this),
        choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
    ]
