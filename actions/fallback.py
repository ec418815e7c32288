"""When a message is not understood, or is none of a shop's business."""

from actions.search import ask_person, name_wishes, refine_search, search_products
from actions.turn import Choice, Turn, choice

FALLBACK = "nlu_fallback"
# What may be offered as a guess; the rest are answers to something, or too grave to guess at.
GUESSES = frozenset(
    {
        "search_product",
        "ask_recommendation",
        "show_more",
        "ask_product_detail",
        "compare_products",
        "find_similar",
        "view_cart",
        "track_order",
        "return_item",
        "ask_refund",
        "cancel_order",
        "ask_faq",
        "human_handoff",
    }
)
# These only make sense about goods that have been shown.
_ABOUT_SHOWN = frozenset({"show_more", "ask_product_detail", "compare_products", "find_similar"})
_LIKELY = 0.1
# Below this a message that names goods is rather about the goods.
_SURE = 0.85


def fall_back(turn: Turn) -> None:
    """First the two best guesses as buttons; a second time in a row, a person."""
    if _names_goods(turn):
        # Whatever else it means, it is about something we may have.
        search_products(turn)
        return
    if turn.wishes.kinds and turn.reading.names_wish():
        # "Red", while looking for scarves.
        refine_search(turn)
        return
    if turn.earlier_intents()[-1:] == [FALLBACK]:
        turn.say("utter_fallback_again", choices=[ask_person(), *_menu()[:1]])
        return
    guesses = _guesses(turn)
    if guesses:
        turn.say("utter_fallback_guess", choices=[*guesses, ask_person()])
    else:
        turn.say("utter_fallback_menu", choices=_menu())


def decline_topic(turn: Turn) -> None:
    """Say that it is beyond a shop, and lead back to the search under way."""
    if _names_goods(turn) and turn.reading.parse.intent.confidence < _SURE:
        search_products(turn)
        return
    wishes = turn.wishes
    if wishes.is_empty():
        turn.say("utter_out_of_scope", choices=_menu())
        return
    turn.say(
        "utter_out_of_scope_searching",
        wishes=name_wishes(turn, wishes),
        choices=[
            choice("utter_choice_more", "show_more"),
            choice("utter_choice_restart", "restart"),
        ],
    )


def _names_goods(turn: Turn) -> bool:
    known = any(mention.known for mention in turn.reading.named("category"))
    return known or bool(turn.reading.named("occasion"))


def _guesses(turn: Turn) -> list[Choice]:
    likely = [
        guess.name
        for guess in turn.reading.parse.intent_ranking
        if guess.name in GUESSES
        and guess.confidence >= _LIKELY
        and (guess.name not in _ABOUT_SHOWN or turn.shown)
    ]
    words = " ".join(turn.reading.leftover())
    guesses = []
    for intent in likely[:2]:
        if intent == "search_product" and words:
            guesses.append(
                choice("utter_guess_search_words", intent, entities={"words": words}, words=words)
            )
        else:
            guesses.append(choice(f"utter_guess_{intent}", intent))
    return guesses


def _menu() -> list[Choice]:
    return [
        choice("utter_guess_ask_recommendation", "ask_recommendation"),
        choice("utter_guess_track_order", "track_order"),
        choice("utter_guess_ask_faq", "help"),
    ]
