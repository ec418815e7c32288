"""The inbox for corrections, as consoles use it."""

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy import text as sql

from db.tables.handoffs import MessageLabel
from db.tables.staff import AuditEntry
from gateway.staff.suggestions import Adviser
from gateway.staff.wire import LabelNames
from tests.gateway.conftest import Chat, Gateway, on_sqlite
from tests.gateway.staff.conftest import Console, Office, hear

pytestmark = on_sqlite

KNOWN = ["search_product", "track_order", "ask_refund"]
TEXT = "where is my red parcel"


@pytest.fixture(autouse=True)
def model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The NLU server knows a few intents."""
    names = LabelNames(intents=KNOWN, entities=["color", "brand"], sentiments=["negative"])
    monkeypatch.setattr(Adviser, "label_names", lambda self: names)
    return


def agreed(gateway: Gateway, *texts: str) -> Chat:
    """A conversation that may be learnt from, in which this was said."""
    chat = gateway.chat()
    agree(chat)
    for text in texts:
        chat.say(text)
    return chat


def agree(chat: Chat, *, training: bool = True) -> None:
    answer = chat.client.post(
        "/api/chat/consent", json={"training": training}, headers=chat.headers
    )
    assert answer.status_code == 204


def listed(console: Console, **query: Any) -> dict[str, Any]:
    answer = console.get("/corrections", **query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


def texts(page: dict[str, Any]) -> list[str]:
    return [message["text"] for group in page["groups"] for message in group["messages"]]


def ids(page: dict[str, Any]) -> list[str]:
    return [message["id"] for group in page["groups"] for message in group["messages"]]


def chosen(*messages: str) -> list[dict[str, str]]:
    return [{"id": each} for each in messages]


def an_act() -> str:
    return str(uuid.uuid4())


def correct(console: Console, *messages: str, **body: Any) -> dict[str, Any]:
    answer = console.post("/corrections", **{"act": an_act(), "messages": chosen(*messages)} | body)
    assert answer.status_code == 200, answer.text
    done: dict[str, Any] = answer.json()
    return done


def labels(gateway: Gateway) -> list[tuple[str | None, str | None, bool]]:
    with gateway.sessions() as session:
        rows = session.scalars(select(MessageLabel).order_by(MessageLabel.id))
        return [(row.intent, row.sentiment, row.discarded) for row in rows]


def test_only_strangers_are_kept_out(office: Office) -> None:
    assert office.browser().get("/api/staff/corrections").status_code == 401
    for role in ("agent", "supervisor"):
        assert office.sign_in(role.title(), role=role).get("/corrections").status_code == 200  # type: ignore[arg-type]


def test_a_call_of_another_site_labels_nothing(office: Office) -> None:
    ana = office.sign_in("Ana")
    body = {"act": an_act(), "messages": chosen("1"), "discard": True}
    assert ana.client.post("/api/staff/corrections", json=body).status_code == 403


def test_what_shoppers_agreed_to_is_listed_with_what_was_said_around_it(office: Office) -> None:
    agreed(office.gateway, TEXT)
    office.gateway.chat().say("words of somebody who was not asked")
    page = listed(office.sign_in("Ana"))
    (group,) = page["groups"]
    assert texts(page) == [TEXT]
    assert group["after"] == {"role": "bot", "text": f"You said: {TEXT}"}
    assert group["before"]["role"] == "bot"
    assert (page["left"]["groups"], page["left"]["messages"], page["next"]) == (1, 1, None)
    assert group["messages"][0]["likely"][0]["intent"] == "search_product"


def test_a_group_is_labelled_in_one_go_and_leaves_the_list(office: Office) -> None:
    for _ in range(3):
        agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    page = listed(ana)
    assert len(page["groups"]) == 1
    done = correct(ana, *ids(page), intent="track_order", sentiment="negative")
    assert sorted(done["labelled"]) == sorted(ids(page))
    assert labels(office.gateway) == [("track_order", "negative", False)] * 3
    after = listed(ana)
    assert after["groups"] == []
    assert after["week"] == {"accepted": 0, "corrected": 3, "discarded": 0, "mine": 3}


def test_what_was_read_right_counts_as_accepted(office: Office) -> None:
    agreed(office.gateway, TEXT, "a hat")
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    one, two = ids(listed(ana))
    correct(ana, one, intent="search_product")
    correct(ana, two, discard=True)
    assert listed(ben)["week"] == {"accepted": 1, "corrected": 0, "discarded": 1, "mine": 0}


def test_the_same_act_again_does_nothing_twice(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    (message,) = ids(listed(ana))
    act = an_act()
    first = correct(ana, message, act=act, intent="track_order")
    again = correct(ana, message, act=act, intent="ask_refund")
    assert first == again
    assert labels(office.gateway) == [("track_order", None, False)]


def test_an_act_is_taken_back_once_and_the_messages_come_back(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    (message,) = ids(listed(ana))
    act = correct(ana, message, intent="track_order")["act"]
    assert ben.post("/corrections/undo", act=act).json() == {"restored": []}
    assert ana.post("/corrections/undo", act=act).json() == {"restored": [message]}
    assert ana.post("/corrections/undo", act=act).json() == {"restored": []}
    assert ids(listed(ben)) == [message]


def test_of_two_agents_the_last_one_says_and_is_told(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    (message,) = ids(listed(ana))
    with ben.attending() as socket:
        act = correct(ana, message, intent="track_order")["act"]
        frame = hear(socket, "corrected")
    assert (frame["by"]["name"], frame["messages"]) == ("Ana", [message])
    assert (frame["intent"], frame["undone"], frame["act"]) == ("track_order", False, act)
    done = correct(ben, message, intent="ask_refund")
    (overridden,) = done["overridden"]
    assert (overridden["by"]["name"], overridden["intent"]) == ("Ana", "track_order")
    with office.gateway.sessions() as session:
        newest = session.scalars(select(MessageLabel).order_by(MessageLabel.id.desc())).first()
    assert newest is not None
    assert newest.intent == "ask_refund"


def test_an_act_of_somebody_else_is_not_written_over(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    (message,) = ids(listed(ana))
    act = correct(ana, message, intent="track_order")["act"]
    body = {"act": act, "messages": chosen(message), "discard": True}
    assert ben.post("/corrections", **body).status_code == 409


def test_consent_that_was_taken_back_ends_it_at_once(office: Office) -> None:
    chat = agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    (message,) = ids(listed(ana))
    agree(chat, training=False)
    assert listed(ana)["groups"] == []
    done = correct(ana, message, intent="track_order")
    assert (done["labelled"], done["gone"]) == ([], [message])
    assert labels(office.gateway) == []


def test_entities_are_marked_in_the_words_of_the_message(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    (message,) = ids(listed(ana))
    start = TEXT.index("red")
    red = {"entity": "color", "value": "red", "start": start, "end": start + 3}
    outside = [{"id": message, "entities": [{**red, "end": 900}]}]
    refused = ana.post("/corrections", act=an_act(), messages=outside, intent="track_order")
    assert refused.status_code == 422
    assert "mark its words" in refused.json()["detail"]
    correct(ana, messages=[{"id": message, "entities": [red]}])
    with office.gateway.sessions() as session:
        (label,) = session.scalars(select(MessageLabel))
    assert label.entities == [{**red, "role": "include"}]
    assert label.intent is None


@pytest.mark.parametrize(
    "body",
    [
        {"messages": [], "discard": True},
        {"messages": chosen("1")},
        {"messages": chosen("x"), "discard": True},
        {"messages": chosen("1"), "intent": "no_such_intent"},
        {"messages": chosen("1"), "discard": True, "act": "short"},
    ],
)
def test_what_says_nothing_or_nonsense_is_refused(office: Office, body: dict[str, Any]) -> None:
    answer = office.sign_in("Ana").post("/corrections", **{"act": an_act(), **body})
    assert answer.status_code == 422


def test_the_list_is_narrowed_by_reason_intent_words_and_time(office: Office) -> None:
    office.gateway.parser.scores["it broke"] = -0.9
    office.gateway.parser.intents["my refund"] = "ask_refund"
    agreed(office.gateway, "it broke", "my refund")
    ana = office.sign_in("Ana")
    assert texts(listed(ana, reason="negative")) == ["it broke"]
    assert texts(listed(ana, intent="ask_refund")) == ["my refund"]
    assert texts(listed(ana, q="REFUND")) == ["my refund"]
    assert texts(listed(ana, q="50%")) == []
    assert len(texts(listed(ana, since="2020-01-01T00:00:00Z"))) == 2
    assert texts(listed(ana, since="2999-01-01T00:00:00Z")) == []
    page = listed(ana, limit=1)
    assert (page["next"], page["left"]["found"]) == (1, 2)
    assert texts(page) + texts(listed(ana, limit=1, offset=1)) == texts(listed(ana))
    assert ana.get("/corrections", reason="boredom").status_code == 422


def test_a_new_intent_is_labelled_with_though_it_does_not_serve_yet(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana, ben = office.sign_in("Ana"), office.sign_in("Ben")
    (message,) = ids(listed(ana))
    new = {"name": "gift_wrap", "description": "Wants it wrapped as a gift."}
    made = ana.post("/corrections/intents", **new)
    assert (made.status_code, made.json()) == (201, {**new, "serves": False})
    known = ben.get("/corrections/intents").json()
    assert {each["name"]: each["serves"] for each in known["intents"]} == {
        **dict.fromkeys(KNOWN, True),
        "gift_wrap": False,
    }
    assert known["entities"] == ["color", "brand"]
    correct(ben, message, intent="gift_wrap")
    assert labels(office.gateway) == [("gift_wrap", None, False)]


def test_the_conversations_own_page_labels_with_the_same_intents_and_as_plainly(
    office: Office,
) -> None:
    agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    (message,) = ids(listed(ana))
    ana.post("/corrections/intents", name="gift_wrap", description="Wants it wrapped as a gift.")

    assert ana.post(f"/messages/{message}/label", intent="gift_wrap").status_code == 200
    refused = ana.post(f"/messages/{message}/label", intent="gift_rap")

    assert refused.status_code == 422
    assert labels(office.gateway) == [("gift_wrap", None, False)]
    with office.gateway.sessions() as session:
        # What was not corrected is no value at all.
        assert session.execute(sql("SELECT entities FROM message_labels")).scalars().all() == [None]


def test_the_intents_are_known_still_while_the_model_is_away(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana = office.sign_in("Ana")
    known = ana.get("/corrections/intents").json()
    nothing = LabelNames(intents=[], entities=[], sentiments=[])
    monkeypatch.setattr(Adviser, "label_names", lambda self: nothing)
    assert ana.get("/corrections/intents").json() == known


@pytest.mark.parametrize(
    ("name", "status"),
    [("track_order", 409), ("nlu_fallback", 409), ("Gift Wrap", 422), ("a__b", 422), ("9a", 422)],
)
def test_a_new_intent_needs_a_free_name_that_models_can_read(
    office: Office, name: str, status: int
) -> None:
    answer = office.sign_in("Ana").post("/corrections/intents", name=name, description="Wrong one.")
    assert answer.status_code == status


def test_the_audit_log_tells_how_many_were_labelled_and_as_what(office: Office) -> None:
    agreed(office.gateway, TEXT)
    ana = office.sign_in("Ana")
    (message,) = ids(listed(ana))
    act = correct(ana, message, intent="track_order")["act"]
    ana.post("/corrections/undo", act=act)
    correct(ana, message, discard=True)
    with office.gateway.sessions() as session:
        acts = [
            (row.action, row.detail)
            for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))
            if row.action != "login"
        ]
    assert acts == [
        ("corrected", {"messages": 1, "intent": "track_order"}),
        ("correction_undone", {"messages": 1}),
        ("discarded", {"messages": 1}),
    ]
