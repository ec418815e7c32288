"""What happens in conversations, as consoles and widgets hear of it the moment it happens."""

import pytest

from tests.builders import a_product
from tests.gateway.conftest import on_sqlite
from tests.gateway.staff.conftest import Office, hear, queued

pytestmark = on_sqlite


def test_a_console_hears_what_a_shopper_says_and_then_how_it_was_understood(
    office: Office,
) -> None:
    chat, ana = office.gateway.chat(), office.sign_in("Ana")

    with ana.attending() as socket:
        chat.say("a person please")
        said = hear(socket, "message")
        understood = hear(socket, "message")
        listed = hear(socket, "conversation")

    assert said["conversation_id"] == chat.id
    assert (said["message"]["text"], said["message"]["intent"]) == ("a person please", None)
    assert understood["message"]["id"] == said["message"]["id"]
    assert understood["message"]["intent"] == "human_handoff"
    assert (listed["conversation"]["id"], listed["conversation"]["unread"]) == (chat.id, 1)


def test_all_consoles_hear_who_has_claimed_a_conversation(office: Office) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")

    with ben.attending() as socket:
        ana.act("claim", chat)
        heard = hear(socket, "conversation")["conversation"]
        counts = hear(socket, "counts")["counts"]

    assert (heard["state"], heard["owner"]["name"]) == ("human", "Ana")
    assert (counts["human"], counts["mine"]) == (1, 0)


def test_the_widget_hears_who_speaks_what_they_say_and_that_they_type(office: Office) -> None:
    office.gateway.add(a_product(id="p1"))
    chat, ana = queued(office.gateway), office.sign_in("Ana")

    with ana.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        assert widget.receive_json()["queue"]["position"] == 1
        ana.act("claim", chat)
        joined = hear(widget, "state")
        console.send_json({"type": "typing", "conversation_id": chat.id, "on": True})
        typing = hear(widget, "typing", on=True)
        ana.say(chat, "Hello", cards=["p1"])
        stopped = hear(widget, "typing")
        said = hear(widget, "message")["message"]
        ana.act("release", chat)
        back = hear(widget, "state")

    assert (joined["state"], joined["agent"]) == ("human", "Ana")
    assert (typing["who"], typing["name"]) == ("agent", "Ana")
    assert stopped["on"] is False
    assert (said["role"], said["author"], said["cards"][0]["product_id"]) == ("agent", "Ana", "p1")
    assert (back["state"], "agent" in back) == ("bot", False)


def test_a_console_hears_that_the_shopper_types(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")

    with ana.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        widget.send_json({"type": "typing", "on": True})
        heard = hear(console, "typing", on=True)

    assert (heard["who"], heard["conversation_id"]) == ("shopper", chat.id)


def test_the_shoppers_typing_ends_when_they_send_it_and_when_they_leave(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")

    with ana.attending() as console:
        with chat.client.websocket_connect("/api/chat/ws") as widget:
            widget.send_json({"type": "auth", "token": chat.token})
            widget.send_json({"type": "typing", "on": True})
            hear(console, "typing", who="shopper", on=True)
            widget.send_json({"type": "message", "text": "hello", "client_message_id": "1"})
            sent = hear(console, "typing", who="shopper")
            widget.send_json({"type": "typing", "on": True})
            hear(console, "typing", who="shopper", on=True)
        left = hear(console, "typing", who="shopper")

    assert (sent["on"], left["on"]) == (False, False)


@pytest.mark.parametrize("ending", ["release", "close", "assign"])
def test_typing_ends_when_the_conversation_changes_hands_and_stays_ended(
    office: Office, ending: str
) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")
    ana.act("claim", chat)
    body = {"staff_id": ben.id} if ending == "assign" else {}

    with ana.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        hear(widget, "state")
        typing = {"type": "typing", "conversation_id": chat.id, "on": True}
        console.send_json(typing)
        hear(widget, "typing", on=True)
        assert ana.act(ending, chat, **body).status_code == 200
        ended = hear(widget, "typing")
        hear(widget, "state")
        # What was under way at the console when it happened.
        console.send_json(typing)
        console.send_json({"type": "ping"})
        hear(console, "pong")
        widget.send_json({"type": "message", "text": "hello", "client_message_id": "1"})
        frames = [widget.receive_json()]
        while frames[-1]["type"] != "ack":
            frames.append(widget.receive_json())

    assert (ended["who"], ended["on"]) == ("agent", False)
    assert not any(frame["type"] == "typing" and frame["who"] == "agent" for frame in frames)


def test_nobody_can_type_into_a_conversation_that_is_not_theirs(office: Office) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")
    ana.act("claim", chat)

    with ben.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        hear(widget, "state")
        console.send_json({"type": "typing", "conversation_id": chat.id, "on": True})
        console.send_json({"type": "ping"})
        hear(console, "pong")
        ana.say(chat, "Hello")
        frames = [widget.receive_json() for _ in range(2)]

    assert [frame for frame in frames if frame["type"] == "typing" and frame["on"]] == []


def test_typing_ends_when_the_console_closes(office: Office) -> None:
    chat, ana = queued(office.gateway), office.sign_in("Ana")
    ana.act("claim", chat)

    with chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        hear(widget, "state")
        with ana.attending() as console:
            console.send_json({"type": "typing", "conversation_id": chat.id, "on": True})
            hear(widget, "typing", on=True)
        ended = hear(widget, "typing")

    assert ended["on"] is False


def test_notes_and_corrections_reach_the_other_consoles_and_no_widget(office: Office) -> None:
    chat, ana, ben = queued(office.gateway), office.sign_in("Ana"), office.sign_in("Ben")
    message = next(m["id"] for m in chat.history() if m["role"] == "shopper")

    with ben.attending() as console, chat.client.websocket_connect("/api/chat/ws") as widget:
        widget.send_json({"type": "auth", "token": chat.token})
        ana.act("note", chat, text="a secret")
        ana.post(f"/messages/{message}/label", intent="complaint")
        note = hear(console, "note")
        labelled = hear(console, "message")
        widget.send_json({"type": "message", "text": "hi", "client_message_id": "1"})
        frames = []
        while not frames or frames[-1]["type"] != "ack":
            frames.append(widget.receive_json())

    assert note["note"]["text"] == "a secret"
    assert labelled["message"]["label"]["intent"] == "complaint"
    assert "secret" not in str(frames)
    assert "complaint" not in str(frames)


@pytest.mark.parametrize("frame", ["no json", '{"type": "shout"}', '{"type": "typing"}'])
def test_frames_that_make_no_sense_are_answered_and_the_socket_stays_open(
    office: Office, frame: str
) -> None:
    ana = office.sign_in("Ana")

    with ana.attending() as console:
        console.send_text(frame)
        assert hear(console, "error")["code"] == "invalid"
        console.send_json({"type": "ping"})
        assert hear(console, "pong")
