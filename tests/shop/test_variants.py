import pytest
from sqlalchemy.orm import Session

from db.tables.catalog import Product
from shop.titles import find_by_title
from shop.variants import find_variant
from tests.builders import a_product
from tests.shop.messages import a_reading


@pytest.fixture
def teal(session: Session) -> Product:
    """A teal mug of size L; navy is there too, and red is sold no more."""
    group = {"title": "Hoop Mug 100%", "item_group_id": "hoop", "size": "L"}
    teal = a_product(id="teal", color="teal", **group)
    session.add_all(
        [
            teal,
            a_product(id="navy", color="navy", **group),
            a_product(id="red", color="red", active=False, **group),
            a_product(id="other", color="green", title="Hoop"),
        ]
    )
    session.flush()
    return teal


@pytest.mark.parametrize(
    ("message", "found"),
    [
        ("i'll take it", "teal"),
        ("in [teal](color) please", "teal"),
        ("in [navy](color) please", "navy"),
        ("in [navy](color) or [black](color)", "navy"),
        ("in [navy](color) and size [L](size:L)", "navy"),
        ("in [navy](color) and size [S](size:S)", None),
        ("in [red](color)", None),
        ("in [green](color)", None),
        # The shop does not say what it is made of.
        ("in [wood](material)", "teal"),
    ],
)
def test_a_variant_is_of_the_same_group(
    session: Session, teal: Product, message: str, found: str | None
) -> None:
    variant = find_variant(session, a_reading(message, intent="add_to_cart"), teal)
    assert (variant.id if variant else None) == found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("put a HOOP MUG 100% in my cart", True),
        ("put a hoop mug in my cart", False),
        ("the hoop mug 1000 is what i want", False),
        ("hoop", False),
    ],
)
def test_a_title_must_stand_there_whole(
    session: Session, teal: Product, text: str, named: bool
) -> None:
    found = find_by_title(session, text)
    assert (found is not None and found.title == teal.title) == named
