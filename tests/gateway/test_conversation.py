"""How a message travels: stored first, answered once, in order, whatever is down."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import update

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from gateway.bot_client import Reply
from tests.gateway.conftest import Chat, Gateway, an_id, stored, texts, wait_until


def state_is(gateway: Gateway, chat: Chat, state: str) -> None:
    with gateway.sessions.begin() as session:
        session.execute(update(Conversation).where(Conversation.id == chat.id).values(state=state))


def test_a_message_is_stored_with_its_parse_and_its_answer(gateway: Gateway) -> None:
    chat = gateway.chat()

    chat.say("red sneakers", client_message_id="one")

    greeting, said, answer = stored(gateway, chat)
    assert greeting.role == "bot"
    assert (said.role, said.text, said.client_message_id) == ("shopper", "red sneakers", "one")
    assert said.parse is not None
    assert said.parse["intent"]["name"] == "search_product"
    assert said.answered_at is not None
    assert (answer.role, answer.text, answer.reply_to) == (
        "bot",
        "You said: red sneakers",
        said.id,
    )
    assert not answer.degraded


def test_the_bot_is_given_words_parse_and_who_speaks(gateway: Gateway) -> None:
    chat = gateway.chat(locale="zh-CN", page={"url": "/products/p1", "product_id": "p1"})

    before = time.time()
    chat.say("你好")

    call = gateway.bot.calls[0]
    assert call.conversation_id == chat.id
    assert call.text == "你好"
    assert call.parse["text"] == "你好"
    said = stored(gateway, chat)[1]
    assert before < call.metadata["answer_by"] < time.time() + 1
    assert {name: call.metadata[name] for name in call.metadata if name != "answer_by"} == {
        "customer_id": None,
        "locale": "zh",
        "page": {"url": "/products/p1", "product_id": "p1"},
        "state": "bot",
        "country": None,
        "message_id": str(said.id),
        "again": False,
    }


def test_a_message_may_bring_the_page_the_shopper_moved_to(gateway: Gateway) -> None:
    chat = gateway.chat(page={"url": "/"})

    chat.say("is this waterproof?", page={"url": "/products/p2", "product_id": "p2"})
    chat.say("and this?")

    pages = [call.metadata["page"] for call in gateway.bot.calls]
    assert pages == [{"url": "/products/p2", "product_id": "p2"}] * 2


def test_the_same_id_again_returns_equal_answers_and_does_nothing_twice(gateway: Gateway) -> None:
    chat = gateway.chat()
    first = chat.send(text="hello", client_message_id="same")
    again = chat.send(text="hello", client_message_id="same")

    assert first.content == again.content
    assert len(gateway.bot.calls) == 1
    assert texts(chat.history())[1:] == ["hello", "You said: hello"]


def test_the_same_id_at_the_same_time_is_answered_once(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.delay = lambda text: 0.1

    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(lambda _: chat.send(text="hello", client_message_id="same"), range(8))
        )

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(gateway.bot.calls) == 1


def test_the_same_id_in_two_conversations_is_two_messages(gateway: Gateway) -> None:
    for _ in range(2):
        assert texts(gateway.chat().say("hi", client_message_id="1")["messages"]) == [
            "You said: hi"
        ]

    assert len(gateway.bot.calls) == 2


def test_fifty_messages_at_once_are_all_answered_in_their_order(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.delay = lambda text: 0.002

    def say(number: int) -> dict[str, Any]:
        return chat.say(f"message {number}", client_message_id=an_id())

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(say, range(50)))

    for number, answer in enumerate(answers):
        assert texts(answer["messages"]) == [f"You said: message {number}"]
    history = chat.history()[1:]
    said = [m["text"] for m in history if m["role"] == "shopper"]
    answered = [m["text"].removeprefix("You said: ") for m in history if m["role"] == "bot"]
    assert sorted(said) == sorted(f"message {number}" for number in range(50))
    assert answered == said == [call.text for call in gateway.bot.calls]


def test_one_conversation_has_one_turn_at_a_time(gateway: Gateway) -> None:
    chat = gateway.chat()
    at_once: list[int] = []
    running = 0

    def delay(_: str) -> float:
        nonlocal running
        running += 1
        at_once.append(running)
        return 0.01

    def reply(_: object) -> list[Reply]:
        nonlocal running
        running -= 1
        return [Reply(text="done")]

    gateway.bot.delay, gateway.bot.reply = delay, reply
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda n: chat.say(f"{n}"), range(10)))

    assert at_once == [1] * 10


def test_a_slow_conversation_does_not_hold_up_another(gateway: Gateway) -> None:
    slow, quick = gateway.chat(), gateway.chat()
    gateway.bot.delay = lambda text: 0.6 if text == "slow" else 0.0
    order: list[str] = []

    def wait_for_the_slow_one() -> None:
        slow.say("slow")
        order.append("slow")

    thread = threading.Thread(target=wait_for_the_slow_one)
    thread.start()
    wait_until(lambda: len(gateway.bot.calls) == 1)
    quick.say("quick")
    order.append("quick")
    thread.join()

    assert order == ["quick", "slow"]


def test_a_message_that_a_crash_left_unanswered_is_answered_when_it_comes_again(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    gateway.add(
        Message(
            conversation_id=chat.id,
            role="shopper",
            text="are you there?",
            client_message_id="before-the-crash",
            created_at=now(),
        )
    )

    answer = chat.say("are you there?", client_message_id="before-the-crash")

    assert texts(answer["messages"]) == ["You said: are you there?"]
    assert texts(chat.history())[1:] == ["are you there?", "You said: are you there?"]


def test_after_an_unexpected_failure_the_message_is_answered_when_it_comes_again(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    gateway.parser.crashes = True
    first = chat.send(text="hello", client_message_id="1")
    gateway.parser.crashes = False

    again = chat.say("hello", client_message_id="1")

    assert first.status_code == 500
    assert first.json()["error"] == "internal"
    assert texts(again["messages"]) == ["You said: hello"]
    assert texts(chat.history())[1:] == ["hello", "You said: hello"]


def test_an_answer_with_half_a_character_is_stored_all_the_same(gateway: Gateway) -> None:
    gateway.bot.reply = lambda call: [Reply.model_construct(text="so \ud800\x00 so")]

    assert texts(gateway.chat().say("hello")["messages"]) == ["so \ufffd so"]


def test_while_the_nlu_is_down_a_menu_and_a_person_are_offered(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.down = True

    answer = chat.say("red sneakers")["messages"][0]

    assert "trouble understanding" in answer["text"]
    assert "Talk to a person" in [reply["title"] for reply in answer["quick_replies"]]
    assert len(answer["quick_replies"]) >= 3
    assert gateway.bot.calls == []
    assert stored(gateway, chat)[-1].degraded


def test_a_slow_nlu_is_not_waited_for(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.delay = 30

    answer = chat.say("red sneakers")["messages"][0]

    assert "trouble understanding" in answer["text"]


def test_buttons_work_while_the_nlu_is_down(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.offers("Show more", '/show_more{"category": "shoes"}')
    offered = chat.say("shoes")["messages"][0]["quick_replies"][0]
    gateway.parser.down = True

    chat.tap(offered)

    parse = gateway.bot.calls[-1].parse
    assert parse["intent"]["name"] == "show_more"
    assert [(e["entity"], e["value"]) for e in parse["entities"]] == [("category", "shoes")]


def a_failure(gateway: Gateway, kind: str) -> None:
    if kind == "down":
        gateway.bot.down = True
    elif kind == "slow":
        gateway.bot.delay = lambda text: 30
    elif kind == "says nothing that can be shown":
        gateway.bot.reply = lambda call: [Reply(text="  "), Reply(custom={"cards": []})]
    else:
        gateway.bot.reply = lambda call: 1 / 0  # type: ignore[arg-type, return-value]


@pytest.mark.parametrize("kind", ["down", "slow", "says nothing that can be shown", "crashes"])
def test_when_the_bot_fails_the_shopper_is_told_and_offered_a_person(
    gateway: Gateway, kind: str
) -> None:
    chat = gateway.chat()
    a_failure(gateway, kind)

    response = chat.say("hello")

    answer = response["messages"][0]
    assert answer["text"].startswith("I'm sorry")
    titles = [reply["title"] for reply in answer["quick_replies"]]
    assert titles == ["Try again", "Talk to a person"]
    assert response["state"] == "bot"
    assert stored(gateway, chat)[-1].degraded


def test_a_person_can_be_asked_for_while_everything_is_down(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.down = gateway.bot.down = True
    offered = chat.say("help!")["messages"][0]["quick_replies"][-1]

    response = chat.tap(offered)

    assert response["state"] == "queued"
    assert "asked a person" in response["messages"][0]["text"]


def test_asking_for_a_person_queues_the_conversation_and_the_bot_words_it(
    gateway: Gateway,
) -> None:
    chat = gateway.chat()
    gateway.parser.intents["a human please"] = "human_handoff"

    response = chat.say("a human please")

    assert response["state"] == "queued"
    assert texts(response["messages"]) == ["You said: a human please"]
    assert gateway.bot.calls[-1].metadata["state"] == "queued"


def test_a_shopper_who_stays_furious_is_given_a_person_without_asking(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.scores = {"broken AGAIN": -0.95, "are you kidding me": -0.9}

    first = chat.say("broken AGAIN")
    second = chat.say("are you kidding me")
    third = chat.say("are you kidding me")

    assert [answer["state"] for answer in (first, second, third)] == ["bot", "queued", "queued"]
    assert texts(first["messages"]) == ["You said: broken AGAIN"]
    said, told = texts(second["messages"])
    assert (said, "asked a person" in told) == ("You said: are you kidding me", True)
    assert texts(third["messages"]) == ["You said: are you kidding me"]
    assert gateway.bot.calls[-1].metadata["state"] == "queued"


def test_a_swear_word_among_friends_hands_nothing_over(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.scores = {"love these": 0.9, "damn": -0.9}

    states = [chat.say(text)["state"] for text in ("love these", "damn", "shoes", "damn")]

    assert states == ["bot"] * 4


def test_a_person_is_announced_once(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.parser.scores = {"grr": -1.0}
    chat.say("grr")
    gateway.bot.reply = lambda _: [
        Reply(text="I'm fetching somebody.", custom={"handoff": "not_understood"})
    ]

    response = chat.say("grr")

    assert response["state"] == "queued"
    assert texts(response["messages"]) == ["I'm fetching somebody."]


def test_an_answer_can_hand_the_conversation_over(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.reply = lambda _: [
        Reply(text="I'm fetching somebody."),
        Reply(custom={"handoff": "not_understood"}),
    ]

    response = chat.say("blargh")

    assert response["state"] == "queued"
    assert texts(response["messages"]) == ["I'm fetching somebody."]


def test_an_unknown_ground_hands_nothing_over(gateway: Gateway) -> None:
    chat = gateway.chat()
    gateway.bot.reply = lambda _: [Reply(text="Hm.", custom={"handoff": "boredom"})]

    assert chat.say("blargh")["state"] == "bot"


def test_the_bot_keeps_a_queued_shopper_company(gateway: Gateway) -> None:
    chat = gateway.chat()
    state_is(gateway, chat, "queued")

    response = chat.say("meanwhile, red shoes?")

    assert response["state"] == "queued"
    assert texts(response["messages"]) == ["You said: meanwhile, red shoes?"]


def test_the_bot_is_silent_while_a_person_answers(gateway: Gateway) -> None:
    chat = gateway.chat()
    state_is(gateway, chat, "human")

    response = chat.say("thank you")

    assert (response["state"], response["messages"]) == ("human", [])
    assert gateway.bot.calls == []
    assert stored(gateway, chat)[-1].parse is not None


def test_the_bot_is_silent_beside_a_person_even_while_the_nlu_is_down(gateway: Gateway) -> None:
    chat = gateway.chat()
    state_is(gateway, chat, "human")
    gateway.parser.down = True

    answered = chat.say("thank you")
    assert (answered["state"], answered["messages"]) == ("human", [])


def test_writing_after_the_end_begins_again_with_the_bot(gateway: Gateway) -> None:
    chat = gateway.chat()
    state_is(gateway, chat, "closed")

    response = chat.say("one more thing")

    assert response["state"] == "bot"
    assert texts(response["messages"]) == ["You said: one more thing"]
