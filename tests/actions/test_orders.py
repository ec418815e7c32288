import pytest

from tests.actions.rehearsal import Rehearsal


def test_a_guest_is_asked_to_sign_in_and_learns_nothing(chat: Rehearsal) -> None:
    answer = chat.say("track_order", "where is [M1](order_id:M1)")
    assert "sign in" in answer.text
    assert "shipped" not in answer.text


def test_a_customer_is_told_where_their_order_is(customer_chat: Rehearsal) -> None:
    answer = customer_chat.say("track_order", "where is my order")
    assert "M1" in answer.text
    assert "on its way" in answer.text


def test_an_unknown_number_is_said_to_be_unknown(customer_chat: Rehearsal) -> None:
    assert "X9" in customer_chat.say("track_order", "where is [X9](order_id:X9)").text


@pytest.mark.parametrize("intent", ["cancel_order", "change_order", "return_item", "ask_refund"])
def test_guests_and_customers_are_told_different_things(
    chat: Rehearsal, customer_chat: Rehearsal, intent: str
) -> None:
    assert "sign in" in chat.say(intent, "please").text
    answer = customer_chat.say(intent, "please")
    assert "sign in" not in answer.text
    assert "Show my orders" in answer.buttons
