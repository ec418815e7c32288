from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.privacy import ExportedCopy
from db.tables.shop_requests import ShopRequest
from shop.privacy.coverage import Person
from shop.privacy.dialogues import Dialogues
from shop.privacy.retention import Purged
from shop.privacy.traces import note_export
from tests.shop.privacy.conftest import Shop
from tests.shop.privacy.people import Somebody

LONG_AGO = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)
CUTOFF = LONG_AGO + timedelta(days=90)


def old_friend(shop: Shop) -> Somebody:
    """Somebody whose conversation ended long ago."""
    friend = Somebody("viola", 75)
    friend.live(shop.engine, shop.tracker_url, shop.logs, at=LONG_AGO)
    return friend


def purge(shop: Shop, dialogues: Dialogues | None = None) -> Purged:
    return shop.purge(dialogues).purge(conversations_before=CUTOFF, events_before=None)


def test_a_conversation_that_is_old_enough_goes_with_all_that_was_said(shop: Shop) -> None:
    friend = old_friend(shop)
    purged = purge(shop)
    assert (purged.conversations, purged.tracker_events) == (1, 3)
    told = {"messages", "conversation_notes", "message_labels", "feedback", "tracker", "ratings"}
    assert not told & shop.places_of(friend)
    with shop.session() as session:
        assert session.get(Conversation, friend.conversation) is None


def test_younger_conversations_stay_whole(small_shop: Shop) -> None:
    old_friend(small_shop)
    before = small_shop.places_of(small_shop.stayer)
    purge(small_shop)
    assert before <= small_shop.places_of(small_shop.stayer) | {"shopkeeper.db-wal"}


def test_who_a_shopper_is_and_what_they_did_have_their_own_time(small_shop: Shop) -> None:
    friend = old_friend(small_shop)
    purge(small_shop)
    assert {"customers", "orders", "events", "rankings"} <= small_shop.places_of(friend)
    purged = small_shop.purge().purge(conversations_before=None, events_before=CUTOFF)
    assert (purged.events, purged.rankings, purged.conversations) == (1, 1, 0)
    assert not {"events", "rankings", "impressions"} & small_shop.places_of(friend)


@pytest.mark.parametrize("state", ["queued", "human"])
def test_a_conversation_that_a_person_has_or_is_to_have_stays(small_shop: Shop, state: str) -> None:
    friend = old_friend(small_shop)
    with small_shop.session() as session:
        session.get_one(Conversation, friend.conversation).state = state
        session.commit()
    assert not purge(small_shop)


def test_old_messages_go_from_a_conversation_that_goes_on(small_shop: Shop) -> None:
    friend = old_friend(small_shop)
    with small_shop.session() as session:
        session.get_one(Conversation, friend.conversation).last_message_at = now()
        session.add(Message(conversation_id=friend.conversation, role="shopper", text="Back!"))
        session.commit()
    purged = purge(small_shop)
    assert (purged.conversations, purged.messages) == (0, 1)
    with small_shop.session() as session:
        here = select(Message.text).where(Message.conversation_id == friend.conversation)
        assert session.scalars(here).all() == ["Back!"]


def test_a_request_that_the_shop_has_not_decided_stays(small_shop: Shop) -> None:
    friend = old_friend(small_shop)
    with small_shop.session() as session:
        mine = ShopRequest.conversation_id == friend.conversation
        session.scalars(select(ShopRequest).where(mine)).one().state = "received"
        session.commit()
    purge(small_shop)
    assert "shop_requests" in small_shop.places_of(friend)


def test_old_exports_are_deleted(small_shop: Shop) -> None:
    file = small_shop.home / "old.jsonl"
    file.write_text("{}")
    with small_shop.session() as session:
        note_export(session, file, Person(frozenset(), frozenset({"talk"})))
        session.flush()
        session.scalars(select(ExportedCopy)).one().created_at = LONG_AGO
        session.commit()
    assert purge(small_shop).exports == 1
    assert not file.exists()


def test_what_was_cut_off_is_finished_by_the_next_run(small_shop: Shop) -> None:
    class Unplugged(Dialogues):
        def erase(self, conversations: Collection[str]) -> int:
            raise ConnectionError

    friend = old_friend(small_shop)
    with pytest.raises(ConnectionError):
        purge(small_shop, Unplugged(small_shop.tracker_url))
    assert purge(small_shop).conversations == 1
    assert not {"messages", "tracker"} & small_shop.places_of(friend)


def test_more_go_than_fit_in_one_batch(small_shop: Shop) -> None:
    with small_shop.session() as session:
        session.add_all(
            Conversation(id=f"old-{n}", channel="web", last_message_at=LONG_AGO) for n in range(120)
        )
        session.commit()
        assert purge(small_shop).conversations == 120
        assert session.scalar(select(func.count()).select_from(Conversation)) == 2


def test_of_rasas_rows_the_present_session_stays(small_shop: Shop) -> None:
    before = now() + timedelta(days=1)
    here = [small_shop.stayer.conversation]
    assert small_shop.dialogues.trim(here, before=before) == 0
    assert len(small_shop.dialogues.read(here)) == 3
