import pytest
from sqlalchemy.orm import Session

from shop.brands import name_brands
from tests.builders import a_product
from tests.shop.messages import a_reading


@pytest.fixture
def makers(session: Session) -> Session:
    """A shop with goods of three makers."""
    session.add_all(a_product(brand=brand) for brand in ("Lomond & Wray", "Tilleul", "Next"))
    session.flush()
    return session


def named(session: Session, annotated: str) -> tuple[list[str], list[str]]:
    reading = name_brands(session, a_reading(annotated, intent="refine_search"))
    return (
        [str(mention.value) for mention in reading.named("brand")],
        [str(mention.value) for mention in reading.refused("brand")],
    )


def test_a_brand_in_pieces_is_one_brand(makers: Session) -> None:
    pieces = "not [Lomond](brand!) [&](brand!) [Wray](brand!)"
    assert named(makers, pieces) == ([], ["Lomond & Wray"])


def test_a_brand_that_was_overlooked_is_read(makers: Session) -> None:
    assert named(makers, "bags from tilleul") == (["Tilleul"], [])


@pytest.mark.parametrize(
    "message", ["not Tilleul", "anything but Tilleul", "nothing from Tilleul", "no more Tilleul"]
)
def test_what_is_refused_is_no_wish(makers: Session, message: str) -> None:
    assert named(makers, message) == ([], ["Tilleul"])


def test_a_common_word_is_no_brand(makers: Session) -> None:
    assert named(makers, "show me the next ones") == ([], [])


def test_what_was_read_as_something_else_stays_that(makers: Session) -> None:
    assert named(makers, "a [tilleul](material) box") == ([], [])


def test_a_brand_that_the_shop_lacks_stays_as_it_was_read(makers: Session) -> None:
    assert named(makers, "from [Nimbus](brand)") == (["nimbus"], [])


def test_a_button_names_what_it_names(makers: Session) -> None:
    reading = name_brands(makers, a_reading("Tilleul", category="bags"))
    assert reading.named("brand") == []
