"""What a shopper corrects in their portrait holds for the very next thing they ask for."""

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from shop.portrait import Change, Topic, size_key
from shop.portrait_changes import change_portrait
from shop.shopper import Shopper
from tests.actions.rehearsal import Rehearsal
from tests.builders import a_customer, a_product, an_event

SNEAKERS = "[sneakers](category:sneaker)"
MAYA = Shopper(session_id="t", customer_id="maya")


@pytest.fixture
def own_sessions(sqlite_url: str) -> Iterator[sessionmaker[Session]]:
    """Four sneakers of two brands and two sizes; Maya bought one of each brand."""
    engine = make_engine(sqlite_url)
    made = session_factory(engine)
    with made.begin() as session:
        session.add(a_customer(id="maya"))
        for number in (1, 2, 3, 4):
            session.add(
                a_product(
                    id=f"s{number}",
                    title=f"Runner No {number}",
                    brand="Northbay" if number % 2 else "Field",
                    size="42" if number < 3 else "44",
                    rating_count=100 - number,
                )
            )
        for product in ("s1", "s3"):
            session.add(an_event(customer_id="maya", product_id=product, name="purchase"))
    yield made
    engine.dispose()


@pytest.fixture
def chat(own_sessions: sessionmaker[Session]) -> Rehearsal:
    return Rehearsal(own_sessions, customer_id="maya")


def correct(
    chat: Rehearsal, topic: Topic, key: str, change: Change, *, value: str | None = None
) -> None:
    with chat.services.sessions.begin() as session:
        change_portrait(session, shopper=MAYA, topic=topic, key=key, change=change, value=value)


def test_a_dislike_that_is_forgotten_hides_nothing_any_more(chat: Rehearsal) -> None:
    chat.say("search_product", SNEAKERS)
    chat.say("dislike_item", "not the [first](ordinal:1)")
    assert "s1" not in chat.say("search_product", SNEAKERS).cards
    correct(chat, "disliked", "s1", "forget")
    assert "s1" in chat.say("search_product", SNEAKERS).cards


def test_a_brand_that_is_not_for_them_is_not_shown(chat: Rehearsal) -> None:
    correct(chat, "brand", "Northbay", "avoid")
    assert chat.say("search_product", SNEAKERS).cards == ["s2", "s4"]
    assert chat.say("ask_recommendation", "surprise me").cards == ["s2", "s4"]
    assert "leave this out" in chat.say("privacy_request", "what do you know about me").text


def test_a_search_begins_in_the_size_they_told(chat: Rehearsal) -> None:
    correct(chat, "size", size_key("shoes", "42"), "correct", value="44")
    answer = chat.say("search_product", SNEAKERS)
    assert chat.recommender.asked[-1].constraints.size == ["44"]
    assert "44" in answer.text


def test_any_size_can_still_be_had(chat: Rehearsal) -> None:
    correct(chat, "size", size_key("shoes", "42"), "correct", value="44")
    chat.say("search_product", SNEAKERS)
    chat.say("refine_search", any="size")
    assert chat.recommender.asked[-1].constraints.size == []
