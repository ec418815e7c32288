"""Questions about the shop's rules and services."""

from actions.person import ask_person
from actions.turn import Choice, Turn, choice
from common.errors import ServiceUnavailable
from shop.faq import answer_question

_MOST_NEAR = 2


def answer_faq(turn: Turn) -> None:
    """The shop's own answer with the question it belongs to; else say so and offer a person."""
    question = str(turn.reading.first("question") or turn.reading.text)
    try:
        found = answer_question(question, faq=turn.services.faq)
    except ServiceUnavailable:
        turn.say("utter_faq_unavailable", choices=[ask_person()])
        return
    if found.answer is not None:
        turn.say(
            "utter_faq_answer",
            question=found.question,
            answer=found.answer,
            choices=[_back(turn), ask_person()],
        )
        return
    near = [
        choice("utter_choice_title", "ask_faq", entities={"question": question}, title=question)
        for question in found.near[:_MOST_NEAR]
    ]
    turn.say("utter_faq_near" if near else "utter_faq_unknown", choices=[*near, ask_person()])


def _back(turn: Turn) -> Choice:
    """The way back to what they were looking for, or to looking for something."""
    if turn.wishes.is_empty():
        return choice("utter_guess_ask_recommendation", "ask_recommendation")
    return choice("utter_choice_back", "show_more")
