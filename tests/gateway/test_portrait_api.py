"""The portrait over HTTP: seen and changed by its shopper alone."""

import pytest

from shop.identity import sign
from tests.builders import a_customer, a_product, an_event
from tests.gateway.conftest import Chat, Gateway

PATH = "/api/chat/portrait"


@pytest.fixture
def chat(gateway: Gateway) -> Chat:
    """Maya's, who has looked at a lamp twice."""
    gateway.add(
        a_customer(id="maya"),
        a_product(
            id="lamp/1",
            title="<b>Glow</b> Lamp",
            category="lighting",
            brand="Luma",
            image_url="javascript:alert(1)",
            url="javascript:alert(1)",
        ),
    )
    gateway.add(
        *(an_event(customer_id="maya", product_id="lamp/1", name="view_item") for _ in "ab")
    )
    signature = sign("maya", key=gateway.settings.identity_key)
    return gateway.chat(customer={"id": "maya", "signature": signature})


def lines(gateway: Gateway, chat: Chat) -> dict[str, str]:
    answer = gateway.client.get(PATH, headers=chat.headers)
    assert answer.status_code == 200, answer.text
    return {line["topic"]: line["name"] for line in answer.json()["lines"]}


def test_a_shopper_sees_what_is_known_about_them(gateway: Gateway, chat: Chat) -> None:
    assert lines(gateway, chat) == {
        "category": "lighting",
        "brand": "Luma",
        "viewed": "<b>Glow</b> Lamp",
    }


def test_addresses_of_a_feed_that_run_as_script_are_not_passed_on(
    gateway: Gateway, chat: Chat
) -> None:
    seen = gateway.client.get(PATH, headers=chat.headers).json()["lines"][-1]
    assert (seen["image_url"], seen["url"]) == ("/media/placeholder.png", "/products/lamp%2F1")


def test_what_is_changed_is_answered_as_it_stands_then(gateway: Gateway, chat: Chat) -> None:
    change = {"topic": "brand", "key": "Luma", "step": "avoid"}
    answer = gateway.client.post(PATH, json=change, headers=chat.headers)
    assert answer.status_code == 200, answer.text
    assert [(line["topic"], line["name"]) for line in answer.json()["lines"]] == [
        ("avoided", "Luma")
    ]
    assert lines(gateway, chat) == {"avoided": "Luma"}


def test_another_shopper_neither_sees_nor_changes_it(gateway: Gateway, chat: Chat) -> None:
    other = gateway.chat()
    assert lines(gateway, other) == {}
    change = {"topic": "brand", "key": "Luma", "step": "forget"}
    answer = gateway.client.post(PATH, json=change, headers=other.headers)
    assert (answer.status_code, answer.json()["error"]) == (404, "unknown_line")
    assert lines(gateway, chat)["brand"] == "Luma"


@pytest.mark.parametrize(
    "change",
    [
        {"topic": "brand", "key": "Luma", "step": "correct", "value": "Field"},
        {"topic": "secrets", "key": "Luma", "step": "forget"},
        {"topic": "brand", "key": "", "step": "forget"},
        {"topic": "size", "key": "shoes/42", "step": "correct", "value": "4" * 41},
    ],
)
def test_a_change_that_makes_no_sense_is_refused(
    gateway: Gateway, chat: Chat, change: dict[str, str]
) -> None:
    assert gateway.client.post(PATH, json=change, headers=chat.headers).status_code == 422


def test_without_a_token_there_is_nothing_to_see(gateway: Gateway) -> None:
    assert gateway.client.get(PATH).status_code == 401
    assert gateway.client.post(PATH, json={}).status_code == 401
