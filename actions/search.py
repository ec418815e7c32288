"""Searching: a new search, changed wishes, more of the same, and what to offer next."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from actions.turn import Choice, Turn, choice
from actions.wording import describe_relaxed, describe_wishes
from shop.departments import largest_departments
from shop.kinds import read_kinds
from shop.money import format_money
from shop.refinement import begin, refine
from shop.search import CARDS, Found, find_goods
from shop.wishes import Wishes, without, words_for_kinds

# What to let go of first when nothing fits, and which button says so.
_WIDENINGS = ("features", "material", "size", "color", "brand", "rating_min", "price")
# Seen goods that a further page leaves out; far more than anyone reads.
_MOST_SEEN = 200
# As many as fit in a row of buttons.
_DEPARTMENTS = 4


def search_products(turn: Turn) -> None:
    """Look for the goods that the message names."""
    present(turn, begin(turn.reading, turn.wishes, shown=shown_prices(turn)))


def refine_search(turn: Turn) -> None:
    """Look again with changed wishes."""
    after = refine(turn.reading, turn.wishes, shown=shown_prices(turn))
    skip = turn.recall("seen", []) if "others" in turn.reading.signals else []
    present(turn, after, skip=skip)


def show_more(turn: Turn) -> None:
    """The next goods of the same search; other goods, if the message names any."""
    kinds, _ = read_kinds(turn.reading, under_way=bool(turn.wishes.kinds))
    if kinds and kinds != turn.wishes.kinds:
        search_products(turn)
        return
    if not turn.recall("shown"):
        present(turn, turn.wishes)
        return
    present(turn, turn.wishes, skip=turn.recall("seen", []), more=True)


def widen_search(turn: Turn, *, fields: Sequence[str]) -> None:
    """Look again without these wishes."""
    present(turn, without(turn.wishes, fields))


def present(turn: Turn, wishes: Wishes, *, skip: Sequence[str] = (), more: bool = False) -> None:
    """Search and show what was found, with the wishes named back and a next step."""
    disliked = turn.recall("disliked", [])
    found = find(turn, wishes, skip=[*disliked, *skip])
    if more and not found.degraded and (not found.offers or found.relaxed):
        # What still fits has all been shown; goods that do not fit are no more of the same.
        turn.say(
            "utter_no_more",
            wishes=name_wishes(turn, wishes),
            choices=[*_widening(wishes)[:2], *_start_over()],
        )
        return
    if found.degraded and not found.offers:
        # Without the recommender we do not know that there is nothing.
        turn.remember(wishes=wishes.to_slot(), pending={"yes": "show_more"})
        turn.say(
            "utter_search_unavailable", wishes=name_wishes(turn, wishes), choices=[ask_person()]
        )
        return
    if found.lacks and not _knows(wishes):
        say_lacking(turn, found.lacks)
        return
    if not found.offers:
        turn.remember(wishes=wishes.to_slot(), pending=_widen_pending(wishes))
        turn.say(
            "utter_nothing_found",
            wishes=name_wishes(turn, wishes),
            choices=[*_widening(wishes)[:3], *_start_over(), ask_person()],
        )
        return
    opening = "utter_found_relaxed" if found.relaxed else _opening(wishes, found, more=more)
    offer(turn, opening, found, wishes=wishes, seen=skip)


def say_lacking(turn: Turn, asked: str) -> None:
    """The shop has no such goods: say so, and what it has, instead of showing just anything."""
    with turn.services.sessions() as session:
        departments = largest_departments(session, limit=_DEPARTMENTS)
    turn.remember(wishes=None)
    turn.say(
        "utter_not_sold",
        asked=asked,
        departments={"all": departments},
        choices=[
            choice("utter_choice_title", "search_product", entities={"category": d}, title=d)
            for d in departments
        ],
    )


def offer(
    turn: Turn,
    response: str,
    found: Found,
    *,
    wishes: Wishes,
    seen: Sequence[str] = (),
    **facts: Any,
) -> None:
    """Show what was found, remember it, and suggest what to do next.

    Args:
        response: what to say; where the recommender was down, that is said instead.
        seen: goods of this search that were shown before.
    """
    keep_shown(turn, found, wishes=wishes, seen=seen)
    if found.ceiling is not None:
        wishes = wishes.with_changes(price_max=found.ceiling)
    currency = turn.services.currency
    turn.say(
        "utter_found_degraded" if found.degraded else response,
        wishes=name_wishes(turn, wishes),
        relaxed={"lines": [describe_relaxed(r, currency=currency) for r in found.relaxed]},
        cards=found,
        choices=next_steps(turn, found),
        **facts,
    )


def find(turn: Turn, wishes: Wishes, *, skip: Sequence[str] = (), **options: Any) -> Found:
    """Ask the shop, in this shopper's name."""
    return find_goods(
        wishes,
        sessions=turn.services.sessions,
        recommender=turn.services.recommender,
        shopper=turn.shopper,
        skip=list(dict.fromkeys(skip))[-_MOST_SEEN:],
        **options,
    )


def keep_shown(turn: Turn, found: Found, *, wishes: Wishes, seen: Sequence[str] = ()) -> None:
    """Remember what the shopper has before them now."""
    if not _knows(wishes) and any(r.constraint == "category" for r in found.relaxed):
        # We have no such goods: what is left of the wish are its words.
        wishes = words_for_kinds(wishes)
    turn.remember(
        wishes=wishes.to_slot(),
        shown=found.product_ids,
        seen=[*seen, *found.product_ids][-_MOST_SEEN:],
        last_ranking=found.ranking_id,
        focus=None,
        pending={"yes": "show_more"} if len(found.offers) == CARDS else None,
    )
    # The list they see has changed within this turn.
    turn.__dict__.pop("shown", None)


def name_wishes(turn: Turn, wishes: Wishes) -> dict[str, Any] | None:
    """The wishes in words."""
    return describe_wishes(wishes, currency=turn.services.currency, phrases=turn.reading.phrases)


def shown_prices(turn: Turn) -> list[Decimal]:
    """What "cheaper" is measured by: the one pointed at, else all that is before them."""
    shown = turn.shown
    places = [n - 1 if n > 0 else len(shown) + n for n in turn.reading.ordinals()]
    pointed = [shown[place] for place in places if 0 <= place < len(shown)]
    return [product.price for product in pointed or shown]


def ask_person() -> Choice:
    """The way to a person."""
    return choice("utter_choice_person", "human_handoff")


def next_steps(turn: Turn, found: Found) -> list[Choice]:
    """What a shopper is likely to want after seeing goods."""
    steps = []
    prices = sorted(product.price for product in turn.shown)
    if len(found.offers) == CARDS:
        steps.append(choice("utter_choice_more", "show_more"))
    if prices and prices[0] < prices[-1]:
        lower = [price for price in prices if price < prices[-1]]
        middle = min(prices[(len(prices) - 1) // 2], lower[-1])
        price = format_money(middle, turn.services.currency)
        limit = {"price_max": float(middle)}
        steps.append(choice("utter_choice_cheaper", "refine_search", entities=limit, price=price))
    if len(found.offers) > 1:
        both = {"ordinal": [1, 2]}
        steps.append(choice("utter_choice_compare", "compare_products", entities=both))
    else:
        steps.append(choice("utter_choice_similar", "find_similar", entities={"ordinal": 1}))
    return steps


def _knows(wishes: Wishes) -> bool:
    """Whether the shop has goods of the kind, if not these very ones."""
    return any(kind.known for kind in wishes.kinds)


def _opening(wishes: Wishes, found: Found, *, more: bool) -> str:
    """Which response opens the answer."""
    if more:
        return "utter_found_more"
    if wishes.is_empty():
        return "utter_found_popular"
    return "utter_found_one" if len(found.offers) == 1 else "utter_found"


def _widening(wishes: Wishes) -> list[Choice]:
    return [
        choice(f"utter_choice_any_{field}", "refine_search", entities={"any": field})
        for field in _WIDENINGS
        if without(wishes, [field]) != wishes
    ]


def _widen_pending(wishes: Wishes) -> dict[str, Any] | None:
    field = next((f for f in _WIDENINGS if without(wishes, [f]) != wishes), None)
    return {"yes": "widen", "fields": [field]} if field else None


def _start_over() -> list[Choice]:
    return [choice("utter_choice_restart", "restart")]
