"""Searching: a new search, changed wishes, more of the same, and what to offer next."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from actions.needs import department_choices, find_departments
from actions.person import ask_person
from actions.turn import Choice, Turn, choice
from actions.wording import describe_relaxed, describe_wishes
from shop import window
from shop.brands import name_brands
from shop.history import History, Search
from shop.kinds import read_kinds, same_goods
from shop.money import format_money
from shop.portrait_notes import in_own_size, leave_out
from shop.reading import Reading
from shop.refinement import begin, refine, resume
from shop.search import Found, find_goods
from shop.wishes import LISTS, Wishes, without, words_for_kinds

# What to let go of first when nothing fits, and which button says so.
_WIDENINGS = (
    "features",
    "material",
    "size",
    "color",
    "brand",
    "on_sale",
    "rating_min",
    "price",
)
# Seen goods that a further page leaves out; far more than anyone reads.
_MOST_SEEN = 200


def search_products(turn: Turn) -> None:
    """Look for the goods that the message names."""
    if go_back(turn):
        return
    wishes = begin(read_wishes(turn), turn.wishes, shown=shown_prices(turn))
    with turn.services.sessions() as session:
        wishes = in_own_size(session, wishes, shopper=turn.shopper)
    present(turn, wishes)


def refine_search(turn: Turn) -> None:
    """Look again with changed wishes."""
    if go_back(turn):
        return
    after = refine(read_wishes(turn), turn.wishes, shown=shown_prices(turn))
    skip = turn.recall("seen", []) if "others" in turn.reading.signals else []
    present(turn, after, skip=skip)


def show_more(turn: Turn) -> None:
    """The next goods of the same search; other goods, if the message names any."""
    if go_back(turn):
        return
    kinds, _ = read_kinds(turn.reading, under_way=bool(turn.wishes.kinds))
    if kinds and not same_goods(kinds, turn.wishes.kinds):
        search_products(turn)
        return
    if not turn.recall("shown"):
        present(turn, turn.wishes)
        return
    present(turn, turn.wishes, skip=turn.recall("seen", []), more=True)


def read_wishes(turn: Turn) -> Reading:
    """The message with the shop's brands in it by name."""
    with turn.services.sessions() as session:
        return name_brands(session, turn.reading)


def go_back(turn: Turn) -> bool:
    """Show a former search again, if the message asks for one: "back to the boots".

    Returns:
        False where it asks for none, or where there was none.
    """
    if "back" not in turn.reading.signals:
        return False
    history = History(turn.recall("history"))
    kinds, _ = read_kinds(turn.reading)
    search = _current(turn) if kinds else history.last()
    if kinds and (search is None or not same_goods(search.wishes.kinds, kinds)):
        search = history.find(kinds)
    if search is None:
        return False
    wishes = resume(read_wishes(turn), search.wishes)
    if not kinds:
        # Who goes back step by step does not want to come by here again.
        turn.remember(history=history.to_slot(), wishes=None, shown=None)
    skip = search.skip if wishes == search.wishes else []
    present(turn, wishes, skip=skip, opening="utter_found_back")
    return True


def widen_search(turn: Turn, *, fields: Sequence[str]) -> None:
    """Look again without these wishes."""
    present(turn, without(turn.wishes, fields))


def present(
    turn: Turn,
    wishes: Wishes,
    *,
    skip: Sequence[str] = (),
    more: bool = False,
    opening: str | None = None,
) -> None:
    """Search and show what was found, with the wishes named back and a next step.

    Args:
        skip: what has been seen of this search.
        more: these are the next of the same.
        opening: the response to begin with where all is well.
    """
    found = find(turn, wishes, skip=[*turn.turned_down, *skip])
    if more and not found.degraded and (not found.offers or found.relaxed):
        # What still fits has all been shown; goods that do not fit are no more of the same.
        if wishes.gift and not wishes.kinds and wishes.purpose:
            # Not everything for a coffee drinker need be for coffee.
            present(turn, wishes.with_changes(purpose=[]), skip=skip, more=True)
            return
        turn.say(
            "utter_no_more",
            wishes=name_wishes(turn, wishes),
            choices=[*_widening(wishes)[:2], *_start_over()],
        )
        return
    if found.degraded and not found.offers:
        # Without the recommender we do not know that there is nothing.
        keep_wishes(turn, wishes)
        turn.remember(pending={"yes": "show_more"})
        turn.say(
            "utter_search_unavailable", wishes=name_wishes(turn, wishes), choices=[ask_person()]
        )
        return
    if found.lacks and not _knows(wishes):
        say_lacking(turn, found.lacks)
        return
    if not found.offers:
        keep_wishes(turn, wishes)
        turn.remember(pending=_widen_pending(wishes))
        turn.say(
            "utter_nothing_found",
            wishes=name_wishes(turn, wishes),
            choices=[*_widening(wishes)[:3], *_start_over(), ask_person()],
        )
        return
    opening = opening or _opening(wishes, found, more=more)
    if found.relaxed or found.missing:
        opening = "utter_found_relaxed"
    elif found.near and not more:
        opening = "utter_found_near"
    offer(turn, opening, found, wishes=wishes, seen=skip, near=found.near)


def say_lacking(turn: Turn, asked: str) -> None:
    """The shop has no such goods: say so, and what it has, instead of showing just anything."""
    departments = find_departments(turn)
    turn.remember(wishes=None)
    turn.say(
        "utter_not_sold",
        asked=asked,
        departments={"all": departments},
        choices=department_choices(departments),
    )


def offer(
    turn: Turn,
    response: str,
    found: Found,
    *,
    wishes: Wishes,
    seen: Sequence[str] = (),
    answers: Sequence[Choice] = (),
    **facts: Any,
) -> None:
    """Show what was found, remember it, and suggest what to do next.

    Args:
        response: what to say; where the recommender was down, that is said instead.
        seen: goods of this search that were shown before.
        answers: quick replies to what the response asks, instead of the usual next steps.
    """
    keep_shown(turn, found, wishes=wishes, seen=seen)
    if found.ceiling is not None:
        wishes = wishes.with_changes(price_max=found.ceiling)
    lines = [describe_relaxed(r, wishes, currency=turn.services.currency) for r in found.relaxed]
    lines += [{"say": "utter_relaxed_missing", "asked": goods} for goods in found.missing]
    turn.say(
        "utter_found_degraded" if found.degraded else response,
        wishes=name_wishes(turn, wishes),
        relaxed={"lines": lines},
        cards=found,
        choices=answers or next_steps(turn, found),
        **facts,
    )


def find(turn: Turn, wishes: Wishes, *, skip: Sequence[str] = (), **options: Any) -> Found:
    """Ask the shop, in this shopper's name, without what they never want to see."""
    with turn.services.sessions() as session:
        wishes = leave_out(session, wishes, shopper=turn.shopper)
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
    wishes = _without_hopeless(turn, found, wishes)
    if found.missing:
        # Said once; what is looked for from now on is what there is.
        left = [kind for kind in wishes.kinds if kind.word not in found.missing]
        wishes = wishes.with_changes(kinds=left)
    keep_wishes(turn, wishes, skip=seen)
    turn.remember(
        shown=found.product_ids,
        seen=[*seen, *found.product_ids][-_MOST_SEEN:],
        last_ranking=found.ranking_id,
        focus=None,
        focus_before=None,
        pending={"yes": "show_more"} if found.more else None,
    )
    # The list they see has changed within this turn.
    turn.__dict__.pop("shown", None)


def keep_wishes(turn: Turn, wishes: Wishes, *, skip: Sequence[str] = ()) -> None:
    """Remember the search under way, and the one that it takes the place of.

    Args:
        skip: what had been seen of it before.
    """
    former = _current(turn)
    if former is not None and former != Search(wishes=wishes, skip=list(skip)):
        history = History(turn.recall("history"))
        history.add(former)
        turn.remember(history=history.to_slot())
    turn.remember(wishes=wishes.to_slot())


def _current(turn: Turn) -> Search | None:
    """The search whose goods the shopper has before them."""
    shown, seen = turn.recall("shown"), turn.recall("seen", [])
    if not shown or turn.wishes.is_empty():
        return None
    return Search(wishes=turn.wishes, skip=seen[: -len(shown)])


def _without_hopeless(turn: Turn, found: Found, wishes: Wishes) -> Wishes:
    """The wishes without those that no goods of the kind satisfy, which has been said now.

    What no red ones under $30 satisfy may still hold of others, and stays.
    """
    given_up = [r.constraint for r in found.relaxed if r.constraint in LISTS]
    with turn.services.sessions() as session:
        hopeless = [f for f in given_up if not window.is_there_any(session, wishes, f)]
    return without(wishes, hopeless)


def name_wishes(turn: Turn, wishes: Wishes) -> dict[str, Any] | None:
    """The wishes in words."""
    return describe_wishes(wishes, currency=turn.services.currency, phrases=turn.reading.phrases)


def shown_prices(turn: Turn) -> list[Decimal]:
    """What "cheaper" is measured by: the one pointed at, else all that is before them."""
    shown = turn.shown
    places = [n - 1 if n > 0 else len(shown) + n for n in turn.reading.ordinals()]
    pointed = [shown[place] for place in places if 0 <= place < len(shown)]
    return [product.price for product in pointed or shown]


def next_steps(turn: Turn, found: Found) -> list[Choice]:
    """What a shopper is likely to want after seeing goods."""
    steps = []
    prices = sorted(product.price for product in turn.shown)
    if found.more:
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
