"""A shopper on Telegram, over real HTTP between a Bot API server and the gateway."""

import pytest
from sqlalchemy import select

from db.tables.conversations import Conversation, Message
from gateway.bot_client import Reply
from tests.gateway.conftest import Call, on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop, settle


def said_by_shoppers(shop: TelegramShop) -> list[str]:
    with shop.sessions() as session:
        rows = select(Message.text).where(Message.role == "shopper").order_by(Message.id)
        return list(session.scalars(rows))


def the_conversation(shop: TelegramShop) -> str:
    with shop.sessions() as session:
        return session.scalars(select(Conversation.id)).one()


@on_sqlite
def test_who_begins_is_greeted_by_a_bot_that_says_so(shop: TelegramShop) -> None:
    greeting = shop.begins().seen[0]

    assert "I'm a bot" in greeting.text
    assert "Corner Shop" in greeting.text
    assert greeting.titles[0] == "Recommend something"


def test_messages_are_answered_once_and_in_order(shop: TelegramShop) -> None:
    maya = shop.begins()

    for number in range(4):
        maya.says(f"number {number}")
    maya.sees("You said: number 3")

    assert maya.texts[1:] == [f"You said: number {number}" for number in range(4)]
    assert (maya.chat_id, "typing") in shop.api.actions


def test_an_update_that_comes_twice_is_done_once(shop: TelegramShop) -> None:
    maya = shop.begins()

    update = maya.says("red shoes")
    maya.sees("You said: red shoes")
    maya.says("red shoes", update_id=update)
    maya.says("blue shoes")
    maya.sees("You said: blue shoes")

    assert said_by_shoppers(shop) == ["red shoes", "blue shoes"]


@on_sqlite
def test_an_edit_changes_nothing(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("red shoes")
    maya.sees("You said: red shoes")

    maya.edits("blue shoes")
    maya.says("that is all")
    maya.sees("You said: that is all")

    assert said_by_shoppers(shop) == ["red shoes", "that is all"]


@on_sqlite
def test_nothing_that_anyone_typed_is_markup(shop: TelegramShop) -> None:
    maya = shop.begins()

    maya.says("<b>bold</b> & <script>alert(1)</script> [a](javascript:b)")
    answer = maya.sees("<script>")

    assert answer.text == "You said: <b>bold</b> & <script>alert(1)</script> a"
    assert answer.links == []


@on_sqlite
def test_a_long_answer_comes_in_several_messages(shop: TelegramShop) -> None:
    maya = shop.begins()
    words = [f"word{number}" for number in range(1500)]
    shop.bot.reply = lambda call: [Reply(text=" ".join(words)), Reply(text="That was all.")]

    maya.says("tell me everything")
    maya.sees("That was all.")

    told = maya.texts[1:-1]
    assert len(told) > 2
    assert " ".join(told).split() == words


@on_sqlite
def test_what_is_no_text_is_asked_for_in_words(shop: TelegramShop) -> None:
    maya = shop.begins()

    maya.sends(
        {
            "sticker": {
                "file_id": "1",
                "file_unique_id": "1",
                "width": 1,
                "height": 1,
                "is_animated": False,
                "is_video": False,
                "type": "regular",
            }
        }
    )
    maya.sees("only read text")
    maya.says("x" * 2001)
    maya.sees("2000 characters at most")

    assert said_by_shoppers(shop) == []


@on_sqlite
def test_a_group_is_politely_refused_and_left(shop: TelegramShop) -> None:
    group = shop.api.person(-100, first="Friends")
    user = {"id": 5, "is_bot": False, "first_name": "Ben", "language_code": "zh-hans"}
    chat = {"id": -100, "type": "group", "title": "Friends"}

    shop.api.push(
        {
            "message": {
                "message_id": 1,
                "date": 1,
                "chat": chat,
                "from": user,
                "text": "/start@corner_shop_bot",
            }
        }
    )

    group.sees("私聊")
    wait_until(lambda: shop.api.left == [-100])
    with shop.sessions() as session:
        assert session.scalars(select(Conversation)).all() == []


@on_sqlite
def test_who_writes_too_fast_is_told_once(idle_shop: TelegramShop) -> None:
    with idle_shop.running(rate_messages="3/minute"):
        maya = idle_shop.begins()
        for number in range(6):
            maya.says(f"number {number}")
        maya.sees("a little fast")
        settle()

    assert sum("a little fast" in text for text in maya.texts) == 1
    assert len(said_by_shoppers(idle_shop)) == 3


@on_sqlite
def test_a_chinese_shopper_is_spoken_to_in_chinese(shop: TelegramShop) -> None:
    lin = shop.api.person(7002, language="zh-hans", first="Lin")

    lin.says("/start")
    assert "我是机器人" in lin.sees("购物助手").text

    assert set(shop.api.commands) == {"", "en", "zh"}
    names = [command["command"] for command in shop.api.commands["zh"]]
    assert names == ["start", "help", "settings", "transcript", "stop"]
    assert shop.api.commands["zh"][0]["description"] == "开始或重新开始"


@on_sqlite
def test_a_person_of_staff_speaks_here_and_is_named(shop: TelegramShop) -> None:
    maya = shop.begins()
    here = the_conversation(shop)
    with shop.sessions.begin() as session:
        session.get_one(Conversation, here).state = "human"
        session.add(Message(conversation_id=here, role="system", text="Anna <joined>"))
    maya.sees("Anna <joined>")
    shop.add(Message(conversation_id=here, role="agent", author="Anna", text="Hi, Maya!"))

    assert maya.sees("Hi, Maya!").text == "👤 Anna\nHi, Maya!"
    maya.says("hello Anna")
    wait_until(lambda: said_by_shoppers(shop) == ["hello Anna"])
    settle()
    assert shop.bot.calls == []
    assert len(maya.seen) == 3


@on_sqlite
def test_help_and_a_second_start_offer_the_menu(shop: TelegramShop) -> None:
    maya = shop.begins()

    maya.says("/help")
    assert "Talk to a person" in maya.sees("in your own words").titles
    maya.says("/start")
    maya.sees("Here we are again")
    maya.says("/unknown thing")
    maya.sees("You said:")

    assert [call.text.strip() for call in shop.bot.calls] == ["unknown thing"]


@pytest.mark.parametrize("language", ["en", None, "xx"])
@on_sqlite
def test_an_unknown_language_is_the_shops_own(shop: TelegramShop, language: str | None) -> None:
    person = shop.api.person(7003, language=language or "en")
    if language is None:
        person._user.pop("language_code")

    person.says("hello")

    person.sees("shopping assistant")
    person.sees("You said: hello")


@on_sqlite
def test_two_people_do_not_hear_each_other(shop: TelegramShop) -> None:
    def slowly(call: Call) -> list[Reply]:
        return [Reply(text=f"For {call.text}")]

    shop.bot.reply = slowly
    shop.bot.delay = lambda text: 0.3 if text == "Maya" else 0.0
    maya, ben = shop.begins(), shop.begins(shop.api.person(7004, first="Ben"))

    maya.says("Maya")
    ben.says("Ben")
    ben.sees("For Ben")
    maya.sees("For Maya")

    assert len(maya.seen) == len(ben.seen) == 2
