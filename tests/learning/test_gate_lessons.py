"""Lessons and the exam: told apart for good, with nobody's data in them."""

from typing import Any

from sqlalchemy.orm import Session

from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from learning.lessons import (
    Lesson,
    fill_in,
    is_for_gate,
    read_lessons,
    sort_lessons,
    surfaces_of,
)
from nlu.dataset import Example, Span
from shop.privacy.pseudonyms import pseudonym

KEY = "a key of the tests"
INTENTS = ("greet", "complaint", "track_order")
SURFACES = {"person": ["Amelia Stone"], "order_id": ["5512"], "email": ["a@example.com"]}
# Pseudonyms of either side.
TAUGHT = [name for name in map(str, range(60)) if not is_for_gate(name)]
JUDGED = [name for name in map(str, range(60)) if is_for_gate(name)]


def a_lesson(text: str, intent: str = "greet", *, of: str = TAUGHT[0], **values: Any) -> Lesson:
    return Lesson(Example(text, intent), of, f"m-{text}", values.pop("day", "2026-11-21"), **values)


def texts(lessons: Any) -> list[str]:
    return [lesson.example.text for lesson in lessons]


def test_about_a_fifth_of_all_conversations_is_for_the_exam() -> None:
    share = sum(is_for_gate(str(n)) for n in range(2000)) / 2000
    assert 0.17 < share < 0.23
    assert is_for_gate("conversation") == is_for_gate("conversation")


def test_what_is_judged_on_is_never_learnt() -> None:
    sorted_out = sort_lessons([a_lesson("hi"), a_lesson("hello", of=JUDGED[0])], intents=INTENTS)
    assert (texts(sorted_out.rows), texts(sorted_out.gate)) == (["hi"], ["hello"])


def test_a_wording_that_lessons_have_too_is_no_question_of_the_exam() -> None:
    sorted_out = sort_lessons(
        [a_lesson("Hi there!"), a_lesson("hi there", of=JUDGED[0])], intents=INTENTS
    )
    assert (texts(sorted_out.rows), texts(sorted_out.gate)) == (["Hi there!"], [])


def test_the_exam_has_the_newest() -> None:
    rows = [a_lesson(f"hi {n}", of=JUDGED[0], day=f"2026-{n:02}-01") for n in (3, 1, 2)]
    assert texts(sort_lessons(rows, intents=INTENTS).gate) == ["hi 1", "hi 2", "hi 3"]


def test_what_is_labelled_in_two_ways_is_set_aside_by_name() -> None:
    sorted_out = sort_lessons(
        [a_lesson("it broke", "complaint"), a_lesson("It broke", "track_order"), a_lesson("hi")],
        intents=INTENTS,
    )
    assert texts(sorted_out.rows) == ["hi"]
    assert [each.reason for each in sorted_out.aside] == ["conflict", "conflict"]
    assert sorted_out.counts["conflict"] == 2


def test_an_intent_that_the_bot_does_not_answer_waits() -> None:
    rows = [a_lesson(f"fix my phone {n}", "repair") for n in range(10)] + [a_lesson("hi")]
    waiting = sort_lessons(rows, intents=INTENTS)
    assert texts(waiting.rows) == ["hi"]
    assert waiting.counts["unknown_intent"] == 10
    assert len(sort_lessons(rows, intents=INTENTS, new_intents=True).rows) == 11
    few = sort_lessons(rows[:9], intents=INTENTS, new_intents=True)
    assert (few.rows, few.counts["rare_intent"]) == ((), 9)


def test_likely_errors_are_taken_from_the_lessons_and_left_in_the_exam() -> None:
    rows = [a_lesson("hi"), a_lesson("where is it"), a_lesson("hello", of=JUDGED[0])]
    sorted_out = sort_lessons(rows, intents=INTENTS, find_errors=lambda _: [1])
    assert (texts(sorted_out.rows), texts(sorted_out.gate)) == (["hi"], ["hello"])
    assert sorted_out.aside[0].reason == "likely_error"


def test_what_staff_said_holds_before_what_they_did() -> None:
    rows = [
        a_lesson("hi", "greet"),
        a_lesson("Hi", "complaint", of=TAUGHT[1], weak=True),
        a_lesson("my order", "track_order", weak=True),
        a_lesson("parcel", "track_order", of=JUDGED[0], weak=True),
    ]
    sorted_out = sort_lessons(rows, intents=INTENTS)
    assert [(r.example.text, r.example.intent) for r in sorted_out.rows] == [
        ("hi", "greet"),
        ("my order", "track_order"),
    ]
    # A hint is no answer to an exam's question.
    assert not sorted_out.gate


def test_a_placeholder_becomes_something_made_up_and_spans_move_along() -> None:
    text = "i am [name], order [order] is late"
    late = Span(text.index("late"), len(text), "feature")
    said = Example(text, "track_order", None, (late,))
    filled = fill_in(said, SURFACES, seed="m")
    assert filled.text == "i am Amelia Stone, order 5512 is late"
    named = {(s.entity, filled.text[s.start : s.end]) for s in filled.spans or ()}
    assert named == {("person", "Amelia Stone"), ("order_id", "5512"), ("feature", "late")}
    assert fill_in(said, SURFACES, seed="m") == filled


def test_a_placeholder_without_anything_made_up_stays() -> None:
    said = Example("call [phone] or [name]", "greet")
    assert fill_in(said, SURFACES, seed="m").text == "call [phone] or Amelia Stone"


def test_made_up_values_are_those_of_our_own_rows() -> None:
    rows = [Example("i am Ida", "greet", None, (Span(5, 8, "person"),)), Example("hi", "greet")]
    assert surfaces_of(rows) == {"person": ["Ida"]}


def say(session: Session, conversation: str, text: str, **label: Any) -> None:
    if session.get(Conversation, conversation) is None:
        session.add(
            Conversation(
                id=conversation, channel="web", consent_training=label.pop("consent", True)
            )
        )
        session.flush()
    parse = {"text": text, "intent": {"name": "greet", "confidence": 0.9}, "entities": []}
    message = Message(conversation_id=conversation, role="shopper", text=text, parse=parse)
    session.add(message)
    session.flush()
    if label:
        session.add(MessageLabel(message_id=message.id, staff_id="s1", **label))
        session.flush()


def test_corrected_messages_of_who_agreed_are_read_without_what_is_personal(
    session: Session,
) -> None:
    name = next(
        f"talk {n}"
        for n in range(99)
        if not is_for_gate(pseudonym("conversation", f"talk {n}", key=KEY))
    )
    say(session, name, "write to ida@shop.example please", intent="complaint")
    say(session, name, "nobody looked at this")
    say(session, "quiet", "i did not agree", intent="complaint", consent=False)
    lessons = read_lessons(session, key=KEY, intents=INTENTS, surfaces=SURFACES)
    (row,) = lessons.rows
    assert row.example.text == "write to a@example.com please"
    assert row.example.intent == "complaint"
    assert name not in (row.conversation, row.message)
