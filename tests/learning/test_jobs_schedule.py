"""When trainings are asked for by themselves."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.orm import Session, sessionmaker

from common.settings import Settings
from db.engine import make_engine, session_factory
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import MessageLabel
from learning.fresh import count_corrections
from learning.jobs import ask_for, claim_job, end_job, open_jobs
from learning.schedule import Timetable, ask_by_schedule
from tests.builders import an_event

Sessions = sessionmaker[Session]
# A Wednesday.
DAY = datetime(2026, 5, 6, tzinfo=UTC)


@pytest.fixture
def sessions(sqlite_url: str) -> Sessions:
    return session_factory(make_engine(sqlite_url))


def a_timetable(**values: object) -> Timetable:
    """Nightly at three in London, set long ago."""
    usual = {"every": "daily", "hour": 3, "after": 0, "promote": False}
    zone = {"zone": ZoneInfo("Europe/London"), "since": DAY - timedelta(days=90)}
    return Timetable(**{**usual, **zone, **values})  # type: ignore[arg-type]


def correct(
    sessions: Sessions, *, at: datetime, times: int = 1, consent: bool = True, **label: object
) -> None:
    """Messages that staff corrected."""
    with sessions.begin() as session:
        conversation = Conversation(
            id=f"c{at.timestamp()}-{times}-{consent}-{label}",
            channel="web",
            locale="en",
            token_hash=f"{at}{times}{consent}{label}",
            consent_training=consent,
        )
        session.add(conversation)
        session.flush()
        for number in range(times):
            message = Message(
                conversation_id=conversation.id, role="shopper", text=f"x{number}", created_at=at
            )
            session.add(message)
            session.flush()
            values = {"intent": "greet", **label}
            session.add(MessageLabel(message_id=message.id, staff_id="s1", created_at=at, **values))


def trained(sessions: Sessions, *, at: datetime) -> None:
    with sessions.begin() as session:
        job = ask_for(session, "train_nlu", origin="staff", moment=at)
    with sessions.begin() as session:
        claim_job(session, holder="a", moment=at)
    with sessions.begin() as session:
        end_job(session, job.id, holder="a", state="done", result={}, moment=at)


def asked(sessions: Sessions, timetable: Timetable, *, at: datetime) -> list[str]:
    return [job.kind for job in ask_by_schedule(sessions, timetable, moment=at)]


def test_the_hours_are_those_of_the_shops_clock() -> None:
    daily = a_timetable()
    summer = DAY.replace(hour=12)
    assert daily.last_hour(summer) == DAY.replace(hour=2)
    assert daily.next_hour(summer) == DAY.replace(day=7, hour=2)
    winter = datetime(2026, 1, 7, 1, tzinfo=UTC)
    assert daily.last_hour(winter) == datetime(2026, 1, 6, 3, tzinfo=UTC)
    # The night in which the clocks change.
    assert daily.next_hour(datetime(2026, 3, 28, 12, tzinfo=UTC)) == datetime(
        2026, 3, 29, 2, tzinfo=UTC
    )


def test_weekly_is_the_night_to_monday() -> None:
    weekly = a_timetable(every="weekly")
    assert weekly.last_hour(DAY) == datetime(2026, 5, 4, 2, tzinfo=UTC)
    assert weekly.next_hour(DAY) == datetime(2026, 5, 11, 2, tzinfo=UTC)


def test_off_has_no_hours_and_asks_for_nothing(sessions: Sessions) -> None:
    off = a_timetable(every="off")
    correct(sessions, at=DAY)
    assert (off.last_hour(DAY), off.next_hour(DAY)) == (None, None)
    assert asked(sessions, off, at=DAY.replace(hour=3)) == []


def test_each_night_what_is_new_is_learnt_once(sessions: Sessions) -> None:
    nightly = a_timetable(promote=True)
    trained(sessions, at=DAY.replace(day=5, hour=12))
    correct(sessions, at=DAY.replace(day=5, hour=18))
    assert asked(sessions, nightly, at=DAY.replace(hour=1)) == []
    assert asked(sessions, nightly, at=DAY.replace(hour=3)) == ["train_nlu"]
    assert asked(sessions, nightly, at=DAY.replace(hour=3, minute=5)) == []
    with sessions() as session:
        (job,) = open_jobs(session)
    assert (job.origin, job.asked_by, job.settings) == ("schedule", None, {"promote": True})


def test_a_night_that_passed_without_a_learner_is_made_up_for(sessions: Sessions) -> None:
    trained(sessions, at=DAY.replace(day=5, hour=12))
    correct(sessions, at=DAY.replace(day=5, hour=18))
    assert asked(sessions, a_timetable(), at=DAY.replace(hour=9)) == ["train_nlu"]


def test_a_schedule_that_has_just_been_set_waits_for_its_first_hour(sessions: Sessions) -> None:
    correct(sessions, at=DAY)
    new = a_timetable(since=DAY.replace(hour=9))
    assert asked(sessions, new, at=DAY.replace(hour=9, minute=1)) == []
    assert asked(sessions, new, at=DAY.replace(day=7, hour=3)) == ["train_nlu"]


def test_without_anything_new_nothing_is_trained(sessions: Sessions) -> None:
    correct(sessions, at=DAY.replace(day=4))
    trained(sessions, at=DAY.replace(day=5, hour=12))
    assert asked(sessions, a_timetable(), at=DAY.replace(hour=3)) == []


def test_what_shoppers_did_calls_for_another_recommender(sessions: Sessions) -> None:
    with sessions.begin() as session:
        session.add(an_event())
    assert asked(sessions, a_timetable(), at=DAY.replace(hour=3)) == ["train_recommender"]


def test_after_so_many_corrections_one_is_asked_for_at_any_hour(sessions: Sessions) -> None:
    eager = a_timetable(every="off", after=3)
    correct(sessions, at=DAY.replace(hour=9), times=2)
    assert asked(sessions, eager, at=DAY.replace(hour=10)) == []
    correct(sessions, at=DAY.replace(hour=11))
    assert asked(sessions, eager, at=DAY.replace(hour=12)) == ["train_nlu"]


def test_a_training_that_fails_is_not_tried_without_end(sessions: Sessions) -> None:
    eager = a_timetable(every="off", after=1)
    correct(sessions, at=DAY.replace(hour=9))
    assert asked(sessions, eager, at=DAY.replace(hour=10)) == ["train_nlu"]
    with sessions.begin() as session:
        job = claim_job(session, holder="a")
        assert job is not None
    with sessions.begin() as session:
        end_job(session, job.id, holder="a", state="failed", result={"error": "train_failed"})
    assert asked(sessions, eager, at=DAY.replace(hour=11)) == []


def test_only_what_may_be_learnt_counts_as_a_correction(sessions: Sessions) -> None:
    correct(sessions, at=DAY, consent=False)
    correct(sessions, at=DAY, discarded=True)
    correct(sessions, at=DAY, intent=None)
    with sessions() as session:
        assert count_corrections(session) == 0
    correct(sessions, at=DAY, times=2)
    with sessions() as session:
        assert count_corrections(session) == 2
        assert count_corrections(session, since=DAY + timedelta(seconds=1)) == 0


def test_the_settings_are_the_shops() -> None:
    settings = Settings(retrain="weekly", retrain_hour=5, staff_timezone="Asia/Shanghai")
    table = Timetable.of(settings, since=DAY)
    assert table.next_hour(DAY) == datetime(2026, 5, 10, 21, tzinfo=UTC)
    assert Timetable.of(Settings()).every == "off"
