"""A person comes in, talks, and goes: nobody else speaks meanwhile, and all know who does."""

from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from db.tables.handoffs import Handoff
from db.tables.staff import AuditEntry
from tests.builders import a_product
from tests.gateway.conftest import on_sqlite, texts, wait_until
from tests.gateway.staff.conftest import Office, queued


def test_a_person_claims_talks_and_gives_back(office: Office) -> None:
    chat = queued(office.gateway)
    ana = office.sign_in("Ana")

    claimed = ana.act("claim", chat)
    said = ana.say(chat, "Hello, how can I help?")
    waiting = chat.say("where is my parcel")
    released = ana.act("release", chat)
    answered = chat.say("thanks, show me shoes")

    assert claimed.json()["owner"] == {"id": ana.id, "name": "Ana"}
    assert (said["role"], said["author"]) == ("agent", "Ana")
    assert (waiting["state"], waiting["agent"], waiting["messages"]) == ("human", "Ana", [])
    assert released.json()["state"] == "bot"
    assert texts(answered["messages"]) == ["You said: thanks, show me shoes"]
    system = [m["text"] for m in chat.history() if m["role"] == "system"]
    assert "Ana has joined" in system[0]
    assert "back with the shop's assistant" in system[1]


def test_of_two_who_claim_at_once_one_has_it_and_the_other_learns_who(office: Office) -> None:
    chat = queued(office.gateway)
    staff = [office.sign_in("Ana"), office.sign_in("Ben")]

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda one: one.act("claim", chat), staff))

    assert sorted(answer.status_code for answer in answers) == [200, 409]
    won = next(one for one, answer in zip(staff, answers, strict=True) if answer.is_success)
    lost = next(answer for answer in answers if answer.is_error)
    assert lost.json()["error"] == "owned_by_other"
    assert lost.json()["owner"] == {"id": won.id, "name": won.user["name"]}
    assert won.act("claim", chat).status_code == 200


def test_only_who_has_the_conversation_may_speak_in_it(office: Office) -> None:
    chat = queued(office.gateway)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    before = ana.act("messages", chat, text="too early")
    ana.act("claim", chat)

    others = [ben.act(act, chat, text="mine") for act in ("messages", "release", "close")]
    ana.act("close", chat)
    after = ana.act("messages", chat, text="too late")

    assert [answer.status_code for answer in (before, after)] == [409, 409]
    assert [answer.json()["error"] for answer in others] == ["owned_by_other"] * 3
    assert [m for m in chat.history() if m["role"] == "agent"] == []


def test_what_was_said_without_the_bot_it_is_told_once(office: Office) -> None:
    gateway = office.gateway
    gateway.add(a_product(id="p1"))
    chat, ana = queued(gateway), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.say(chat, "What size?")
    chat.say("size 40")
    ana.say(chat, "These", cards=["p1"])
    ana.act("release", chat)

    chat.say("the first one please")
    chat.say("and socks")

    (told,) = [call.metadata["missed"] for call in gateway.bot.calls if "missed" in call.metadata]
    assert [(turn["role"], turn["text"]) for turn in told] == [
        ("agent", "What size?"),
        ("shopper", "size 40"),
        ("agent", "These"),
    ]
    assert told[1]["parse"]["intent"]["name"] == "search_product"
    assert told[2]["shown"] == ["p1"]


def test_the_bot_is_told_again_where_it_was_down_the_first_time(office: Office) -> None:
    gateway = office.gateway
    chat, ana = queued(gateway), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.say(chat, "Hello")
    ana.act("release", chat)

    gateway.bot.down = True
    chat.say("one")
    gateway.bot.down = False
    wait_until(lambda: not chat.say("two")["messages"][0]["text"].startswith("I'm sorry"))

    assert "missed" in gateway.bot.calls[-1].metadata


def test_cards_are_the_shops_own_and_reach_the_shopper(office: Office) -> None:
    office.gateway.add(a_product(id="p1", title="Trail Sneaker"))
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)

    ana.say(chat, "Try these", cards=["p1"])
    wrong = ana.act("messages", chat, text="or this", cards=["nope"])

    (message,) = [m for m in chat.history() if m["role"] == "agent"]
    assert message["cards"][0]["title"] == "Trail Sneaker"
    assert message["cards"][0]["price"] == {"amount": "59.90", "currency": "USD"}
    assert (wrong.status_code, "nope" in wrong.json()["detail"]) == (422, True)


def test_the_same_message_sent_twice_is_said_once(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)

    first = ana.say(chat, "Hello", client_message_id="m-1")
    again = ana.say(chat, "Hello", client_message_id="m-1")

    assert first == again
    assert first["client_message_id"] == "m-1"
    said = [m for m in chat.history() if m["role"] == "agent"]
    assert [m["client_message_id"] for m in said] == [None]


@on_sqlite
def test_a_colleague_gets_a_conversation_from_its_owner_or_a_supervisor(office: Office) -> None:
    chat = queued(office.gateway)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    sue = office.sign_in("Sue", role="supervisor")
    ana.act("claim", chat)

    taken = ben.act("assign", chat, staff_id=ben.id)
    given = ana.act("assign", chat, staff_id=ben.id)
    moved = sue.act("assign", chat, staff_id=sue.id)
    nobody = sue.act("assign", chat, staff_id="nobody")

    assert taken.json()["error"] == "owned_by_other"
    assert given.json()["owner"]["name"] == "Ben"
    assert moved.json()["owner"]["name"] == "Sue"
    assert nobody.status_code == 404


@on_sqlite
def test_a_handoff_keeps_when_it_was_called_claimed_answered_and_over(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.say(chat, "Hello")
    ana.say(chat, "Anything else?")
    ana.act("close", chat)

    with office.gateway.sessions() as session:
        handoff = session.scalars(select(Handoff)).one()
        acts = list(session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)))
    assert (handoff.reason, handoff.staff_id, handoff.ended_how) == ("asked", ana.id, "closed")
    assert handoff.claimed_at is not None
    assert handoff.first_response_at is not None
    assert handoff.ended_at is not None
    assert handoff.queued_at < handoff.claimed_at < handoff.first_response_at < handoff.ended_at
    assert acts == ["login", "claim", "close"]


@on_sqlite
def test_who_writes_after_the_end_begins_with_the_bot(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)
    ana.act("close", chat)

    answered = chat.say("one more thing")

    assert answered["state"] == "bot"
    assert texts(answered["messages"]) == ["You said: one more thing"]


@on_sqlite
def test_the_shopper_is_told_in_their_language(office: Office) -> None:
    chat, ana = queued(office.gateway, locale="zh"), office.sign_in("Ana")

    ana.act("claim", chat)
    ana.act("close", chat)

    system = [m["text"] for m in chat.history() if m["role"] == "system"]
    assert system[0].startswith("Ana已加入对话")
    assert "已结束" in system[1]


@on_sqlite
def test_what_does_not_exist_cannot_be_claimed(office: Office) -> None:
    ana = office.sign_in("Ana")

    answers = [
        ana.post(f"/conversations/nothing/{act}", text="x")
        for act in ("claim", "release", "close", "note", "messages")
    ]

    assert {answer.status_code for answer in answers} == {404}
