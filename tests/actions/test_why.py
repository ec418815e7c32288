""" "Why that one?" is told by what was noted when it was recommended."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.tables.recommendations import Impression, Ranking
from tests.actions.rehearsal import Rehearsal

SNEAKERS = "[sneakers](category:sneaker)"


@pytest.fixture
def recommended(sessions: sessionmaker[Session], chat: Rehearsal) -> str:
    """A conversation of its own in which the second and third sneaker were recommended."""
    conversation = "asks-why"
    chat.metadata["conversation_id"] = conversation
    with sessions.begin() as session:
        if session.get(Ranking, "why") is None:
            session.add(Ranking(id="why", session_id=conversation, model_version="test"))
            session.flush()
            for position, product_id in enumerate(["s2", "s3"]):
                session.add(
                    Impression(
                        ranking_id="why",
                        position=position,
                        product_id=product_id,
                        score=1.0,
                        propensity=1.0,
                        reason={"code": "new_arrival", "params": {}},
                    )
                )
    chat.say("search_product", SNEAKERS)
    return conversation


@pytest.mark.parametrize("intent", ["ask_product_detail", "dislike_item", "out_of_scope"])
def test_why_one_was_shown_is_told_and_nothing_is_turned_down(
    chat: Rehearsal, recommended: str, intent: str
) -> None:
    answer = chat.say(intent, "why the [second](ordinal:2) one?")
    assert answer.cards == ["s2"]
    assert "Add to cart" in answer.buttons
    assert not chat.slots["disliked"]


def test_why_these_is_told_for_all_that_were_recommended(chat: Rehearsal, recommended: str) -> None:
    assert chat.say("ask_product_detail", "why these?").cards == ["s2", "s3"]


def test_what_was_not_recommended_is_not_given_a_reason(chat: Rehearsal, recommended: str) -> None:
    answer = chat.say("ask_product_detail", "why the [first](ordinal:1) one")
    assert "wasn't a recommendation" in answer.text


def test_before_anything_was_shown_there_is_nothing_to_explain(chat: Rehearsal) -> None:
    assert chat.say("out_of_scope", "why these?").cards == []


@pytest.mark.parametrize("text", ["why", "but why?", "How come"])
def test_a_bare_why_is_about_what_was_shown(chat: Rehearsal, recommended: str, text: str) -> None:
    assert chat.say("nlu_fallback", text).cards == ["s2", "s3"]


def test_a_why_about_something_else_is_not(chat: Rehearsal, recommended: str) -> None:
    assert chat.say("out_of_scope", "why is the sky blue").cards != ["s2", "s3"]
