"""Questions about one product: what the shop states of it, then what its buyers say."""

from collections.abc import Sequence

from actions.detail import meant_product
from actions.opinions import (
    ask_reviews,
    describe_mentions,
    describe_opinion,
    describe_overview,
)
from actions.person import ask_person, offer_person
from actions.turn import Choice, Phrase, Turn, choice
from actions.wording import describe_rating, describe_stock
from db.tables.catalog import Product
from shop.aspects import aspects_of
from shop.facts import Fact, find_facts, naming_words, price_facts, summary
from shop.questions import Question, coded_question, is_code, read_question
from shop.reviews import Written, find_mentions, look_over, read_reviews, weigh

# More than these, and nobody reads the rest.
_MOST_FACTS = 2


def describe_product(turn: Turn) -> None:
    """Answer a question about a product; without a question, tell about it."""
    asked = turn.reading.first("question") or turn.reading.text
    by_button = turn.reading.first("product_id") is not None
    # Which one is meant may have to be asked first; its buttons ask the question again.
    also = None if by_button else {"question": asked}
    product = meant_product(turn, intent="ask_product_detail", also=also)
    if product is None:
        return
    if by_button and not turn.reading.first("question"):
        _say_about(turn, product)
    else:
        _answer(turn, product, _read_question(turn, product, str(asked)))


def introduce_product(turn: Turn) -> None:
    """Tell about the product that a message points at, where what it asks is not understood."""
    product = meant_product(turn, intent="ask_product_detail")
    if product is not None:
        _say_about(turn, product)


def _read_question(turn: Turn, product: Product, asked: str) -> Question:
    if is_code(asked):
        return coded_question(asked)
    return read_question(
        asked,
        phrases=turn.reading.phrases,
        known=aspects_of(product),
        naming=naming_words(product, turn.reading),
    )


def _answer(turn: Turn, product: Product, question: Question) -> None:
    if question.overall:
        _say_overview(turn, product, question.overall)
        return
    facts = find_facts(product, turn.reading, question=question)
    if facts is None:
        _say_about(turn, product)
        return
    reviews = _reviews(turn, product)
    said = _hear_buyers(product, question, reviews, known=bool(facts))
    if not facts and not said:
        _say_unknown(turn, product, reviews=len(reviews))
        return
    turn.say(
        "utter_product_facts",
        title=product.title,
        facts={"lines": [*_state(facts, beside=said), *said]},
        cards=[product],
        choices=_after(product, reviews=bool(said)),
    )


def _hear_buyers(
    product: Product, question: Question, reviews: list[Written], *, known: bool
) -> list[Phrase]:
    """What buyers say about what was asked, each aspect in a line."""
    said = []
    for aspect, pole in question.aspects:
        opinion = weigh(reviews, aspect, asked=pole, words=question.covered)
        if opinion.speakers:
            said.append(describe_opinion(opinion, asked=pole, product=product))
    if not said and not known:
        mentions = find_mentions(reviews, question.words)
        said += [describe_mentions(mentions)] if mentions else []
    return said


def _state(facts: Sequence[Fact], *, beside: Sequence[Phrase]) -> list[Phrase]:
    shown = facts[:_MOST_FACTS] if beside else facts
    return [{"say": f"utter_fact_{fact.code}", **fact.values} for fact in shown]


def _say_overview(turn: Turn, product: Product, asked: str) -> None:
    overview = look_over(_reviews(turn, product), product)
    turn.say(
        "utter_reviews",
        title=product.title,
        lines={"lines": describe_overview(overview, asked=asked, product=product)},
        cards=[product],
        choices=[*ask_reviews(overview, asked=asked, product=product), *_after(product)],
    )


def _say_about(turn: Turn, product: Product) -> None:
    turn.say(
        "utter_product_about",
        title=product.title,
        **price_facts(product),
        rating=describe_rating(product),
        stock=describe_stock(product),
        summary=summary(product),
        cards=[product],
        choices=_after(product, reviews=product.rating_count > 0),
    )


def _say_unknown(turn: Turn, product: Product, *, reviews: int) -> None:
    offer_person(turn)
    turn.say(
        "utter_product_unknown_to_buyers" if reviews > 1 else "utter_product_unknown",
        title=product.title,
        reviews=reviews,
        cards=[product],
        choices=[ask_person(), *_after(product)[:1]],
    )


def _reviews(turn: Turn, product: Product) -> list[Written]:
    with turn.services.sessions() as session:
        return read_reviews(session, product.id)


def _after(product: Product, *, reviews: bool = False) -> list[Choice]:
    this = {"product_id": product.id}
    hear = {**this, "question": "opinions"}
    return [
        *([choice("utter_choice_reviews", "ask_product_detail", entities=hear)] if reviews else []),
        choice("utter_choice_similar", "find_similar", entities=this),
        choice("utter_choice_add_to_cart", "add_to_cart", entities=this),
    ]
