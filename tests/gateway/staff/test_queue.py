"""Waiting for a person: one's place, the hours, and what else one may do meanwhile."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from db.tables.base import now
from db.tables.handoffs import Handoff
from gateway.hub import Hub
from gateway.lobby import Lobby
from gateway.standing import Office
from gateway.store import ConversationStore
from gateway.words import Words
from shop.hours import read_hours
from tests.gateway.conftest import Chat, Gateway, on_sqlite, texts
from tests.gateway.staff.conftest import Office as StaffOffice
from tests.gateway.staff.conftest import queued


def a_lobby(gateway: Gateway, *, hours: str = "") -> Lobby:
    office = Office(hours=read_hours(hours, zone="UTC"))
    return Lobby(
        store=ConversationStore(gateway.sessions, office=office),
        words=Words(default_locale="en"),
        hub=Hub(),
        office=office,
    )


def look(lobby: Lobby) -> None:
    asyncio.run(lobby.look())


def closed_now() -> str:
    """Hours of a day that is not today."""
    days = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    return f"{days[(now().weekday() + 3) % 7]} 09:00-10:00"


def let_wait(gateway: Gateway) -> None:
    with gateway.sessions.begin() as session:
        session.execute(update(Handoff).values(queued_at=now() - timedelta(minutes=10)))


def offer(chat: Chat) -> dict[str, Any]:
    """The last message, which offers something."""
    return chat.history()[-1]


def test_each_who_waits_learns_their_place(office: StaffOffice) -> None:
    first, second = queued(office.gateway), queued(office.gateway)

    places = [
        chat.client.get("/api/chat/messages", headers=chat.headers).json()["queue"]["position"]
        for chat in (first, second)
    ]
    office.sign_in("Ana").act("claim", first)
    after = second.client.get("/api/chat/messages", headers=second.headers).json()["queue"]

    assert places == [1, 2]
    assert (after["position"], after["open"], after["may_leave"]) == (1, True, False)


def test_who_waits_too_long_is_offered_something_else_once(office: StaffOffice) -> None:
    gateway = office.gateway
    chat, lobby = queued(gateway), a_lobby(gateway)
    look(lobby)
    before = len(chat.history())
    let_wait(gateway)

    look(lobby)
    look(lobby)

    history = chat.history()
    assert len(history) == before + 1
    assert history[-1]["role"] == "system"
    titles = [reply["title"] for reply in history[-1]["quick_replies"]]
    assert titles == ["Leave a message", "Go on with the bot"]


@on_sqlite
def test_outside_hours_it_is_offered_at_once(office: StaffOffice) -> None:
    chat = queued(office.gateway)

    look(a_lobby(office.gateway, hours=closed_now()))

    assert "None of my colleagues are in" in offer(chat)["text"]


@on_sqlite
def test_who_goes_on_with_the_bot_waits_no_longer(office: StaffOffice) -> None:
    gateway = office.gateway
    chat = queued(gateway)
    look(a_lobby(gateway, hours=closed_now()))

    answered = chat.tap(offer(chat)["quick_replies"][1])
    later = chat.say("show me shoes")

    assert answered["state"] == "bot"
    assert "I'm here for you" in answered["messages"][0]["text"]
    assert texts(later["messages"]) == ["You said: show me shoes"]
    with gateway.sessions() as session:
        assert session.scalars(select(Handoff.ended_how)).one() == "declined"


@on_sqlite
def test_who_leaves_a_message_stays_in_the_queue(office: StaffOffice) -> None:
    gateway = office.gateway
    chat = queued(gateway)
    look(a_lobby(gateway, hours=closed_now()))

    answered = chat.tap(offer(chat)["quick_replies"][0])

    assert answered["state"] == "queued"
    with gateway.sessions() as session:
        assert session.scalars(select(Handoff.left_message_at)).one() is not None


def test_the_offline_form_keeps_words_and_address_for_staff(office: StaffOffice) -> None:
    gateway = office.gateway
    chat = gateway.chat()

    answer = chat.client.post(
        "/api/chat/leave-message",
        json={"text": "Do you repair zips?", "email": "maya@example.com"},
        headers=chat.headers,
    )

    assert answer.json()["state"] == "queued"
    assert texts(answer.json()["messages"])[0] == "Do you repair zips?"
    assert gateway.bot.calls == []
    card = office.sign_in("Ana").detail(chat)
    assert card["handoffs"][0]["contact"] == "maya@example.com"
    assert card["conversation"]["reason"] == "left_message"


@on_sqlite
@pytest.mark.parametrize("body", [{}, {"text": " "}, {"text": "hi", "email": "x"}])
def test_a_form_that_lacks_something_is_refused(office: StaffOffice, body: dict[str, str]) -> None:
    chat = office.gateway.chat()

    answer = chat.client.post("/api/chat/leave-message", json=body, headers=chat.headers)

    assert answer.status_code == 422
