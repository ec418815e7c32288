"""The chat API over WebSocket, alone and beside REST."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.testclient import WebSocketTestSession
from starlette.websockets import WebSocketDisconnect

from tests.gateway.conftest import Chat, Gateway, on_sqlite, texts

pytestmark = on_sqlite

PATH = "/api/chat/ws"


class Tab:
    """One browser tab that has shown its token."""

    def __init__(self, socket: WebSocketTestSession) -> None:
        self.socket = socket

    def send(self, **frame: Any) -> None:
        self.socket.send_json(frame)

    def receive(self) -> dict[str, Any]:
        frame: dict[str, Any] = self.socket.receive_json()
        return frame

    def until(self, kind: str) -> list[dict[str, Any]]:
        """The frames up to the next one of this type."""
        frames = [self.receive()]
        while frames[-1]["type"] != kind:
            frames.append(self.receive())
        return frames


@contextmanager
def a_tab(gateway: Gateway, chat: Chat) -> Iterator[Tab]:
    with gateway.client.websocket_connect(PATH) as socket:
        tab = Tab(socket)
        tab.send(type="auth", token=chat.token)
        assert tab.receive() == {"type": "state", "state": "bot"}
        yield tab


def said(frames: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [
        (frame["message"]["role"], frame["message"]["text"])
        for frame in frames
        if frame["type"] == "message"
    ]


def test_a_turn_is_acknowledged_echoed_typed_answered_and_its_state_told(
    gateway: Gateway,
) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        tab.send(type="message", text="hello", client_message_id="1")
        ack, echo, typing, answer, stopped, state = (tab.receive() for _ in range(6))

    assert ack["type"] == "ack"
    assert ack["client_message_id"] == "1"
    assert echo["message"]["role"] == "shopper"
    assert echo["message"]["client_message_id"] == "1"
    assert echo["message"]["id"] == ack["message_id"]
    assert typing == {"type": "typing", "who": "bot", "on": True}
    assert stopped == {"type": "typing", "who": "bot", "on": False}
    assert answer["message"]["text"] == "You said: hello"
    assert state == {"type": "state", "state": "bot"}


def test_every_tab_of_a_conversation_sees_the_turn(gateway: Gateway) -> None:
    chat = gateway.chat()
    with a_tab(gateway, chat) as one, a_tab(gateway, chat) as two:
        one.send(type="message", text="hello", client_message_id="1")
        seen = [said(tab.until("state")) for tab in (one, two)]

    assert seen == [[("shopper", "hello"), ("bot", "You said: hello")]] * 2


def test_what_is_said_by_rest_is_seen_by_the_tabs(gateway: Gateway) -> None:
    chat = gateway.chat()
    with a_tab(gateway, chat) as tab:
        chat.say("hello")

        assert said(tab.until("state")) == [("shopper", "hello"), ("bot", "You said: hello")]


def test_another_conversation_sees_nothing_of_it(gateway: Gateway) -> None:
    mine, theirs = gateway.chat(), gateway.chat()
    with a_tab(gateway, theirs) as tab:
        mine.say("my secret")
        theirs.say("hello")

        assert said(tab.until("state")) == [("shopper", "hello"), ("bot", "You said: hello")]


def test_a_message_sent_again_is_acknowledged_and_replayed_to_its_tab(gateway: Gateway) -> None:
    chat = gateway.chat()
    first = chat.say("hello", client_message_id="1")
    with a_tab(gateway, chat) as tab:
        tab.send(type="message", text="hello", client_message_id="1")
        ack, *rest = tab.until("state")

    assert ack["type"] == "ack"
    assert said(rest) == [("shopper", "hello"), ("bot", "You said: hello")]
    assert rest[1]["message"]["id"] == first["messages"][0]["id"]
    assert len(gateway.bot.calls) == 1


def test_a_quick_reply_works_over_the_socket(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.offers("More", "/show_more")
    offered = chat.say("shoes")["messages"][0]["quick_replies"][0]
    with a_tab(gateway, chat) as tab:
        tab.send(type="message", payload=offered["payload"], client_message_id="2")
        frames = tab.until("state")

    assert said(frames)[0] == ("shopper", "More")
    assert gateway.bot.calls[-1].parse["intent"]["name"] == "show_more"


def test_messages_sent_together_are_answered_in_order(gateway: Gateway) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        for number in range(20):
            tab.send(type="message", text=f"{number}", client_message_id=f"id-{number}")
        frames = [frame for _ in range(20) for frame in tab.until("state")]

    answers = [text for role, text in said(frames) if role == "bot"]
    assert answers == [f"You said: {number}" for number in range(20)]


def test_the_bot_does_not_type_while_a_person_answers(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.intents["a person"] = "human_handoff"
    with a_tab(gateway, chat) as tab:
        tab.send(type="message", text="a person", client_message_id="1")

        assert tab.until("state")[-1]["state"] == "queued"


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        ({"type": "message", "text": "", "client_message_id": "1"}, "invalid"),
        ({"type": "message", "text": "x" * 2001, "client_message_id": "1"}, "invalid"),
        ({"type": "message", "client_message_id": "1"}, "invalid"),
        (
            {"type": "message", "payload": "/checkout", "client_message_id": "1"},
            "unknown_payload",
        ),
        ({"type": "nonsense", "client_message_id": "1"}, "invalid"),
        ({"type": "typing", "on": "maybe", "client_message_id": "1"}, "invalid"),
    ],
)
def test_a_bad_frame_is_answered_by_an_error_that_names_it(
    gateway: Gateway, frame: dict[str, Any], code: str
) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        tab.send(**frame)
        error = tab.receive()
        assert (error["type"], error["code"], error["client_message_id"]) == ("error", code, "1")
        assert error["detail"]

        tab.send(type="message", text="still here", client_message_id="2")
        assert said(tab.until("state"))[1] == ("bot", "You said: still here")


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "null", "[" * 50_000, "x" * 70_000])
def test_a_frame_that_is_no_json_object_is_an_error(gateway: Gateway, text: str) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        tab.socket.send_text(text)

        assert tab.receive()["code"] == "invalid"


def test_a_binary_frame_is_an_error(gateway: Gateway) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        tab.socket.send_bytes(b"\x00\xff")

        assert tab.receive()["code"] == "invalid"


def test_typing_is_taken_without_an_answer(gateway: Gateway) -> None:
    with a_tab(gateway, gateway.chat()) as tab:
        tab.send(type="typing", on=True)
        tab.send(type="message", text="hello", client_message_id="1")

        assert tab.receive()["type"] == "ack"


@pytest.mark.parametrize(
    "first",
    [
        {"type": "auth", "token": "wrong"},
        {"type": "auth"},
        {"type": "message", "text": "hello"},
        [],
    ],
)
def test_a_socket_without_a_good_token_is_told_why_and_closed(gateway: Gateway, first: Any) -> None:
    with gateway.client.websocket_connect(PATH) as socket:
        socket.send_json(first)

        assert socket.receive_json()["code"] == "unauthorized"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4401


def test_a_socket_that_says_nothing_is_closed(gateway: Gateway) -> None:
    with gateway.client.websocket_connect(PATH) as socket:
        assert socket.receive_json()["code"] == "auth_timeout"
        with pytest.raises(WebSocketDisconnect) as closed:
            socket.receive_json()
    assert closed.value.code == 4408


def test_a_shopper_who_hangs_up_is_answered_all_the_same(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.delay = lambda text: 0.1
    with a_tab(gateway, chat) as tab:
        tab.send(type="message", text="hello", client_message_id="1")
        assert tab.receive()["type"] == "ack"

    # The next turn waits for the one that nobody listens to any more.
    chat.say("back again")
    assert "You said: hello" in texts(chat.history())


def test_a_message_that_could_not_be_answered_is_said_so(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.crashes = True
    with a_tab(gateway, chat) as tab:
        tab.send(type="message", text="hello", client_message_id="1")
        error = tab.until("error")[-1]

    assert (error["code"], error["client_message_id"]) == ("not_answered", "1")
