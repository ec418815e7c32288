from decimal import Decimal
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from db.engine import make_engine, session_factory
from db.migrate import upgrade
from tests.actions.rehearsal import Rehearsal
from tests.builders import NOON, a_customer, a_product, an_order

COLOURS = ("red", "blue", "white", "red", "green", "black", "red", "blue")


@pytest.fixture(scope="session")
def sessions(tmp_path_factory: pytest.TempPathFactory) -> sessionmaker[Session]:
    """A small shop that nobody changes: eight sneakers from $20 to $90, three bags, a customer."""
    file: Path = tmp_path_factory.mktemp("shop") / "shop.db"
    upgrade(f"sqlite:///{file}")
    made = session_factory(make_engine(f"sqlite:///{file}"))
    with made.begin() as session:
        for number, colour in enumerate(COLOURS, start=1):
            session.add(
                a_product(
                    id=f"s{number}",
                    title=f"{colour.title()} Runner No {number}",
                    color=colour,
                    price=Decimal(10 + 10 * number),
                    brand="Northbay" if number % 2 else "Field",
                    rating=5 - number / 10,
                    rating_count=100 - number,
                    description="Light and quick. The sole is waterproof.",
                )
            )
        for number in (1, 2, 3):
            session.add(
                a_product(
                    id=f"b{number}",
                    title=f"Satchel {number}",
                    category="bags",
                    product_type="handbag",
                    price=Decimal(30 * number),
                    rating=None,
                )
            )
        session.add(a_customer(id="maya"))
        session.flush()
        session.add(an_order(id="M1", customer_id="maya", status="shipped", created_at=NOON))
    return made


@pytest.fixture
def chat(sessions: sessionmaker[Session]) -> Rehearsal:
    """A guest's conversation."""
    return Rehearsal(sessions)


@pytest.fixture
def customer_chat(sessions: sessionmaker[Session]) -> Rehearsal:
    """A signed-in customer's conversation."""
    return Rehearsal(sessions, customer_id="maya")
