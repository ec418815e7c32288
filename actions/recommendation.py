"""Advice: recommendations, similar goods, and what a shopper likes or does not."""

from collections.abc import Iterable

from actions.cart_changes import has_cart, remove_from_cart
from actions.detail import meant_product
from actions.extremes import asks_for_extreme, name_extreme
from actions.needs import budget_choices, department_choices, find_departments
from actions.person import ask_person
from actions.pick import asks_for_pick, name_pick
from actions.product_questions import describe_product
from actions.search import (
    find,
    offer,
    present,
    read_wishes,
    refine_search,
    search_products,
    shown_prices,
)
from actions.turn import Choice, Turn, choice
from db.tables.catalog import Product
from shop.behaviour import Item, LikingStep, record_step
from shop.cart_wishes import cart_signals
from shop.kinds import Kind, are_among, read_kinds
from shop.reference import find_meant, find_titled
from shop.refinement import begin, refine
from shop.wishes import LASTING, Wishes

# Of the last liked and disliked goods; a session has no more that matter.
_MOST_KEPT = 100
_FEWEST_ALIKE = 2


def recommend_products(turn: Turn) -> None:
    """What we would pick for this shopper, within what they have told us."""
    if asks_for_extreme(turn):
        name_extreme(turn)
        return
    if asks_for_pick(turn):
        name_pick(turn)
        return
    wishes = _advice_wishes(turn)
    if wishes.kinds or wishes.exclude:
        present(turn, wishes)
        return
    # Asked again, we have further ideas.
    seen = turn.recall("seen", []) if turn.recall("shown") and wishes == turn.wishes else []
    disliked = turn.turned_down
    found = find(turn, wishes, skip=[*disliked, *seen])
    if not found.offers and seen:
        found, seen = find(turn, wishes, skip=disliked), []
    if not found.offers:
        present(turn, wishes)
        return
    response, answers = _opening(turn, wishes)
    offer(turn, response, found, wishes=wishes, seen=seen, answers=answers)


def find_similar(turn: Turn) -> None:
    """More like the one they mean; the search with other wishes, if they mean that."""
    if _only_changes_wishes(turn):
        refine_search(turn)
        return
    product = meant_product(turn, intent="find_similar")
    if product is None:
        return
    wishes = refine(read_wishes(turn), Wishes(), shown=[product.price])
    kind = product.product_type or product.category
    wishes = wishes.with_changes(
        kinds=[Kind(value=kind, word=kind)], words=[], like=product.id, like_title=product.title
    )
    found = find(turn, wishes, skip=turn.turned_down)
    # Goods of another kind are no cheaper alternative to the one that there is.
    fewest = 1 if "cheaper" in turn.reading.signals else _FEWEST_ALIKE
    if len(found.offers) < fewest:
        # The only ones of their kind: what comes near is of another.
        wishes = wishes.with_changes(kinds=[])
        found = find(turn, wishes, skip=turn.turned_down)
    if not found.offers:
        turn.say("utter_similar_none", title=product.title, choices=[ask_person()])
        return
    offer(turn, "utter_similar", found, wishes=wishes, seen=[product.id], title=product.title)


def like_product(turn: Turn) -> None:
    """Remember what they like, for the rest of the session."""
    product = meant_product(turn, intent="like_item")
    if product is None:
        return
    _record(turn, "add_to_wishlist", [product])
    liked = [p for p in turn.recall("liked", []) if p != product.id]
    disliked = [p for p in turn.recall("disliked", []) if p != product.id]
    turn.remember(liked=[*liked, product.id][-_MOST_KEPT:], disliked=disliked)
    this = {"product_id": product.id}
    turn.say(
        "utter_liked",
        title=product.title,
        choices=[
            choice("utter_choice_similar", "find_similar", entities=this),
            choice("utter_choice_details", "ask_product_detail", entities=this),
            choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
        ],
    )


def _counts_cart(turn: Turn) -> bool:
    """Whether it says how many of something in the cart are to stay: "only one of those"."""
    reading = turn.reading
    counts = reading.number("quantity") is not None and "exactly" in cart_signals(reading)
    return counts and has_cart(turn)


def dislike_product(turn: Turn) -> None:
    """Leave out what they turned down, and show others in its place."""
    if _counts_cart(turn):
        remove_from_cart(turn)
        return
    if _merely_points(turn):
        # "The first one, then": that is interest.
        describe_product(turn)
        return
    meant = find_meant(turn.reading, turn.shown, focus=turn.focus) or turn.shown
    if not meant:
        turn.say("utter_disliked_nothing")
        return
    _record(turn, "dislike_item", meant)
    gone = [product.id for product in meant]
    disliked = [p for p in turn.recall("disliked", []) if p not in gone]
    liked = [p for p in turn.recall("liked", []) if p not in gone]
    turn.remember(disliked=[*disliked, *gone][-_MOST_KEPT:], liked=liked, focus=None)
    if _names_other_goods(turn):
        # "Ugh. A hammer then."
        search_products(turn)
        return
    wishes = turn.wishes
    reading = read_wishes(turn)
    if reading.names_anything():
        # "Not Nike" while turning one down is a wish for the rest of the search too.
        wishes = refine(reading, wishes, shown=[product.price for product in meant])
    found = find(turn, wishes, skip=turn.turned_down)
    if not found.offers:
        present(turn, wishes)
        return
    if len(meant) == 1:
        offer(turn, "utter_disliked_one", found, wishes=wishes, title=meant[0].title)
    else:
        offer(turn, "utter_disliked_all", found, wishes=wishes)


def _merely_points(turn: Turn) -> bool:
    """Whether a place in the list is all that the message says: nothing against what is there."""
    places = turn.reading.named("ordinal")
    start = min((place.start for place in places), default=0)
    article = turn.reading.text[:start]
    return (
        bool(places and turn.reading.spoken)
        and not turn.reading.leftover()
        and not turn.reading.phrases.refuses(article)
        and not turn.reading.signals
    )


def _only_changes_wishes(turn: Turn) -> bool:
    """Whether it is "the same in red" of the whole list, or "cheaper than the first one"."""
    reading = turn.reading
    if not turn.wishes.kinds or reading.first("product_id"):
        return False
    if "same" not in reading.signals:
        return bool({"cheaper", "dearer", "bigger", "smaller"} & reading.signals)
    pointed = reading.ordinals() or turn.focus or len(turn.shown) == 1
    return reading.changes_search() and not pointed and not find_titled(reading, turn.shown)


def _opening(turn: Turn, wishes: Wishes) -> tuple[str, list[Choice]]:
    """How to begin, and the quick replies to what it asks.

    One need is asked for, once in a conversation: a shopper wants ideas and no interview.
    """
    known = wishes.words or wishes.purpose or wishes.occasion
    plain = "utter_recommend_gift" if wishes.recipient else "utter_recommend"
    if known and not wishes.recipient:
        plain = "utter_found"
    if turn.recall("asked_need"):
        return plain, []
    if wishes.recipient or wishes.gift:
        need, answers = "budget", [] if _has_budget(wishes) else budget_choices(turn)
    else:
        need, answers = "goods", [] if known else department_choices(find_departments(turn))
    if not answers:
        return plain, []
    turn.remember(asked_need=True, awaited=True)
    return f"{plain}_ask_{need}", answers


def _record(turn: Turn, name: LikingStep, products: Iterable[Product]) -> None:
    """Let it count in what is recommended from now on."""
    items = [Item(product.id, product.price, 1) for product in products]
    turn.once(name, lambda session: record_step(session, name, shopper=turn.shopper, items=items))


def _names_other_goods(turn: Turn) -> bool:
    kinds, _ = read_kinds(turn.reading, under_way=bool(turn.wishes.kinds))
    return bool(kinds) and not are_among(kinds, turn.wishes.kinds)


def _has_budget(wishes: Wishes) -> bool:
    return wishes.cheap or wishes.price_min is not None or wishes.price_max is not None


def _advice_wishes(turn: Turn) -> Wishes:
    """What the message says; the search under way where it says nothing new."""
    before = turn.wishes
    reading = read_wishes(turn)
    if reading.named("category"):
        return begin(reading, before, shown=shown_prices(turn))
    if before.kinds and "as_gift" in reading.signals:
        return refine(reading, before, shown=shown_prices(turn))
    if reading.named("recipient") or reading.named("occasion"):
        # A gift is a fresh start: last week's boots have nothing to do with it.
        wishes = begin(reading, Wishes(gift=before.gift))
        return wishes.with_changes(gift=wishes.gift or bool(reading.named("recipient")))
    if reading.names_anything():
        return refine(reading, before, shown=shown_prices(turn))
    if reading.leftover():
        # "Something for my living room".
        return begin(reading, before if before.gift else Wishes())
    if before.kinds or before.gift or before.words:
        return before
    return Wishes(**{field: getattr(before, field) for field in LASTING})
