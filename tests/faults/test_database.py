"""The database is locked, full, or drops its connections: nothing is lost, nobody meets a 500."""

import threading
import time
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from db.engine import make_engine
from tests.gateway.conftest import Gateway, on_sqlite, texts

on_postgresql = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def hold_the_writer(gateway: Gateway, *, seconds: float) -> threading.Thread:
    """Another process writes for so long, as an import would that goes wrong."""
    engine = make_engine(gateway.settings.database_url)
    held = threading.Event()

    def hold() -> None:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            held.set()
            time.sleep(seconds)
            connection.rollback()
        engine.dispose()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(5)
    return holder


@on_sqlite
def test_a_short_lock_is_waited_out(gateway: Gateway) -> None:
    chat = gateway.chat()
    holder = hold_the_writer(gateway, seconds=1.0)

    answer = chat.say("hello")

    holder.join()
    assert texts(answer["messages"]) == ["You said: hello"]


@on_sqlite
def test_behind_a_long_lock_the_shopper_is_told_in_time_and_may_send_it_again(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    holder = hold_the_writer(gateway, seconds=7.0)

    started = time.monotonic()
    refused = chat.send(text="hello", client_message_id="1")

    assert time.monotonic() - started < 12
    assert (refused.status_code, refused.json()["error"]) == (503, "service_unavailable")
    holder.join()
    assert texts(chat.say("hello", client_message_id="1")["messages"]) == ["You said: hello"]
    assert texts(chat.history())[1:] == ["hello", "You said: hello"]


@on_sqlite
def test_an_answer_waits_for_the_database_rather_than_being_lost(gateway: Gateway) -> None:
    chat = gateway.chat()
    holders: list[threading.Thread] = []

    def lock_it(_: str) -> float:
        holders.append(hold_the_writer(gateway, seconds=6.0))
        return 0.0

    gateway.bot.delay = lock_it

    answer = chat.say("hello")

    holders[0].join()
    assert texts(answer["messages"]) == ["You said: hello"]


@on_sqlite
def test_what_was_said_can_be_read_while_others_write(gateway: Gateway) -> None:
    chat = gateway.chat()
    chat.say("hello")
    holder = hold_the_writer(gateway, seconds=3.0)

    started = time.monotonic()
    assert texts(chat.history())[-1] == "You said: hello"

    assert time.monotonic() - started < 2.7
    holder.join()


@on_sqlite
def test_on_a_full_disk_nobody_is_answered_by_a_500(gateway: Gateway) -> None:
    chat = gateway.chat()

    def fill(connection: Any) -> None:
        size = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {size}")

    def make_room(connection: Any) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count = {2**30}")

    event.listen(Engine, "begin", fill)
    try:
        # What is free in pages that are there is used up first.
        answers = [chat.send(text="hello " * 330, client_message_id=str(n)) for n in range(20)]
    finally:
        event.remove(Engine, "begin", fill)
    event.listen(Engine, "begin", make_room)
    try:
        again = chat.send(text="hello " * 330, client_message_id="19")
    finally:
        event.remove(Engine, "begin", make_room)

    assert {answer.status_code for answer in answers} <= {200, 503}
    assert answers[-1].status_code == 503
    assert "again" in answers[-1].json()["detail"]
    assert again.status_code == 200


@on_postgresql
def test_connections_that_the_server_drops_are_made_anew(gateway: Gateway) -> None:
    chat = gateway.chat()
    chat.say("hello")
    _drop_connections(gateway)

    assert texts(chat.say("still there?")["messages"]) == ["You said: still there?"]


@on_postgresql
def test_a_connection_dropped_before_the_answer_is_stored_costs_no_answer(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()

    def drop(_: str) -> float:
        _drop_connections(gateway)
        return 0.0

    gateway.bot.delay = drop

    assert texts(chat.say("hello")["messages"]) == ["You said: hello"]
    assert texts(chat.history())[1:] == ["hello", "You said: hello"]


def _drop_connections(gateway: Gateway) -> None:
    engine = make_engine(gateway.settings.database_url)
    with engine.begin() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )
    engine.dispose()
