"""What agents did, as a hint of what a message means."""

import pytest
from sqlalchemy.orm import Session

from db.tables.catalog import FaqEntry
from db.tables.handoffs import MessageLabel
from db.tables.staff import CannedAnswer
from learning.weak_labels import WeakLabel, read_weak_labels
from tests.learning.conversations import answered, called, said, talk

CARD = {"product_id": "p1"}


@pytest.fixture
def here(session: Session) -> str:
    return talk(session, "talk")


def hint(session: Session, message: int) -> WeakLabel | None:
    return read_weak_labels(session, [message]).get(message)


def test_an_answer_from_the_faq_tells_that_it_was_a_question_about_the_shop(
    session: Session, here: str
) -> None:
    session.add(FaqEntry(id="f1", question="Returns?", answer="Within 30 days."))
    message = said(session, here, "can it go back")
    answered(session, here, message, " within 30  days. ", role="agent")
    assert hint(session, message) == WeakLabel("ask_faq", "faq", 0.8)


def test_what_the_bot_answered_is_no_hint(session: Session, here: str) -> None:
    session.add(FaqEntry(id="f1", question="Returns?", answer="Within 30 days."))
    message = said(session, here, "can it go back")
    answered(session, here, message, "Within 30 days.", cards=[CARD])
    assert hint(session, message) is None


@pytest.mark.parametrize(
    ("read_as", "expected"),
    [
        ("find_similar", WeakLabel("find_similar", "product", 0.6)),
        ("greet", WeakLabel("search_product", "product", 0.5)),
    ],
)
def test_goods_that_an_agent_shows_confirm_or_tell_a_search(
    session: Session, here: str, read_as: str, expected: WeakLabel
) -> None:
    message = said(session, here, "something like that", [(read_as, 0.5)])
    answered(session, here, message, "", role="agent", cards=[CARD])
    assert hint(session, message) == expected


def test_a_canned_answer_means_what_it_was_mostly_sent_for_before(
    session: Session, here: str
) -> None:
    session.add(CannedAnswer(shortcut="where", title="Where", text="Hi {name}, it is on its way."))
    earlier = said(session, here, "where", [("greet", 0.9)])
    answered(session, here, earlier, "Hi Ann Lee, it is on its way.", role="agent")
    session.add(MessageLabel(message_id=earlier, staff_id="s1", intent="track_order"))
    also = said(session, here, "and now", [("greet", 0.9)])
    answered(session, here, also, "Hi, it is on its way.", role="agent")
    message = said(session, here, "it is not here", [("greet", 0.3)])
    answered(session, here, message, "Hi Bo, it is on its way.", role="agent")
    assert hint(session, message) == WeakLabel("track_order", "canned", 0.525)


def test_a_canned_answer_that_was_hardly_sent_before_means_nothing_yet(
    session: Session, here: str
) -> None:
    session.add(CannedAnswer(shortcut="where", title="Where", text="It is on its way."))
    message = said(session, here, "it is not here", [("greet", 0.3)])
    answered(session, here, message, "It is on its way.", role="agent")
    assert hint(session, message) is None


def test_a_takeover_tells_only_that_it_was_read_wrongly(session: Session, here: str) -> None:
    early = said(session, here, "hello")
    message = said(session, here, "no, the other thing", [("greet", 0.3)])
    called(session, here, "not_understood")
    found = read_weak_labels(session, [early, message])
    assert found == {message: WeakLabel(None, "taken_over", 0.7)}


def test_a_hint_that_names_an_intent_goes_before_one_that_only_doubts(
    session: Session, here: str
) -> None:
    message = said(session, here, "no, the other thing", [("greet", 0.3)])
    answered(session, here, message, "", role="agent", cards=[CARD])
    called(session, here, "not_understood")
    assert hint(session, message) == WeakLabel("search_product", "product", 0.5)
