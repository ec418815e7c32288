"""One product: which one a message is about."""

from collections.abc import Iterable, Mapping
from typing import Any

from actions.search import find, keep_shown, search_products
from actions.turn import Choice, Turn, choice
from db.tables.catalog import Product
from shop.kinds import read_kinds
from shop.reference import find_meant
from shop.refinement import begin
from shop.wishes import Wishes

# As many as a shopper can tell apart at a glance.
_MOST_CHOICES = 4
# What is done with one product at a time.
_OF_ONE = ("ask_product_detail", "add_to_cart")


def meant_product(
    turn: Turn, *, intent: str, also: Mapping[str, Any] | None = None
) -> Product | None:
    """The one product that the message points at, now the one spoken of.

    Args:
        intent: what to do with it, for the buttons of the question that is asked when it is
            not clear which one is meant.
        also: what else those buttons say, for instance how many.

    Returns:
        None when it is not clear; the shopper has then been asked.
    """
    if _asks_for_a_list(turn, intent=intent):
        search_products(turn)
        return None
    if _names_other_goods(turn):
        _look_it_up(turn, intent=intent, also=also)
        return None
    meant = find_meant(turn.reading, turn.shown, focus=turn.focus, before=turn.focus_before)
    if len(meant) == 1 or (meant and intent not in _OF_ONE):
        speak_of(turn, meant[0])
        return meant[0]
    if turn.shown:
        turn.remember(pending={"which": intent, "also": also or {}})
        turn.say("utter_which_one", choices=product_choices(turn.shown, intent=intent, also=also))
    elif turn.reading.named("category") or turn.reading.leftover():
        _look_it_up(turn, intent=intent, also=also)
    else:
        turn.say("utter_which_unknown")
    return None


def speak_of(turn: Turn, product: Product) -> None:
    """From now on "it" is this product, and "the one before" the one that it was until now."""
    former = turn.recall("focus")
    if former and former != product.id:
        turn.remember(focus_before=former)
    turn.remember(focus=product.id)


def product_choices(
    products: Iterable[Product], *, intent: str, also: Mapping[str, Any] | None = None
) -> list[Choice]:
    """A button for each product."""
    also = also or {}
    return [
        choice("utter_choice_title", intent, entities={"product_id": p.id, **also}, title=p.title)
        for p in list(products)[:_MOST_CHOICES]
    ]


def _asks_for_a_list(turn: Turn, *, intent: str) -> bool:
    """Whether it is "the best rated headphones", before any have been shown."""
    sorts = intent == "ask_product_detail" and turn.reading.order() is not None
    return sorts and (not turn.shown or _names_other_goods(turn))


def _names_other_goods(turn: Turn) -> bool:
    """Whether the message names goods that are not among those before the shopper."""
    kinds, _ = read_kinds(turn.reading, under_way=bool(turn.wishes.kinds))
    known = {kind.value.lower() for kind in kinds if kind.known}
    here = {kind.value.lower() for kind in turn.wishes.kinds}
    for product in turn.shown:
        here |= {product.category.lower(), (product.product_type or "").lower()}
    return bool(known and turn.shown) and not known & here and not turn.reading.ordinals()


def _look_it_up(turn: Turn, *, intent: str, also: Mapping[str, Any] | None) -> None:
    """The message names goods that were not shown yet: ask which of those."""
    wishes = begin(turn.reading, Wishes())
    found = find(turn, wishes)
    keep_shown(turn, found, wishes=wishes)
    if found.offers:
        more = turn.recall("pending") or {}
        turn.remember(pending={**more, "which": intent, "also": also or {}})
        products = product_choices(turn.shown, intent=intent, also=also)
        turn.say("utter_which_of_these", cards=found, choices=products)
    else:
        turn.say("utter_which_unknown")
