import pytest
from addons.phrasebook import Phrasebook

from tests.actions.rehearsal import read_domain

BOOK = Phrasebook(
    {
        "utter_hello": [{"text": "Hello {name}."}, {"text": "Hi {name}!"}],
        "utter_found": [{"text": "{^wishes}, {extra} coming up ."}],
        "utter_wishes": [{"text": "{color} {kind}"}],
        "utter_list": [{"text": "Take {goods}."}],
        "utter_list_comma": [{"text": ", "}],
        "utter_list_and": [{"text": " and "}],
        "utter_list_or": [{"text": " or "}],
        "utter_price": [
            {"text": "It costs {price}."},
            {
                "text": "Sale: {price}!",
                "condition": [{"type": "slot", "name": "on_sale", "value": True}],
            },
        ],
        "utter_ask": [{"text": "?", "buttons": [{"title": "{t}", "payload": '/x{{"q": "{t}"}}'}]}],
        "utter_choice": [{"text": "Up to {price}"}],
        "utter_loop": [{"text": "{again}"}],
        "utter_dyed": [{"text": "{value|color|material} 的 {kind}"}],
    },
    words={"color": {"blue": "蓝色", "light": "浅"}, "material": {"wool": "羊毛"}},
)


def say(response: str, **facts: object) -> str:
    return str(BOOK.compose(response, facts)["text"])


def test_another_variation_than_last_time_is_taken() -> None:
    for last in (0, 1):
        assert BOOK.compose("utter_hello", {"name": "Jo"}, avoid=last)["variation"] != last


def test_absent_facts_leave_no_gaps() -> None:
    wishes = {"say": "utter_wishes", "color": None, "kind": "lamps"}
    assert say("utter_found", wishes=wishes, extra="") == "Lamps, coming up."


@pytest.mark.parametrize(
    ("goods", "expected"),
    [
        ({"all": ["a", "b", "c"]}, "Take a, b and c."),
        ({"any": ["a", "b"]}, "Take a or b."),
        ({"all": ["a", None]}, "Take a."),
        ({"listed": ["a", "b", "c"]}, "Take a, b, c."),
        ({"lines": ["a", "b"]}, "Take a\nb."),
        (["a", "b"], "Take a and b."),
    ],
)
def test_lists_read_as_people_say_them(goods: object, expected: str) -> None:
    assert say("utter_list", goods=goods) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Blue", "蓝色的围巾"),
        ("wool", "羊毛的围巾"),
        ("light blue", "浅蓝色的围巾"),
        ("blue wool", "蓝色羊毛的围巾"),
        ("duck blue", "duck blue 的围巾"),
        ({"any": ["blue", "wool"]}, "蓝色 or 羊毛的围巾"),
    ],
)
def test_a_language_has_words_of_its_own_for_values(value: object, expected: str) -> None:
    assert say("utter_dyed", value=value, kind="围巾") == expected


def test_chinese_is_written_without_gaps_but_keeps_them_around_latin() -> None:
    assert say("utter_dyed", value="Nike", kind="鞋 （ 不要 红色 ）") == "Nike 的鞋（不要红色）"


def test_a_variation_for_this_very_case_beats_the_general_one() -> None:
    assert say("utter_price", price="$5") == "It costs $5."
    assert say("utter_price", price="$5", on_sale=True) == "Sale: $5!"


def test_a_payload_cannot_be_broken_out_of() -> None:
    (button,) = BOOK.compose("utter_ask", {"t": 'a"}{/y'})["buttons"]
    assert button["payload"] == '/x{"q": "a\\"}{/y"}'


def test_choices_become_buttons_with_words_of_their_own() -> None:
    choices = [{"say": "utter_choice", "payload": "/x", "price": "$5"}]
    said = BOOK.compose("utter_hello", {"name": "Jo", "choices": choices})
    assert said["buttons"] == [{"title": "Up to $5", "payload": "/x"}]


def test_what_shoppers_write_is_never_read_as_a_template() -> None:
    assert say("utter_hello", name="{name} {{x}}").startswith(("Hello {name}", "Hi {name}"))


@pytest.mark.parametrize(
    ("name", "facts"),
    [
        ("utter_unknown", {}),
        ("utter_hello", {}),
        ("utter_list", {"goods": {"odd": 1}}),
        ("utter_loop", {"again": {"say": "utter_loop"}}),
    ],
)
def test_missing_words_are_an_error_and_no_odd_sentence(
    name: str, facts: dict[str, object]
) -> None:
    with pytest.raises(LookupError):
        BOOK.compose(name, facts)


def test_no_response_of_the_domain_is_without_text() -> None:
    for name, variations in read_domain("responses").items():
        assert all(variation.get("text") for variation in variations), name


def test_what_is_said_often_is_said_in_several_ways() -> None:
    responses = read_domain("responses")
    for name in ("utter_greet", "utter_thank", "utter_found", "utter_fallback_menu"):
        assert len(responses[name]) >= 2, name
