"""A shopper's mood over a conversation."""

import pytest
from sqlalchemy.orm import Session

from db.tables.conversations import Conversation, Message
from nlu.wire import Sentiment
from shop.mood import MOST_MESSAGES, Trajectory, follow, has_upset, read_trajectory


def felt(*scores: float, confidence: float = 0.95) -> list[Sentiment]:
    return [Sentiment(score=score, confidence=confidence) for score in scores]


def a_conversation(session: Session, *parses: dict[str, object] | None) -> str:
    session.add(Conversation(id="c1", channel="web", state="bot"))
    session.flush()
    for parse in parses:
        session.add(Message(conversation_id="c1", role="shopper", text="words", parse=parse))
        session.flush()
    return "c1"


def a_parse(score: float, *, tapped: bool = False, intent: str = "complaint") -> dict[str, object]:
    return {
        "intent": {"name": intent, "confidence": 0.9},
        "tapped": tapped,
        "sentiment": {
            "label": "negative" if score < 0 else "positive",
            "score": score,
            "confidence": 0.95,
        },
    }


def test_before_anything_is_said_the_mood_is_neutral() -> None:
    assert follow([]) == Trajectory()
    assert (follow([]).mood, follow([]).trend, follow([]).is_upset) == (0.0, 0.0, False)


@pytest.mark.parametrize(
    ("conversation", "scores", "upset"),
    [
        ("furious once", [-1.0], False),
        ("furious twice", [-0.95, -0.97], True),
        ("a little annoyed for long", [-0.3] * 12, False),
        ("getting angry", [0.5, 0.1, -0.8, -0.9], True),
        ("one swear word in a happy talk", [0.8, 0.9, -0.9, 0.7], False),
        ("the same word last", [0.8, 0.9, 0.7, -0.9], False),
        ("calming down", [-0.9, -0.4, 0.0, 0.3], False),
        ("calmed after having been furious", [-0.9, -0.95, -0.9, 0.0, 0.4], False),
        ("still cross, and on the mend", [-0.95, -0.95, -0.95, -0.95, -0.5, -0.3], False),
        ("matter of fact", [0.0] * 8, False),
    ],
)
def test_a_person_is_needed_where_anger_lasts(
    conversation: str, scores: list[float], upset: bool
) -> None:
    assert follow(felt(*scores)).is_upset is upset, conversation


def test_the_curve_has_a_point_for_each_message_and_stays_within_bounds() -> None:
    curve = follow(felt(-1.0, -1.0, 1.0, 1.0, 1.0, confidence=1.0)).curve

    assert curve == pytest.approx((-0.4, -0.64, 0.016, 0.4096, 0.64576))


def test_what_the_model_is_unsure_of_moves_the_mood_less() -> None:
    sure, unsure = follow(felt(-0.9, -0.9)), follow(felt(-0.9, -0.9, confidence=0.4))

    assert sure.mood < unsure.mood < 0
    assert not unsure.is_upset


def test_the_trend_is_the_slope_of_the_scores() -> None:
    assert follow(felt(-0.6, -0.4, -0.2, 0.0)).trend == pytest.approx(0.2)
    assert follow(felt(0.5, 0.5, 0.5)).trend == pytest.approx(0.0)
    assert follow(felt(0.9)).trend == 0.0
    assert follow(felt(0.5, -0.5, confidence=0.0)).trend == 0.0


def test_only_the_shoppers_own_words_count(session: Session) -> None:
    here = a_conversation(session, a_parse(-0.9), None, a_parse(1.0, tapped=True), a_parse(-0.8))
    session.add(Message(conversation_id=here, role="bot", text="sorry", parse=a_parse(1.0)))
    session.flush()

    assert read_trajectory(session, here) == follow(felt(-0.9, -0.8))


def test_to_turn_goods_down_is_no_anger(session: Session) -> None:
    ugly = a_parse(-1.0, intent="dislike_item")
    here = a_conversation(session, ugly, ugly, ugly)

    assert not has_upset(session, here, ugly)
    assert read_trajectory(session, here) == Trajectory()


@pytest.mark.parametrize(("score", "upset"), [(-0.9, True), (0.2, False)])
def test_only_a_bad_message_can_leave_a_shopper_upset(
    session: Session, score: float, upset: bool
) -> None:
    last = a_parse(score)
    here = a_conversation(session, a_parse(-1.0), a_parse(-1.0), a_parse(-1.0), last)

    assert has_upset(session, here, last) is upset
    assert not has_upset(session, here, None)


def test_what_was_said_long_ago_does_not_count(session: Session) -> None:
    here = a_conversation(session, *[a_parse(-1.0)] * 3, *[a_parse(0.1)] * MOST_MESSAGES)

    assert read_trajectory(session, here) == follow(felt(*[0.1] * MOST_MESSAGES))
