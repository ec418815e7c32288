"""Nothing is lost on its way to Telegram, nothing comes twice, and nobody is pestered."""

import time
from datetime import timedelta
from itertools import pairwise

from sqlalchemy import select

from db.tables.base import now
from db.tables.conversations import Conversation, Message
from db.tables.telegram import TelegramChat, TelegramDelivery
from gateway.bot_client import Reply
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop, settle


def an_answer(shop: TelegramShop, text: str, *, role: str = "agent") -> None:
    """Somebody says something in the only conversation there is."""
    with shop.sessions.begin() as session:
        here = session.scalars(select(Conversation.id)).one()
        session.add(Message(conversation_id=here, role=role, author="Anna", text=text))


@on_sqlite
def test_what_was_said_while_the_gateway_was_down_is_told_when_it_is_back(
    idle_shop: TelegramShop,
) -> None:
    with idle_shop.running():
        maya = idle_shop.begins()
    an_answer(idle_shop, "one")
    an_answer(idle_shop, "two")

    with idle_shop.running():
        maya.sees("two")
        settle()

    assert [text[-3:] for text in maya.texts[1:]] == ["one", "two"]


@on_sqlite
def test_a_message_that_comes_while_the_gateway_is_down_is_answered_later(
    idle_shop: TelegramShop,
) -> None:
    with idle_shop.running():
        maya = idle_shop.begins()
        idle_shop.api.calls.clear()
    update = maya.says("are you there?")

    with idle_shop.running():
        maya.sees("You said: are you there?")
    # It forgot that it had fetched it; the database did not.
    idle_shop.api.push(maya_update(idle_shop, "are you there?"), update_id=update)
    with idle_shop.running():
        maya.says("thanks")
        maya.sees("You said: thanks")

    assert [text for text in maya.texts if "are you there" in text] == ["You said: are you there?"]


def maya_update(shop: TelegramShop, text: str) -> dict[str, object]:
    return {"message": shop.maya._message({"text": text})}


@on_sqlite
def test_too_many_requests_are_obeyed_and_nothing_is_lost_or_doubled(shop: TelegramShop) -> None:
    maya = shop.begins()
    shop.bot.reply = lambda call: [Reply(text=f"part {number}.") for number in range(4)]
    shop.api.burst = 1.0

    maya.says("four parts, please")
    maya.sees("part 3.", seconds=20)
    settle()

    assert maya.texts[1:] == [f"part {number}." for number in range(4)]
    times = [seen.sent_at for seen in maya.seen[1:]]
    assert any("Too Many Requests" in description for _, description in shop.api.refused)
    assert all(later - earlier > 0.9 for earlier, later in pairwise(times))


@on_sqlite
def test_one_chat_that_must_wait_holds_up_nobody_else(shop: TelegramShop) -> None:
    maya, ben = shop.begins(), shop.begins(shop.api.person(7004, first="Ben"))
    maya.waits_until = time.monotonic() + 4

    maya.says("hello")
    ben.says("hello")

    mayas, bens = maya.sees("You said: hello"), ben.sees("You said: hello")
    assert bens.sent_at < mayas.sent_at
    assert mayas.sent_at >= maya.waits_until
    assert (len(maya.seen), len(ben.seen)) == (2, 2)


def test_an_outage_of_telegram_delays_answers_and_keeps_their_order(shop: TelegramShop) -> None:
    maya = shop.begins()
    shop.bot.delay = lambda text: 0.3

    maya.says("first")
    wait_until(lambda: bool(shop.bot.calls))
    shop.api.outage = 502
    settle()
    an_answer(shop, "second")
    settle()
    assert len(maya.seen) == 1
    shop.api.outage = None

    maya.sees("second", seconds=15)
    settle()
    assert [text.splitlines()[-1] for text in maya.texts[1:]] == ["You said: first", "second"]


@on_sqlite
def test_who_blocks_the_bot_is_left_alone_until_they_come_back(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.blocking = True
    an_answer(shop, "are you still there?")

    def is_marked() -> bool:
        with shop.sessions() as session:
            return session.scalars(select(TelegramChat.blocked_at)).one() is not None

    wait_until(is_marked)
    tried = len(shop.api.called("sendMessage"))
    an_answer(shop, "hello?")
    settle(1.0)
    assert len(shop.api.called("sendMessage")) == tried

    maya.blocks(on=False)
    maya.says("/start")
    maya.sees("Here we are again")
    assert not any("hello?" in text for text in maya.texts)


@on_sqlite
def test_blocking_is_heard_of_before_anything_is_written(shop: TelegramShop) -> None:
    maya = shop.begins()
    tried = len(shop.api.called("sendMessage"))

    maya.blocks()

    def is_marked() -> bool:
        with shop.sessions() as session:
            return session.scalars(select(TelegramChat.blocked_at)).one() is not None

    wait_until(is_marked)
    an_answer(shop, "hello?")
    settle()
    assert len(shop.api.called("sendMessage")) == tried


@on_sqlite
def test_another_gateways_chat_is_left_to_it_until_it_dies(idle_shop: TelegramShop) -> None:
    with idle_shop.running():
        maya = idle_shop.begins()
    an_answer(idle_shop, "from before")
    end = time.monotonic() + 3
    with idle_shop.sessions.begin() as session:
        chat = session.scalars(select(TelegramChat)).one()
        until = now() + timedelta(seconds=3)
        chat.taken_by, chat.taken_until, chat.look_at = "another", until, until

    with idle_shop.running():
        assert maya.sees("from before").sent_at > end - 0.05


@on_sqlite
def test_a_part_that_had_arrived_is_not_sent_again(idle_shop: TelegramShop) -> None:
    with idle_shop.running():
        maya = idle_shop.begins()
    an_answer(idle_shop, ("a" * 3900) + "\n\n" + ("b" * 3900))
    with idle_shop.sessions.begin() as session:
        chat_id = session.scalars(select(TelegramChat.chat_id)).one()
        last = session.scalars(select(Message.id).order_by(Message.id.desc())).first()
        session.add(TelegramDelivery(chat_id=chat_id, message_id=last, parts=1))

    with idle_shop.running():
        maya.sees("bbb")
        settle()

    assert not any("aaa" in text for text in maya.texts)


@on_sqlite
def test_only_one_of_two_gateways_fetches(idle_shop: TelegramShop) -> None:
    with idle_shop.running():
        wait_until(lambda: bool(idle_shop.api.called("getUpdates")))
        with idle_shop.running():
            maya = idle_shop.begins()
            maya.says("hello")
            maya.sees("You said: hello")
            settle(1.5)

    conflicts = [said for _, said in idle_shop.api.refused if "getUpdates" in said]
    assert conflicts == []
    assert maya.texts[1:] == ["You said: hello"]


@on_sqlite
def test_the_shop_starts_while_telegram_is_out_of_reach(idle_shop: TelegramShop) -> None:
    idle_shop.api.outage = 502
    with idle_shop.running():
        assert idle_shop.web().get("/api/chat/messages").status_code == 200
        found = idle_shop.web().get("/api/chat/telegram").json()
        assert found == {"available": False, "url": None}
        idle_shop.api.outage = None
        maya = idle_shop.maya
        maya.says("hello")
        maya.sees("You said: hello", seconds=15)
        found = idle_shop.web().get("/api/chat/telegram").json()
        assert found == {"available": True, "url": "https://t.me/corner_shop_bot"}
