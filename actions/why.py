""" "Why that one?": the reason that it was recommended for."""

from collections.abc import Callable

from actions.turn import Turn, choice
from shop.reference import find_meant
from shop.search import Found, Offer
from shop.why import reasons_given

# "Why", "but why", "how come": more words ask for something else.
_FEW_WORDS = 2


def or_why(answer: Callable[[Turn], None]) -> Callable[[Turn], None]:
    """The answer, except to a message that asks why goods were shown."""

    def tell_or_answer(turn: Turn) -> None:
        if asks_why(turn):
            tell_why(turn)
        else:
            answer(turn)

    return tell_or_answer


def asks_why(turn: Turn) -> bool:
    """Whether the message asks why goods were shown, and some have been."""
    reading = turn.reading
    bare = "why_alone" in reading.signals and len(reading.text.split()) <= _FEW_WORDS
    return ("why" in reading.signals or bare) and bool(turn.shown or turn.focus)


def tell_why(turn: Turn) -> None:
    """Tell why the product that is meant was recommended; why all are, where none is pointed at."""
    meant = find_meant(turn.reading, turn.shown, focus=turn.focus) or turn.shown
    with turn.services.sessions() as session:
        reasons = reasons_given(session, [product.id for product in meant], shopper=turn.shopper)
    told = [product for product in meant if product.id in reasons]
    if not told:
        turn.say("utter_why_unknown", title=meant[0].title, cards=meant[:1])
        return
    if len(told) == 1:
        turn.remember(focus=told[0].id)
    this = {"product_id": told[0].id}
    turn.say(
        "utter_why",
        cards=Found([Offer(product.id, dict(reasons[product.id])) for product in told]),
        tell_reasons=True,
        choices=[
            choice("utter_choice_similar", "find_similar", entities=this),
            choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
        ]
        if len(told) == 1
        else [choice("utter_choice_more", "show_more")],
    )
