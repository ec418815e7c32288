"""Jobs: one at a time over all machines, whoever dies, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session, sessionmaker

from common.errors import NotFound
from db.engine import session_factory
from db.tables.base import now
from db.tables.jobs import Job
from learning.jobs import (
    LEASE,
    JobOver,
    JobUnderWay,
    Kind,
    ask_for,
    cancel_job,
    claim_job,
    end_job,
    find_job,
    give_back,
    hold_job,
    last_learnt,
    list_jobs,
    open_jobs,
    usual_seconds,
)

Sessions = sessionmaker[Session]
MOMENT = now()
LATER = MOMENT + LEASE + timedelta(seconds=1)


@pytest.fixture
def sessions(database: Engine) -> Sessions:
    return session_factory(database)


def asked(sessions: Sessions, kind: Kind = "train_nlu", *, promote: bool = False) -> int:
    with sessions.begin() as session:
        return ask_for(session, kind, origin="staff", by="s1", promote=promote, moment=MOMENT).id


def claimed(sessions: Sessions, holder: str = "a", *, moment: object = MOMENT) -> Job | None:
    with sessions.begin() as session:
        return claim_job(session, holder=holder, moment=moment)  # type: ignore[arg-type]


def found(sessions: Sessions, job_id: int) -> Job:
    with sessions() as session:
        return find_job(session, job_id)


def outcomes(act: Callable[[int], object], *, of: int) -> list[object]:
    """What came of an act that so many do in the same moment."""
    barrier = Barrier(of)

    def do(number: int) -> object:
        barrier.wait()
        try:
            return act(number)
        except (JobUnderWay, NotFound) as error:
            return error.code

    with ThreadPoolExecutor(of) as pool:
        return list(pool.map(do, range(of)))


def test_a_job_is_asked_for_claimed_followed_and_ended(sessions: Sessions) -> None:
    number = asked(sessions, promote=True)

    job = claimed(sessions)
    assert job is not None
    assert (job.id, job.state, job.holder, job.settings) == (number, "running", "a", {"promote": 1})
    with sessions.begin() as session:
        told = {"step": "train", "done": 3, "total": 9}
        assert hold_job(session, number, holder="a", progress=told) == "held"
    assert found(sessions, number).progress == told
    with sessions.begin() as session:
        assert end_job(session, number, holder="a", state="done", result={"model": "m"})
    over = found(sessions, number)
    assert (over.state, over.holder, over.result, over.asked_by) == (
        "done",
        None,
        {"model": "m"},
        "s1",
    )
    assert claimed(sessions) is None


def test_a_training_that_waits_or_runs_is_not_asked_for_twice(sessions: Sessions) -> None:
    asked(sessions)
    with pytest.raises(JobUnderWay):
        asked(sessions)
    claimed(sessions)
    with pytest.raises(JobUnderWay):
        asked(sessions)
    # Another kind may wait behind it.
    asked(sessions, "train_recommender")
    with sessions() as session:
        assert [job.state for job in open_jobs(session)] == ["running", "queued"]


def test_of_many_who_ask_in_the_same_moment_one_is_heard(sessions: Sessions) -> None:
    heard = outcomes(lambda _: asked(sessions) > 0, of=6)
    assert heard.count(True) == 1
    assert set(heard) == {True, "job_under_way"}


def test_of_many_learners_one_gets_the_job_and_no_second_one_runs_beside_it(
    sessions: Sessions,
) -> None:
    asked(sessions)
    asked(sessions, "train_recommender")
    got = outcomes(lambda number: claimed(sessions, f"learner {number}") is not None, of=6)
    assert got.count(True) == 1
    with sessions() as session:
        states = session.scalars(select(Job.state).order_by(Job.id)).all()
    assert states == ["running", "queued"]


def test_a_job_whose_holder_has_gone_is_taken_up_where_it_stood(sessions: Sessions) -> None:
    number = asked(sessions)
    claimed(sessions, "gone")
    with sessions.begin() as session:
        hold_job(session, number, holder="gone", result={"model": "m"}, moment=MOMENT)

    assert claimed(sessions, "next") is None
    job = claimed(sessions, "next", moment=LATER)

    assert job is not None
    assert (job.id, job.holder, job.attempts, job.result) == (number, "next", 1, {"model": "m"})
    with sessions.begin() as session:
        # Whoever comes back has lost it, and cannot end it either.
        assert hold_job(session, number, holder="gone") == "lost"
    with sessions.begin() as session:
        assert not end_job(session, number, holder="gone", state="failed", result={})
    assert found(sessions, number).state == "running"


def test_of_many_learners_one_takes_up_what_another_left(sessions: Sessions) -> None:
    asked(sessions)
    claimed(sessions, "gone")
    got = outcomes(
        lambda number: claimed(sessions, f"learner {number}", moment=LATER) is not None, of=6
    )
    assert got.count(True) == 1


def test_what_is_given_back_is_next_and_counts_as_no_attempt(sessions: Sessions) -> None:
    number = asked(sessions)
    claimed(sessions)
    with sessions.begin() as session:
        assert give_back(session, number, holder="a")
    assert found(sessions, number).state == "queued"
    job = claimed(sessions, "b")
    assert job is not None
    assert (job.id, job.attempts) == (number, 0)


def test_a_job_that_waits_is_cancelled_at_once(sessions: Sessions) -> None:
    number = asked(sessions)
    with sessions.begin() as session:
        assert cancel_job(session, number).state == "cancelled"
    assert claimed(sessions) is None
    assert found(sessions, number).finished_at is not None


def test_a_job_that_runs_is_cancelled_by_its_learner(sessions: Sessions) -> None:
    number = asked(sessions)
    claimed(sessions)
    with sessions.begin() as session:
        assert cancel_job(session, number, moment=MOMENT).state == "running"
    with sessions.begin() as session:
        assert hold_job(session, number, holder="a") == "cancel"
    with sessions.begin() as session:
        assert give_back(session, number, holder="a")
    assert found(sessions, number).state == "cancelled"


def test_a_job_that_nobody_works_at_any_more_is_cancelled_at_once(sessions: Sessions) -> None:
    number = asked(sessions)
    claimed(sessions, "gone")
    with sessions.begin() as session:
        assert cancel_job(session, number, moment=LATER).state == "cancelled"
    assert claimed(sessions, moment=LATER) is None
    asked(sessions)


def test_what_is_over_cannot_be_cancelled_and_what_never_was_is_not_found(
    sessions: Sessions,
) -> None:
    number = asked(sessions)
    with sessions.begin() as session:
        cancel_job(session, number)
    with pytest.raises(JobOver, match="it is cancelled"), sessions.begin() as session:
        cancel_job(session, number)
    for nobody in (number + 1, 0, -1, 2**70):
        with pytest.raises(NotFound), sessions() as session:
            find_job(session, nobody)
        with pytest.raises(NotFound), sessions.begin() as session:
            cancel_job(session, nobody)


def test_jobs_are_listed_latest_first_and_in_parts(sessions: Sessions) -> None:
    numbers = []
    for kind in ("train_nlu", "train_recommender", "train_nlu"):
        numbers.append(asked(sessions, kind))
        with sessions.begin() as session:
            cancel_job(session, numbers[-1])
    with sessions() as session:
        assert [job.id for job in list_jobs(session, limit=2)] == numbers[:0:-1]
        assert [job.id for job in list_jobs(session, before=numbers[1])] == numbers[:1]
        assert [job.id for job in list_jobs(session, kind="train_recommender")] == [numbers[1]]


def test_a_shop_knows_how_long_its_trainings_take_and_when_it_learnt_last(
    sessions: Sessions,
) -> None:
    with sessions() as session:
        assert usual_seconds(session, "train_nlu") is None
        assert last_learnt(session, "train_nlu") is None
    for seconds in (60, 90):
        number = asked(sessions)
        claimed(sessions)
        with sessions.begin() as session:
            end = MOMENT + timedelta(seconds=seconds)
            end_job(session, number, holder="a", state="done", result={}, moment=end)
    with sessions() as session:
        assert usual_seconds(session, "train_nlu") == pytest.approx(90)
        assert usual_seconds(session, "train_recommender") is None
        assert last_learnt(session, "train_nlu") == MOMENT
