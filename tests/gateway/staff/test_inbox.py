"""What staff see of conversations: lists, filters, the takeover card, corrections."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from db.tables.base import now
from db.tables.behaviour import Event
from db.tables.conversations import Conversation, Message
from db.tables.handoffs import Handoff, MessageLabel
from db.tables.orders import Cart, CartLine
from gateway.bot_client import Reply
from shop.identity import sign
from tests.builders import a_customer, a_product, an_order, an_order_line
from tests.gateway.conftest import Chat, on_sqlite
from tests.gateway.staff.conftest import Office, queued


def ids(conversations: list[dict[str, object]]) -> list[object]:
    return [conversation["id"] for conversation in conversations]


def test_the_list_shows_who_waits_for_how_long_and_why(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    with office.gateway.sessions.begin() as session:
        session.execute(update(Handoff).values(queued_at=now() - timedelta(seconds=90)))

    (listed,) = ana.listed(state="queued")

    assert listed["id"] == chat.id
    assert (listed["reason"], listed["unread"], listed["sentiment"]) == ("asked", 1, "neutral")
    assert 90 <= listed["waiting_seconds"] < 100
    # What they want tells more than what consoled them.
    assert listed["preview"] == {"role": "shopper", "text": "a person please"}
    assert ana.get("/conversations").json()["counts"]["queued"] == 1
    ana.act("claim", chat)
    assert ana.listed()[0]["preview"] == {"role": "bot", "text": "You said: a person please"}


def test_the_list_shows_words_and_no_markup(office: Office) -> None:
    gateway = office.gateway
    gateway.bot.reply = lambda call: [
        Reply(text="The **Trail\nSneaker** is [here](/products/p1): 2 ** 3 is 8")
    ]
    gateway.chat().say("hello")

    (listed,) = office.sign_in("Ana").listed()

    assert listed["preview"]["text"] == "The Trail Sneaker is here: 2 ** 3 is 8"


def test_who_waits_longest_comes_first_in_the_queue_and_the_newest_elsewhere(
    office: Office,
) -> None:
    first, second = queued(office.gateway), queued(office.gateway)
    talking = office.gateway.chat()
    talking.say("hello")
    silent = office.gateway.chat()
    ana = office.sign_in("Ana")

    assert ids(ana.listed(state="queued")) == [first.id, second.id]
    assert ids(ana.listed()) == [talking.id, second.id, first.id]
    assert silent.id not in ids(ana.listed(state="bot"))


def test_pages_of_the_list_follow_each_other(office: Office) -> None:
    chats = [queued(office.gateway) for _ in range(3)]
    ana = office.sign_in("Ana")

    page = ana.get("/conversations", state="queued", limit=2).json()
    rest = ana.get("/conversations", state="queued", limit=2, before=page["next"]).json()

    assert ids(page["conversations"]) + ids(rest["conversations"]) == [chat.id for chat in chats]
    assert rest["next"] is None


def test_filters_narrow_the_list(office: Office) -> None:
    gateway = office.gateway
    gateway.parser.scores |= {"this is awful": -1.0}
    angry, chinese = gateway.chat(), queued(gateway, locale="zh")
    angry.say("this is awful")
    ana = office.sign_in("Ana")
    ana.act("claim", chinese)
    ana.send("PUT", f"/conversations/{angry.id}/tags", tags=["vip", "vip", "late"])

    assert ids(ana.listed(sentiment="negative")) == [angry.id]
    assert ids(ana.listed(mine=True)) == ids(ana.listed(locale="zh")) == [chinese.id]
    assert ids(ana.listed(tag="late")) == ids(ana.listed(q="AWFUL")) == [angry.id]
    assert ids(ana.listed(q="100%")) == []
    assert ana.listed(q=angry.id)[0]["tags"] == ["late", "vip"]
    assert ana.get("/tags").json() == {"tags": ["late", "vip"]}
    assert ana.get("/conversations", state="nonsense").status_code == 422


@on_sqlite
def test_what_one_has_read_is_unread_to_the_others(office: Office) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")
    last = chat.history()[-1]["id"]

    assert ana.act("read", chat, message_id=last).status_code == 204
    # A page that was left open somewhere does not make it unread again.
    ana.act("read", chat, message_id="1")

    assert [one.listed()[0]["unread"] for one in (ana, ben)] == [0, 1]


@on_sqlite
def test_a_shopper_waits_for_a_person_until_one_answers(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")

    ana.act("claim", chat)
    claimed = ana.listed()[0]["waiting_seconds"]
    ana.say(chat, "Hello")
    answered = ana.listed()[0]["waiting_seconds"]
    chat.say("are you there?")
    waiting = ana.listed()[0]["waiting_seconds"]

    assert (claimed is None, answered, waiting is None) == (False, None, False)


def test_the_card_tells_who_it_is_what_they_did_and_how_they_feel(office: Office) -> None:
    gateway = office.gateway
    sneaker, socks = a_product(id="p1", title="Trail Sneaker"), a_product(id="p2")
    gateway.add(sneaker, socks, a_customer(id="c1", name="Maya"))
    gateway.add(an_order(an_order_line(socks), id="o1", customer_id="c1"))
    customer = {"id": "c1", "signature": sign("c1", key=gateway.settings.identity_key)}
    page = {"url": "/products/p1", "product_id": "p1"}
    gateway.parser.scores |= {"a person please": -0.8}
    chat = queued(gateway, customer=customer, page=page)
    gateway.add(
        Event(name="view_item", occurred_at=now(), customer_id="c1", product_id="p1"),
        Event(name="search", occurred_at=now(), session_id=chat.id, search_term="warm socks"),
        Cart(
            id="cart",
            conversation_id=chat.id,
            lines=[CartLine(product_id="p1", quantity=2, price=sneaker.price)],
        ),
    )

    ana = office.sign_in("Ana")
    card = ana.detail(chat)

    assert card["conversation"]["customer"] == {"id": "c1", "name": "Maya"}
    assert card["conversation"]["cart_value"] == {"amount": "119.80", "currency": "USD"}
    assert card["cart"]["lines"][0]["product"]["title"] == "Trail Sneaker"
    assert [(order["id"], order["total"]["amount"]) for order in card["orders"]] == [
        ("o1", "59.90")
    ]
    assert {step["name"] for step in card["behaviour"]} == {"view_item", "search"}
    assert card["page"]["title"] == "Trail Sneaker"
    assert card["sentiment_curve"][0]["label"] == "negative"
    said = next(m for m in card["messages"] if m["role"] == "shopper")
    assert (said["intent"], said["sentiment"]["score"]) == ("human_handoff", -0.8)
    for fact in ("Maya", "asked for a person", "Trail Sneaker", "a person please", "bad mood"):
        assert fact in card["summary"]
    # Rasa, NLU and recommender are all down in this test.
    assert (card["slots"], card["suggestions"]["replies"]) == ({}, [])
    chinese = ana.get(f"/conversations/{chat.id}", locale="zh").json()
    assert "情绪较差" in chinese["summary"]


@on_sqlite
def test_a_guest_who_has_left_no_trace_makes_a_card_too(office: Office) -> None:
    card = office.sign_in("Ana").detail(queued(office.gateway))

    assert (card["cart"], card["page"], card["orders"], card["behaviour"]) == (None, None, [], [])
    assert card["summary"].startswith("A guest.")


@on_sqlite
def test_goods_can_be_chosen_also_while_the_recommender_is_down(office: Office) -> None:
    office.gateway.add(a_product(id="p1", title="Trail Sneaker"), a_product(id="p2", title="Mug"))
    ana = office.sign_in("Ana")

    found = ana.get("/products", q="sneaker").json()

    assert found["degraded"]
    assert found["products"][0]["product_id"] == "p1"


@pytest.mark.parametrize("path", ["", "/messages", "/suggestions"])
@on_sqlite
def test_what_does_not_exist_is_not_found(office: Office, path: str) -> None:
    assert office.sign_in("Ana").get(f"/conversations/nothing{path}").status_code == 404


def shoppers_message(office: Office, chat: Chat) -> int:
    with office.gateway.sessions() as session:
        said = select(Message.id).where(
            Message.conversation_id == chat.id, Message.role == "shopper"
        )
        return session.scalars(said).one()


def test_a_correction_is_kept_with_who_made_it_and_the_newest_holds(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    message = shoppers_message(office, chat)
    entities = [{"entity": "brand", "value": "Northbay", "role": "exclude", "start": 2, "end": 8}]

    ana.post(f"/messages/{message}/label", intent="complaint")
    label = ana.post(
        f"/messages/{message}/label", intent="ask_faq", entities=entities, sentiment="negative"
    )

    assert label.status_code == 200
    assert label.json()["by"]["name"] == "Ana"
    shown = next(m for m in ana.detail(chat)["messages"] if m["id"] == str(message))
    assert (shown["intent"], shown["label"]["intent"]) == ("human_handoff", "ask_faq")
    with office.gateway.sessions() as session:
        kept = session.scalars(select(MessageLabel).order_by(MessageLabel.id)).all()
    assert [(one.intent, one.sentiment, one.staff_id) for one in kept] == [
        ("complaint", None, ana.id),
        ("ask_faq", "negative", ana.id),
    ]
    assert kept[1].entities is not None
    assert kept[1].entities[0]["role"] == "exclude"


@on_sqlite
def test_only_what_a_shopper_said_can_be_corrected(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    greeting = chat.history()[0]["id"]

    assert ana.post(f"/messages/{greeting}/label", intent="greet").status_code == 404
    assert ana.post("/messages/x/label", intent="greet").status_code == 404
    assert ana.send("POST", f"/messages/{greeting}/label").status_code == 422
    nowhere = [{"entity": "brand", "value": "Northbay"}]
    said = shoppers_message(office, chat)
    refused = ana.post(f"/messages/{said}/label", entities=nowhere)
    assert refused.status_code == 422
    assert "mark its words" in refused.json()["detail"]


def test_a_note_is_for_colleagues_alone(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")

    note = ana.act("note", chat, text="Called the warehouse <b>twice</b>")

    assert note.json()["author"]["name"] == "Ana"
    assert ana.detail(chat)["notes"] == [note.json()]
    assert "warehouse" not in str(chat.history())


@on_sqlite
def test_a_mood_that_was_followed_is_that_of_all_messages(office: Office) -> None:
    gateway = office.gateway
    gateway.parser.scores |= {"bad": -1.0, "good": 0.9}
    chat = gateway.chat()
    for text in ("bad", "hello", "good", "bad"):
        chat.say(text)

    with gateway.sessions() as session:
        mood = session.get_one(Conversation, chat.id).mood
    curve = office.sign_in("Ana").detail(chat)["sentiment_curve"]

    assert curve[-1]["mood"] == pytest.approx(mood, abs=0.001)


@on_sqlite
def test_what_anybody_types_comes_back_as_typed_and_never_as_a_page(office: Office) -> None:
    typed = "<script>alert(1)</script> ${7*7} [x](javascript:alert(1))"
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    chat.say(typed)
    ana.act("claim", chat)
    ana.say(chat, typed)
    ana.act("note", chat, text=typed)

    answer = ana.get(f"/conversations/{chat.id}")

    card = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    said = [m["text"] for m in card["messages"] if m["role"] in ("shopper", "agent")]
    assert said == ["a person please", typed, typed]
    assert card["notes"][0]["text"] == typed
