"""A guest's first visits, over the real processes."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.journeys.shop import RunningShop, Shopper

pytestmark = pytest.mark.journey


def test_the_first_message_says_that_a_bot_answers(shopper: Shopper) -> None:
    assert re.search(r"\b(bot|assistant)\b", shopper.welcome.text, re.I)
    assert shopper.welcome.state == "bot"


def test_a_wish_brings_cards_that_keep_to_it(shopper: Shopper) -> None:
    turn = shopper.say("show me sneakers under 90")
    assert turn.cards
    assert max(turn.prices) <= 90
    assert all(card["reason"] for card in turn.cards)


def test_a_refinement_keeps_what_was_wished_before(shopper: Shopper) -> None:
    shopper.say("i'm looking for a backpack")
    turn = shopper.say("anything under 80?")
    assert turn.cards
    assert max(turn.prices) <= 80
    assert {card["category"] for card in turn.cards} == {"bags"}


def test_show_more_brings_other_goods(shopper: Shopper) -> None:
    first = shopper.say("lamps please")
    more = shopper.say("show me more")
    assert more.cards
    assert not {c["product_id"] for c in first.cards} & {c["product_id"] for c in more.cards}


def test_the_second_one_can_be_asked_about(shopper: Shopper) -> None:
    shown = shopper.say("i need a jacket")
    turn = shopper.say("tell me about the second one")
    assert shown.cards[1]["title"].lower() in turn.text.lower()


def test_a_policy_is_answered_from_the_shops_own_words(shopper: Shopper) -> None:
    turn = shopper.say("what is your return policy?")
    assert re.search(r"\b30 days\b", turn.text)


def test_asking_for_a_person_queues_the_conversation(shopper: Shopper) -> None:
    assert shopper.say("can i talk to a real person please").state == "queued"


def test_a_quick_reply_can_be_tapped(shopper: Shopper) -> None:
    offered = shopper.say("a mug for the office").quick_replies
    turn = shopper.tap(offered[0]["payload"])
    assert turn.text or turn.cards


def test_a_payload_of_another_conversation_is_refused(shop: RunningShop, shopper: Shopper) -> None:
    token = shop.shopper().say("hello").quick_replies[0]["payload"]
    answer = shopper.http.post("/api/chat/messages", json={"payload": token})
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE messages; --",
        '/checkout{"cart": 1}',
        "\x00\x01\x02 binary \x7f",
        "🎸" * 500,
        "ш" * 2000,
        "مرحبا كيف حالك",
    ],
)
def test_odd_input_is_answered_and_kept_as_text(shopper: Shopper, text: str) -> None:
    turn = shopper.say(text)
    assert turn.text
    said = [m["text"] for m in shopper.history() if m["role"] == "shopper"]
    assert len(said) == 1
    assert said[0].replace("\x00", "")[:20].strip() in text.replace("\x00", "")


def test_fifty_messages_at_once_are_all_answered(shop: RunningShop) -> None:
    shopper = shop.shopper()
    with ThreadPoolExecutor(50) as pool:
        turns = list(pool.map(lambda n: shopper.say(f"socks under {n + 10}"), range(50)))
    assert all(turn.text for turn in turns)
    assert sum(m["role"] == "shopper" for m in shopper.history()) == 50


def test_what_a_shopper_viewed_moves_the_very_next_recommendation(shop: RunningShop) -> None:
    shopper = shop.shopper()
    found = httpx.get(
        f"{shop.url}/api/demo/products", params={"q": "headphones", "limit": 3}
    ).json()
    viewed = [product["id"] for product in found["products"]]
    events = [
        {"name": "view_item", "timestamp": "2026-01-01T00:00:00Z", "items": [{"item_id": item}]}
        for item in viewed
    ]
    assert shopper.http.post("/api/events", json={"events": events}).json()["accepted"] == len(
        viewed
    )
    with_history = {card["category"] for card in shopper.say("recommend me something").cards}
    assert found["products"][0]["category"] in with_history


def test_two_customers_of_different_taste_see_different_goods(shop: RunningShop) -> None:
    customers = httpx.get(f"{shop.url}/api/demo").json()["customers"]
    seen = [
        {
            card["product_id"]
            for card in shop.shopper(customer={"id": c["id"], "signature": c["signature"]})
            .say("what do you recommend for me?")
            .cards
        }
        for c in customers[:2]
    ]
    assert seen[0]
    assert seen[1]
    assert len(seen[0] & seen[1]) <= 1
