"""When a message is not understood, or is none of a shop's business."""

from actions.person import apologise, ask_person
from actions.product_questions import introduce_product
from actions.recommendation import recommend_products
from actions.search import name_wishes, read_wishes, refine_search, search_products
from actions.turn import Choice, Turn, choice
from shop.window import has_words

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
# From here down a shopper's mood is beyond a lack of interest.
_ANGRY = -0.6
# Below this a message that names goods is rather about the goods.
_SURE = 0.85
# More words are a sentence, and what it says was not understood.
_FEW_WORDS = 2


def fall_back(turn: Turn) -> None:
    """First the two best guesses as buttons; a second time in a row, a person."""
    if turn.reading.parse.readable is False:
        turn.say("utter_fallback_language", choices=[*_menu()[:2], ask_person()])
        return
    if _names_goods(turn):
        # Whatever else it means, it is about something we may have.
        search_products(turn)
        return
    if _changes_search(turn):
        # "Red", while looking for scarves; or "merino", of sweaters.
        refine_search(turn)
        return
    if turn.shown and turn.reading.ordinals():
        # It points at one of those before them: whatever it asks, that one is what it is about.
        introduce_product(turn)
        return
    if turn.reading.named("recipient") or turn.recall("awaited"):
        # Somebody to choose for; or no answer to what we asked, so we choose ourselves.
        recommend_products(turn)
        return
    if turn.earlier_intents()[-1:] == [FALLBACK] and turn.recall("misunderstood"):
        # A person is on the way already where one was asked for before.
        turn.say("utter_fallback_again", choices=_menu())
        turn.hand_over("not_understood")
        return
    turn.remember(misunderstood=True)
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
    if _is_angry(turn):
        apologise(turn)
        return
    wishes = turn.wishes
    if wishes.gift and turn.reading.speaks_of_somebody() and turn.reading.leftover():
        # "She loves gardening": about the person the gift is for.
        refine_search(turn)
        return
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


def _is_angry(turn: Turn) -> bool:
    """Whether it may well be a complaint ("you guys suck"), whatever else it may be."""
    complaint = any(
        guess.name == "complaint" and guess.confidence >= _LIKELY
        for guess in turn.reading.parse.intent_ranking
    )
    return complaint and (turn.shopper.sentiment or 0.0) <= _ANGRY


def _changes_search(turn: Turn) -> bool:
    """Whether it is a wish for the search under way."""
    if turn.wishes.is_empty():
        return False
    return read_wishes(turn).changes_search() or (
        bool(turn.wishes.kinds) and _tells_goods_apart(turn)
    )


def _tells_goods_apart(turn: Turn) -> bool:
    """Whether it is a word or two that some of the goods looked for bear."""
    words = turn.reading.leftover()
    with turn.services.sessions() as session:
        return len(words) <= _FEW_WORDS and has_words(session, turn.wishes, words)


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
