"""What is worth a look first, and in which groups."""

import math
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from common.errors import ServiceUnavailable
from db.engine import make_engine, session_factory
from db.tables.base import now
from db.tables.conversations import Conversation
from db.tables.handoffs import MessageLabel
from learning.corrections_board import Curator
from learning.corrections_reading import read_unlabelled
from tests.learning.conversations import answered, called, disliked, said, talk

UNSURE = (("track_order", 0.4), ("ask_refund", 0.35))


def label(session: Session, message: int) -> None:
    session.add(MessageLabel(message_id=message, staff_id="s1", intent="greet"))
    session.flush()


def open_ids(session: Session) -> list[int]:
    return [each.id for each in read_unlabelled(session)]


def test_only_what_shoppers_agreed_to_and_typed_themselves_is_looked_at(session: Session) -> None:
    typed = said(session, talk(session, "open"), "red shoes")
    said(session, "open", "Show more", payload="/show_more")
    said(session, talk(session, "asked not", consent=None), "blue shoes")
    said(session, talk(session, "refused", consent=False), "green shoes")
    answered(session, "open", typed, "Here you are.")
    assert open_ids(session) == [typed]


def test_what_was_labelled_is_not_asked_again_in_the_same_words(session: Session) -> None:
    talk(session, "talk")
    first = said(session, "talk", "Where is it?")
    said(session, "talk", "where is it")
    other = said(session, "talk", "a red hat")
    label(session, first)
    assert open_ids(session) == [other]


def test_what_shoppers_and_agents_did_after_a_message_is_seen(session: Session) -> None:
    talk(session, "thumb")
    bad = said(session, "thumb", "my parcel", UNSURE)
    disliked(session, answered(session, "thumb", bad, "Shoes!"))
    talk(session, "taken")
    early = said(session, "taken", "hm")
    failed = said(session, "taken", "it is broken", fallback=True, mood="negative")
    called(session, "taken", "not_understood")
    seen = {each.id: each.seen for each in read_unlabelled(session)}
    assert (seen[bad].thumbs_down, seen[bad].taken_over) == (True, False)
    assert math.isclose(seen[bad].margin, 0.05, abs_tol=1e-9)
    found = seen[failed]
    assert (found.taken_over, found.fallback, found.negative) == (True, True, True)
    assert found.intent == "search_product"
    assert not seen[early].taken_over


def test_a_person_who_was_asked_for_says_nothing_of_the_message_before(session: Session) -> None:
    talk(session, "talk")
    message = said(session, "talk", "a person please")
    called(session, "talk", "asked")
    (each,) = read_unlabelled(session)
    assert each.id == message
    assert not each.seen.taken_over


def test_somebody_who_comes_much_later_comes_for_another_reason(session: Session) -> None:
    said(session, talk(session, "talk"), "red shoes")
    called(session, "talk", "staff", later=3600)
    (each,) = read_unlabelled(session)
    assert not each.seen.taken_over


VECTORS = {
    "where is my parcel": [1.0, 0.0, 0.0],
    "my parcel is not here": [0.95, math.sqrt(1 - 0.95**2), 0.0],
    "red shoes": [0.0, 0.0, 1.0],
}


class FakeEncoder:
    """Knows the vectors of a few texts."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.down = False

    def __call__(self, texts: Sequence[str]) -> list[list[float]]:
        if self.down:
            raise ServiceUnavailable("down for the test")
        self.asked += texts
        return [VECTORS[text] for text in texts]


@pytest.fixture
def sessions(sqlite_url: str) -> sessionmaker[Session]:
    return session_factory(make_engine(sqlite_url))


def board_of(curator: Curator) -> list[list[int]]:
    return [[entry.id for entry in group.entries] for group in curator.board().groups]


def test_alike_messages_are_one_group_as_soon_as_their_vectors_are_there(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        talk(session, "talk")
        one = said(session, "talk", "where is my parcel", UNSURE)
        shoes = said(session, "talk", "red shoes")
        two = said(session, "talk", "my parcel is not here", UNSURE)
    encoder = FakeEncoder()
    curator = Curator(sessions, embed=encoder)
    assert sorted(board_of(curator)) == [[one], [shoes], [two]]
    assert not curator.look_after()
    first, *rest = board_of(curator)
    assert (sorted(first), rest) == ([one, two], [[shoes]])
    assert sorted(encoder.asked) == sorted(VECTORS)
    curator.look_after()
    assert len(encoder.asked) == len(VECTORS)


def test_without_the_encoder_the_board_is_there_all_the_same(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        talk(session, "talk")
        one = said(session, "talk", "Red shoes", UNSURE)
        two = said(session, "talk", "red shoes!", UNSURE)
    encoder = FakeEncoder()
    encoder.down = True
    curator = Curator(sessions, embed=encoder)
    assert sorted(*board_of(curator)) == [one, two]
    assert not curator.look_after()
    assert len(board_of(curator)) == 1


def test_the_board_follows_what_is_labelled_and_what_comes(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        first = said(session, talk(session, "talk"), "red shoes", UNSURE)
    curator = Curator(sessions)
    assert board_of(curator) == [[first]]
    with sessions.begin() as session:
        label(session, first)
        second = said(session, "talk", "a hat", UNSURE)
    assert board_of(curator) == [[second]]


def test_a_shopper_who_takes_their_leave_back_is_off_the_board_within_the_minute(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        said(session, talk(session, "talk"), "red shoes", UNSURE)
    clock = [0.0]
    curator = Curator(sessions, clock=lambda: clock[0])
    assert len(board_of(curator)) == 1
    with sessions.begin() as session:
        session.get_one(Conversation, "talk").consent_training = False
    clock[0] = 60.0
    assert board_of(curator) == []


def test_the_board_is_the_same_on_both_databases(database: Engine) -> None:
    sessions = session_factory(database)
    with sessions.begin() as session:
        talk(session, "talk")
        sure = said(session, "talk", "red shoes", created_at=now() - timedelta(minutes=1))
        doubtful = said(session, "talk", "it never came", UNSURE)
        called(session, "talk", "upset")
    board = Curator(sessions).board()
    assert [group.entries[0].id for group in board.groups] == [doubtful, sure]
    assert board.groups[0].reasons == ("taken_over", "low_confidence", "near_two")


def test_vectors_of_what_is_gone_are_forgotten(sessions: sessionmaker[Session]) -> None:
    with sessions.begin() as session:
        talk(session, "talk")
        said(session, "talk", "red shoes", UNSURE)
    curator = Curator(sessions, embed=FakeEncoder())
    curator.board()
    curator.look_after()
    assert curator.remembered == 1
    with sessions.begin() as session:
        session.delete(session.get_one(Conversation, "talk"))
    curator.refresh()
    assert curator.remembered == 0
    assert curator.board().groups == ()


def test_the_first_look_waits_for_the_newest_alone_and_the_rest_follows(
    sessions: sessionmaker[Session],
) -> None:
    with sessions.begin() as session:
        talk(session, "talk")
        oldest = said(session, "talk", "words said long ago", UNSURE)
        for number in range(410):
            said(session, "talk", f"shoes number {number}")
    clock = [0.0]
    curator = Curator(sessions, clock=lambda: clock[0])
    first = [key for group in board_of(curator) for key in group]
    assert len(first) == 400
    assert oldest not in first
    curator.look_after()
    found = [key for group in board_of(curator) for key in group]
    assert len(found) == 411
    assert found[0] == oldest
