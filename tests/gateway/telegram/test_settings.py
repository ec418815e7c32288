"""/settings and /stop: buttons that change what they show."""

from sqlalchemy import select

from db.tables.conversations import Conversation
from db.tables.outreach import OutreachPreference
from tests.gateway.conftest import on_sqlite, wait_until
from tests.gateway.telegram.conftest import TelegramShop


def wishes(shop: TelegramShop) -> OutreachPreference:
    with shop.sessions() as session:
        return session.scalars(select(OutreachPreference)).one()


def test_each_setting_changes_at_a_tap(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("/settings")
    menu = maya.sees("Settings")
    assert menu.titles == [
        "English ✓",
        "中文",
        "Goods I asked about: on",
        "News of my orders: off",
        "Remind me of my cart: off",
        "Quiet hours: off",
        "Learn from my messages: off",
    ]

    for words in ("News of my orders", "Remind me", "Goods I asked", "Learn"):
        before = menu.edits
        maya.taps(words, on=menu)
        wait_until(lambda before=before: menu.edits > before)
    assert menu.titles[2:5] == [
        "Goods I asked about: off",
        "News of my orders: on",
        "Remind me of my cart: on",
    ]
    assert menu.titles[-1] == "Learn from my messages: on"
    kept = wishes(shop)
    assert kept.orders_since
    assert kept.carts_since
    assert not kept.alerts
    with shop.sessions() as session:
        assert session.scalars(select(Conversation.consent_training)).one() is True


@on_sqlite
def test_quiet_hours_are_asked_for_with_the_clock_that_they_are_of(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("/settings")
    menu = maya.sees("Settings")

    maya.taps("Quiet hours", on=menu)
    maya.sees("Which of these clocks")
    maya.taps("Berlin", on=menu)
    maya.sees("Settings")

    assert menu.button("Quiet hours: 21:00 to 9:00")
    assert menu.button("My clock: Berlin")
    kept = wishes(shop)
    assert (kept.quiet_from, kept.quiet_to, kept.time_zone) == (21, 9, "Europe/Berlin")


@on_sqlite
def test_the_language_changes_for_all_that_follows(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("/settings")
    menu = maya.sees("Settings")

    maya.taps("中文", on=menu)
    maya.sees("设置")
    maya.says("/help")
    maya.sees("我是商店的购物助手")
    maya.says("hello")
    maya.sees("You said: hello")

    assert shop.bot.calls[-1].metadata["locale"] == "zh"


@on_sqlite
def test_stop_ends_all_that_was_not_asked_for_and_start_begins_again(shop: TelegramShop) -> None:
    maya = shop.begins()
    maya.says("/settings")
    menu = maya.sees("Settings")
    maya.taps("News of my orders", on=menu)
    wait_until(lambda: menu.edits == 1)

    maya.says("/stop")
    maya.sees("only answer when you write")
    kept = wishes(shop)
    assert (kept.alerts, kept.orders_since) == (False, None)

    maya.says("hello")
    maya.sees("You said: hello")
    maya.says("/start")
    maya.sees("Here we are again")
    assert wishes(shop).alerts
