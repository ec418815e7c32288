"""A person is called by those who ask for one, in whichever words."""

import pytest

from shop.person import asks_for_person


@pytest.mark.parametrize(
    "text",
    [
        "人工客服",
        "转人工",
        "轉人工！",
        "真人",
        "人工",
        "请转接人工客服，谢谢",
        "我要找真人客服",
        "可以给我一个活人吗",
        "我想和人聊聊",
        "有真人吗？",
        "联系你们的经理",
        "can I talk to a person",
        "Real human please!",
        "get me a manager",
        "human",
        "put me through to someone, now",
    ],
)
def test_whoever_asks_for_a_person_is_heard(text: str) -> None:
    assert asks_for_person(text)


@pytest.mark.parametrize(
    "text",
    [
        "你是真人吗",
        "不用转人工",
        "我不要人工客服",
        "人工草坪有吗",
        "人工智能音箱",
        "我想找人工皮革的包",
        "我要老板椅",
        "红色的鞋子，100元以下",
        "a present for a person who cooks",
        "are you a real person?",
        "I don't want to talk to a human",
        "shoes for people with wide feet",
    ],
)
def test_whoever_speaks_of_something_else_is_not_given_one(text: str) -> None:
    assert not asks_for_person(text)
