"""What a person might say and show next."""

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from common.errors import ServiceUnavailable
from db.tables.portrait import PortraitNote
from gateway.answers import Composer
from gateway.staff.suggestions import Adviser
from gateway.store import ConversationStore
from gateway.words import Words
from nlu.client import NluClient
from recommender.wire import Recommendation, RecommendRequest
from shop.wishes import Wishes
from tests.builders import a_product
from tests.gateway.conftest import Chat, Gateway, on_sqlite
from tests.gateway.staff.conftest import Office, queued

pytestmark = on_sqlite


class FakeNlu:
    """Knows no FAQ, and finds texts alike that begin with the same letter."""

    def search_faq(self, text: str, *, k: int) -> Any:
        return SimpleNamespace(entries=[])

    def embed(self, texts: Sequence[str]) -> list[list[float]]:
        letters = "abcdefghijklmnopqrstuvwxyz"
        return [[float(text.lower().startswith(letter)) for letter in letters] for text in texts]


class Watched:
    """Ranks nothing; notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[RecommendRequest] = []

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self.asked.append(request)
        raise ServiceUnavailable("down for the test")


@pytest.fixture
def recommender() -> Watched:
    return Watched()


@pytest.fixture
def adviser(gateway: Gateway, recommender: Watched) -> Adviser:
    words = Words(default_locale="en")
    return Adviser(
        store=ConversationStore(gateway.sessions),
        composer=Composer(gateway.sessions, words=words, shop_name=lambda: "Corner Shop"),
        nlu=cast(NluClient, FakeNlu()),
        recommender=recommender,
    )


def helped(office: Office, *turns: tuple[str, str]) -> None:
    """Ana answers each of these, in a conversation of its own."""
    ana = office.sign_in("Ana")
    for question, answer in turns:
        chat = queued(office.gateway)
        ana.act("claim", chat)
        chat.say(question)
        ana.say(chat, answer)


def suggested(adviser: Adviser, chat: Chat) -> list[str]:
    return [one.text for one in adviser.suggest(chat.id, wishes=Wishes()).replies]


def test_what_colleagues_answered_is_offered_without_their_name(
    office: Office, adviser: Adviser
) -> None:
    helped(office, ("Is it washable?", "Hi, this is Ana. At thirty degrees."))

    assert suggested(adviser, asks(office, "is it washable, please")) == ["At thirty degrees."]


def test_greetings_are_no_answers(office: Office, adviser: Adviser) -> None:
    helped(office, ("I have a question", "Hello, this is Ana. How can I help you?"))

    assert suggested(adviser, asks(office, "I have a question too")) == []


def test_who_greets_or_asks_for_a_person_is_answered_what_they_asked_before(
    office: Office, adviser: Adviser
) -> None:
    helped(office, ("is it washable?", "At thirty degrees."))
    office.gateway.parser.intents["a person, quickly"] = "human_handoff"
    chat = asks(office, "is it washable, please")

    chat.say("a person, quickly")

    assert suggested(adviser, chat) == ["At thirty degrees."]


def asks(office: Office, text: str) -> Chat:
    chat = office.gateway.chat()
    chat.say(text)
    return chat


def test_what_the_shopper_never_wants_to_see_is_not_chosen_for_them(
    office: Office, adviser: Adviser, recommender: Watched
) -> None:
    gateway = office.gateway
    chat = gateway.chat()
    gateway.add(
        a_product(id="p1"),
        PortraitNote(session_id=chat.id, topic="brand", value="Northbay"),
        PortraitNote(session_id=chat.id, topic="category", value="shoes"),
    )

    def found(q: str) -> list[str]:
        picked = adviser.find_products(q, wishes=Wishes(), conversation_id=chat.id, k=6)
        return [card.product_id for card in picked.products]

    assert found("") == []
    assert recommender.asked[-1].constraints.exclude == {
        "brand": ["Northbay"],
        "category": ["shoes"],
    }
    assert not recommender.asked[-1].shown, "staff have seen it, the shopper has not"
    found("sneaker")
    assert recommender.asked[-1].constraints.exclude == {"brand": ["Northbay"]}
    found("northbay sneaker")
    assert recommender.asked[-1].constraints.exclude == {}
