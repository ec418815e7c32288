"""Advice: recommendations, similar goods, and what a shopper likes or does not."""

from actions.detail import meant_product
from actions.search import ask_person, find, offer, present, shown_prices
from actions.turn import Turn, choice
from shop.reference import find_meant
from shop.refinement import begin, refine
from shop.wishes import LASTING, Wishes

# Of the last liked and disliked goods; a session has no more that matter.
_MOST_KEPT = 100


def recommend_products(turn: Turn) -> None:
    """What we would pick for this shopper, within what they have told us."""
    wishes = _advice_wishes(turn)
    if wishes.kinds or wishes.exclude:
        present(turn, wishes)
        return
    found = find(turn, wishes, skip=turn.recall("disliked", []))
    if not found.offers:
        present(turn, wishes)
        return
    offer(turn, _opening(wishes), found, wishes=wishes)


def find_similar(turn: Turn) -> None:
    """More like the one they mean."""
    product = meant_product(turn, intent="find_similar")
    if product is None:
        return
    wishes = refine(turn.reading, Wishes(), shown=[product.price]).with_changes(kinds=[], words=[])
    skip = turn.recall("disliked", [])
    found = find(turn, wishes, skip=skip, anchor=product.id)
    if not found.offers:
        turn.say("utter_similar_none", title=product.title, choices=[ask_person()])
        return
    offer(turn, "utter_similar", found, wishes=wishes, seen=[product.id], title=product.title)


def like_product(turn: Turn) -> None:
    """Remember what they like, for the rest of the session."""
    product = meant_product(turn, intent="like_item")
    if product is None:
        return
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


def dislike_product(turn: Turn) -> None:
    """Leave out what they turned down, and show others in its place."""
    meant = find_meant(turn.reading, turn.shown, focus=turn.focus) or turn.shown
    if not meant:
        turn.say("utter_disliked_nothing")
        return
    gone = [product.id for product in meant]
    disliked = [p for p in turn.recall("disliked", []) if p not in gone]
    liked = [p for p in turn.recall("liked", []) if p not in gone]
    turn.remember(disliked=[*disliked, *gone][-_MOST_KEPT:], liked=liked, focus=None)
    wishes = turn.wishes
    if turn.reading.names_anything():
        # "Not Nike" while turning one down is a wish for the rest of the search too.
        wishes = refine(turn.reading, wishes, shown=[product.price for product in meant])
    found = find(turn, wishes, skip=turn.recall("disliked", []))
    if not found.offers:
        present(turn, wishes)
        return
    if len(meant) == 1:
        offer(turn, "utter_disliked_one", found, wishes=wishes, title=meant[0].title)
    else:
        offer(turn, "utter_disliked_all", found, wishes=wishes)


def _opening(wishes: Wishes) -> str:
    """Picks come with one question back, unless they have told us enough."""
    if wishes.words or wishes.occasion or wishes.price_max is not None:
        return "utter_found"
    return "utter_recommend_gift" if wishes.recipient else "utter_recommend"


def _advice_wishes(turn: Turn) -> Wishes:
    """What the message says; the search under way where it says nothing new."""
    before = turn.wishes
    if turn.reading.named("category"):
        return begin(turn.reading, before, shown=shown_prices(turn))
    if turn.reading.named("recipient") or turn.reading.named("occasion"):
        # A gift is a fresh start: last week's boots have nothing to do with it.
        return begin(turn.reading, Wishes())
    if turn.reading.names_anything():
        return refine(turn.reading, before, shown=shown_prices(turn))
    return before if before.kinds else Wishes(**{f: getattr(before, f) for f in LASTING})
