import os
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select

from common.errors import NotFound, ServiceUnavailable
from db.engine import make_engine
from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from db.tables.orders import Order, OrderLine
from db.tables.privacy import Erasure
from db.tables.staff import AuditEntry
from shop.privacy.coverage import personal_tables
from shop.privacy.dossier import write_dossier
from shop.privacy.erasure import Eraser, find_customer, find_session
from tests.shop.privacy.conftest import Shop
from tests.shop.privacy.people import Somebody

_KILLED = 9


def erase_leaver(shop: Shop, **options: object) -> Eraser:
    eraser = shop.eraser(**options)  # type: ignore[arg-type]
    with shop.session() as session:
        eraser.erase(find_customer(session, shop.leaver.customer))
    return eraser


def test_before_an_erasure_traces_are_found_in_every_table_and_log(shop: Shop) -> None:
    found = shop.places_of(shop.leaver)
    tables = {table.name for table in personal_tables()} - {"exported_copies"}
    assert tables | {"tracker", "gateway.log"} <= found


def test_an_erased_customer_leaves_no_trace_in_tables_files_and_exports(shop: Shop) -> None:
    file = shop.home / "copy.zip"
    with shop.session() as session:
        person = find_customer(session, shop.leaver.customer)
        write_dossier(session, shop.dialogues, person, file)
    erase_leaver(shop)
    assert shop.places_of(shop.leaver) == set()
    assert not file.exists()


def test_everybody_else_stays_whole(shop: Shop) -> None:
    before = shop.places_of(shop.stayer)
    erase_leaver(shop)
    # What stood in the log of SQLite stands in the file itself now.
    assert before <= shop.places_of(shop.stayer) | {"shopkeeper.db-wal"}


def test_the_receipt_tells_when_and_how_much_but_not_who(small_shop: Shop) -> None:
    erase_leaver(small_shop)
    with small_shop.session() as session:
        receipt = session.scalars(select(Erasure)).one()
        noted = session.scalars(select(AuditEntry).where(AuditEntry.action == "erased")).one()
    assert receipt.pending is None
    assert receipt.finished_at is not None
    assert receipt.counts["messages"] == 1
    assert receipt.counts["tracker"] == 3
    assert receipt.counts["files.logs"] == 1
    assert noted.detail == {"subject": receipt.subject_hash, "of": receipt.counts}


def test_a_guests_session_is_erased_and_the_customer_stays(small_shop: Shop) -> None:
    small_shop.eraser().erase(find_session(small_shop.leaver.conversation))
    with small_shop.session() as session:
        assert session.get(Conversation, small_shop.leaver.conversation) is None
        assert "customers" in small_shop.places_of(small_shop.leaver)


def test_an_imported_visitor_is_erased(small_shop: Shop) -> None:
    with small_shop.session() as session:
        session.add(Event(name="view_item", occurred_at=now(), session_id="visitor:81"))
        session.commit()
    receipt = small_shop.eraser().erase(find_session("visitor:81"))
    assert receipt.counts == {"events": 1}


@pytest.mark.parametrize("session_id", ["nobody", ""])
def test_who_left_nothing_is_not_found(small_shop: Shop, session_id: str) -> None:
    with pytest.raises(NotFound, match="Nothing is kept"):
        small_shop.eraser().erase(find_session(session_id))


def test_orders_stay_without_their_customer_where_the_shop_wants_them(small_shop: Shop) -> None:
    erase_leaver(small_shop, orders="unlink")
    with small_shop.session() as session:
        order = session.scalars(select(Order).where(Order.customer_id.is_(None))).one()
        assert order.country is None
        lines = select(OrderLine).where(OrderLine.order_id == order.id)
        assert len(session.scalars(lines).all()) == 1
    assert small_shop.places_of(small_shop.leaver) - {"shopkeeper.db", "shopkeeper.db-wal"} == {
        "orders",
        "order_lines",
    }


def test_nobody_answers_a_message_that_is_being_erased(small_shop: Shop) -> None:
    def look(step: str) -> None:
        if step == "messages":
            with small_shop.session() as session:
                here = Message.conversation_id == small_shop.leaver.conversation
                waiting = select(Message).where(here, Message.answered_at.is_(None))
                conversation = session.get_one(Conversation, small_shop.leaver.conversation)
                seen.append((session.scalars(waiting).all(), conversation.token_hash))

    seen: list[object] = []
    erase_leaver(small_shop, on_step=look)
    assert seen == [([], None)]


def test_an_export_that_cannot_be_deleted_stops_the_erasure_and_a_second_run_ends_it(
    small_shop: Shop,
) -> None:
    file = small_shop.home / "copy.zip"
    with small_shop.session() as session:
        person = find_customer(session, small_shop.leaver.customer)
        write_dossier(session, small_shop.dialogues, person, file)
    file.unlink()
    file.mkdir()
    with pytest.raises(ServiceUnavailable, match=r"copy\.zip holds a copy"):
        erase_leaver(small_shop)
    file.rmdir()
    erase_leaver(small_shop)
    assert small_shop.places_of(small_shop.leaver) == set()


def steps_of_an_erasure() -> list[str]:
    tables = [table.name for table in personal_tables()]
    ends = ["tracker", "files.logs", "forgetting", "compacting", "receipt"]
    return ["silencing", "files.exports", *tables, *ends]


@pytest.mark.parametrize("step", steps_of_an_erasure()[::5])
def test_a_process_that_is_killed_at_a_step_leaves_the_rest_to_a_second_run(
    small_shop: Shop, step: str
) -> None:
    person = find_person(small_shop)
    assert run_and_die(small_shop, at=step) == _KILLED
    small_shop.eraser().erase(person)
    assert small_shop.places_of(small_shop.leaver) == set()
    with small_shop.session() as session:
        erasure = session.scalars(select(Erasure)).one()
    assert erasure.counts["messages"] == 1
    assert erasure.finished_at


def test_an_erasure_that_was_cut_off_is_finished_without_naming_anybody(small_shop: Shop) -> None:
    run_and_die(small_shop, at="messages")
    assert len(small_shop.eraser().finish_all()) == 1
    assert small_shop.places_of(small_shop.leaver) == set()


def test_what_somebody_is_still_at_is_left_to_them(small_shop: Shop) -> None:
    run_and_die(small_shop, at="messages")
    assert small_shop.eraser().finish_all(older_than=timedelta(minutes=10)) == []


def find_person(shop: Shop):  # type: ignore[no-untyped-def]
    with shop.session() as session:
        return find_customer(session, shop.leaver.customer)


def run_and_die(shop: Shop, *, at: str) -> int:
    """Erase in a process of its own, which is gone at this step; its exit status."""
    person = find_person(shop)
    shop.engine.dispose()
    child = os.fork()
    if child == 0:
        alone = Shop(make_engine(str(shop.engine.url)), shop.tracker_url, shop.home)
        alone.eraser(on_step=lambda step: os._exit(_KILLED) if step == at else None).erase(person)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_second_erasure_of_the_same_customer_is_another(small_shop: Shop, tmp_path: Path) -> None:
    erase_leaver(small_shop)
    again = Somebody("xylo", 73)
    with small_shop.engine.begin() as connection:
        connection.execute(delete(Event))
    again.live(small_shop.engine, small_shop.tracker_url, small_shop.logs, at=None)
    erase_leaver(small_shop)
    assert small_shop.places_of(again) == set()
    with small_shop.session() as session:
        assert len(set(session.scalars(select(Erasure.subject_hash)))) == 1
