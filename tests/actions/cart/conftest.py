"""A shop of its own for each test, since they fill carts."""

from decimal import Decimal

import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.tables.conversations import Conversation
from tests.actions.rehearsal import Rehearsal
from tests.builders import a_product


@pytest.fixture
def sessions(sqlite_url: str) -> sessionmaker[Session]:
    """Three mugs ($10 to $30) of which the first is rare and the last sold out, and a lamp."""
    made = session_factory(make_engine(sqlite_url))
    with made.begin() as session:
        session.add(Conversation(id="t", channel="web"))
        for number, name in enumerate(("Meadow Mug", "Harbor Mug", "Dune Mug"), start=1):
            session.add(
                a_product(
                    id=f"m{number}",
                    title=name,
                    category="kitchen",
                    product_type="mug",
                    color=("green", "blue", "sand")[number - 1],
                    price=Decimal(10 * number),
                    rating_count=100 - number,
                    stock=(3, 50, 0)[number - 1],
                    item_group_id=name,
                )
            )
        session.add(
            a_product(
                id="lamp",
                title="Aurora Table Lamp",
                category="lighting",
                product_type="lamp",
                price=Decimal(45),
            )
        )
    return made


@pytest.fixture
def chat(sessions: sessionmaker[Session]) -> Rehearsal:
    """A guest's conversation with the mugs before them."""
    talk = Rehearsal(sessions)
    talk.slots["shown"] = ["m1", "m2", "m3"]
    talk.slots["last_ranking"] = "r1"
    return talk


@pytest.fixture
def filled(chat: Rehearsal) -> Rehearsal:
    """A Meadow Mug, two Harbor Mugs and the lamp are in the cart."""
    chat.say("add_to_cart", "the [first](ordinal:1) one")
    chat.say("add_to_cart", "[two](quantity:2) of the [second](ordinal:2)")
    chat.say("add_to_cart", "add the Aurora Table Lamp")
    return chat
