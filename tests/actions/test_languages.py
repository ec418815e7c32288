"""The same dialogue in another language than the domain's own."""

import pytest
from sqlalchemy.orm import Session, sessionmaker

from tests.actions.rehearsal import Rehearsal
from tests.shop.messages import a_parse

SNEAKERS = "[sneakers](category:sneaker)"


@pytest.fixture
def chat(sessions: sessionmaker[Session]) -> Rehearsal:
    """A conversation with a guest whose browser asks for Chinese."""
    return Rehearsal(sessions, locale="zh-CN")


def test_wishes_are_named_in_the_order_of_the_language(chat: Rehearsal) -> None:
    answer = chat.say(
        "search_product",
        f"[red](color) {SNEAKERS} under [60](price_max), not [Field](brand:Field!)",
    )
    assert "$60 以内的红色运动鞋（不要 Field）" in answer.text
    assert answer.cards == ["s1"]


def test_people_and_occasions_have_words_of_the_language(chat: Rehearsal) -> None:
    answer = chat.say(
        "search_product",
        f"{SNEAKERS} for my [sister](recipient)'s [birthday](occasion), [red](color)",
    )
    assert "生日送姐妹的红色运动鞋" in answer.text


def test_what_has_no_word_in_the_language_stays_as_it_was_said(chat: Rehearsal) -> None:
    answer = chat.say("search_product", f"[mauvish](color) {SNEAKERS}")
    assert "mauvish 运动鞋" in answer.text


def test_a_button_does_in_every_language_what_it_says(chat: Rehearsal) -> None:
    shown = chat.say("search_product", SNEAKERS)
    assert set(chat.press(shown, "再看一些").cards).isdisjoint(shown.cards)


def test_names_stay_as_the_shop_wrote_them(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    answer = chat.say("ask_product_detail", "is the [first](ordinal:1) one in stock?")
    assert "Red Runner No 1" in answer.text
    assert "有货" in answer.text


def test_who_writes_what_cannot_be_read_is_told_so_in_their_language(chat: Rehearsal) -> None:
    parse = a_parse("nlu_fallback", "我想买一双红色的鞋")
    answer = chat.hear(parse.model_copy(update={"readable": False}))
    assert "英文" in answer.text
    assert "找人工客服" in answer.buttons


def test_the_title_of_a_button_is_not_searched_for(chat: Rehearsal) -> None:
    picks = chat.press(chat.say("greet"), "推荐商品")
    assert "推荐商品" not in picks.text
