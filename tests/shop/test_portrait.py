"""What is known about a shopper, and that they have the last word on it."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from db.tables.behaviour import Event
from db.tables.conversations import Conversation
from shop.alerts import subscribe
from shop.kinds import Kind
from shop.portrait import Topic, draw_portrait, size_key, standing_dislikes
from shop.portrait_changes import LONGEST, CannotChange, UnknownLine, change_portrait
from shop.portrait_notes import in_own_size, leave_out
from shop.shopper import Shopper
from shop.wishes import Wishes
from tests.builders import a_customer, a_product, an_event, an_order

MAYA = Shopper(session_id="s1", customer_id="maya")
GUEST = Shopper(session_id="s1")
SNEAKERS = Wishes(kinds=[Kind(value="sneaker", word="sneakers")])


@pytest.fixture(autouse=True)
def shop(session: Session) -> None:
    """A sneaker in 42, two lamps, and what Maya did with them."""
    session.add_all(
        [
            a_product(id="shoe", title="Canvas Sneaker", size="42"),
            a_product(id="other", title="Court Sneaker", size="44", brand="Field"),
            a_product(id="lamp", title="Glow Lamp", category="lighting", brand="Luma"),
            a_product(id="globe", title="Globe Lamp", category="lighting", brand="Luma"),
            a_customer(id="maya"),
        ]
    )
    session.flush()
    session.add(an_order(id="M1", customer_id="maya"))
    did(session, "view_item", "lamp", "globe")
    did(session, "add_to_cart", "shoe")
    did(session, "purchase", "shoe")
    did(session, "add_to_wishlist", "lamp")
    did(session, "dislike_item", "globe")


def did(session: Session, name: str, *products: str, **whose: str) -> None:
    whose = whose or {"customer_id": "maya"}
    session.add_all(
        an_event(
            **{"customer_id": None, "session_id": None, **whose}, name=name, product_id=product
        )
        for product in products
    )
    session.flush()


def names(session: Session, topic: Topic, shopper: Shopper = MAYA) -> list[str]:
    return draw_portrait(session, shopper=shopper).names(topic)


def test_a_customer_sees_all_that_is_kept_of_them(session: Session) -> None:
    portrait = draw_portrait(session, shopper=MAYA)
    known = {(line.topic, line.name) for line in portrait.lines}
    assert known == {
        ("category", "lighting"),
        ("category", "shoes"),
        ("brand", "Luma"),
        ("brand", "Northbay"),
        ("size", "42 (shoes)"),
        ("liked", "Glow Lamp"),
        ("disliked", "Globe Lamp"),
        ("viewed", "Glow Lamp"),
        ("viewed", "Globe Lamp"),
        ("bought", "Canvas Sneaker"),
    }
    assert portrait.orders == 1


def test_a_guest_sees_their_own_visit_alone(session: Session) -> None:
    did(session, "view_item", "other", session_id="s1")
    portrait = draw_portrait(session, shopper=GUEST)
    assert [(line.topic, line.name) for line in portrait.lines] == [
        ("category", "shoes"),
        ("viewed", "Court Sneaker"),
    ]
    assert portrait.orders == 0


@pytest.mark.parametrize("topic", ["category", "brand", "size", "liked", "viewed", "bought"])
def test_whatever_is_forgotten_is_gone(session: Session, topic: Topic) -> None:
    while lines := [ln for ln in draw_portrait(session, shopper=MAYA).lines if ln.topic == topic]:
        change_portrait(session, shopper=MAYA, topic=topic, key=lines[0].key, change="forget")
        assert lines[0].name not in names(session, topic)


def test_what_is_forgotten_still_counts_for_the_shop_but_nobody_knows_whose_it_was(
    session: Session,
) -> None:
    change_portrait(session, shopper=MAYA, topic="bought", key="shoe", change="forget")
    steps = session.scalars(select(Event).where(Event.product_id == "shoe")).all()
    assert len(steps) == 2
    assert {(step.customer_id, step.session_id) for step in steps} == {(None, None)}


def test_others_keep_what_one_shopper_forgets(session: Session) -> None:
    did(session, "view_item", "lamp", customer_id="noor")
    change_portrait(session, shopper=MAYA, topic="viewed", key="lamp", change="forget")
    assert names(session, "viewed", Shopper(session_id="s2", customer_id="noor")) == ["Glow Lamp"]


def test_a_dislike_can_be_turned_into_its_opposite(session: Session) -> None:
    assert standing_dislikes(session, ["globe", "lamp"], shopper=MAYA) == ["globe"]
    change_portrait(session, shopper=MAYA, topic="disliked", key="globe", change="like")
    assert names(session, "disliked") == []
    assert "Globe Lamp" in names(session, "liked")
    assert standing_dislikes(session, ["globe"], shopper=MAYA) == []


def test_a_brand_that_is_not_for_them_is_left_out_unless_they_ask_for_it(session: Session) -> None:
    change_portrait(session, shopper=MAYA, topic="brand", key="Luma", change="avoid")
    assert "Luma" not in names(session, "brand")
    assert names(session, "avoided") == ["Luma"]
    assert leave_out(session, SNEAKERS, shopper=MAYA).exclude == {"brand": ["Luma"]}
    asked = SNEAKERS.with_changes(brand=["luma"])
    assert leave_out(session, asked, shopper=MAYA) == asked
    change_portrait(session, shopper=MAYA, topic="avoided", key="brand:Luma", change="forget")
    assert leave_out(session, SNEAKERS, shopper=MAYA) == SNEAKERS


def test_a_category_that_is_not_for_them_is_left_out_of_what_they_did_not_name(
    session: Session,
) -> None:
    change_portrait(session, shopper=MAYA, topic="category", key="lighting", change="avoid")
    assert leave_out(session, Wishes(), shopper=MAYA).exclude == {"category": ["lighting"]}
    lamps = Wishes(kinds=[Kind(value="lighting", word="lamps")])
    assert leave_out(session, lamps, shopper=MAYA) == lamps


def test_a_corrected_size_is_searched_in(session: Session) -> None:
    key = size_key("shoes", "42")
    change_portrait(session, shopper=MAYA, topic="size", key=key, change="correct", value=" 44 ")
    assert names(session, "size") == ["44 (shoes)"]
    assert in_own_size(session, SNEAKERS, shopper=MAYA).size == ["44"]
    # What a step told is a guess: only what they said themselves limits a search.
    assert in_own_size(session, SNEAKERS, shopper=GUEST).size == []


@pytest.mark.parametrize(
    "wishes",
    [
        SNEAKERS.with_changes(size=["40"]),
        SNEAKERS.with_changes(gift=True),
        SNEAKERS.with_changes(recipient=["my brother"]),
        Wishes(),
        Wishes(kinds=[Kind(value="lighting", word="lamps")]),
    ],
)
def test_the_own_size_stays_out_of_searches_that_it_has_no_place_in(
    session: Session, wishes: Wishes
) -> None:
    key = size_key("shoes", "42")
    change_portrait(session, shopper=MAYA, topic="size", key=key, change="correct", value="44")
    assert in_own_size(session, wishes, shopper=MAYA) == wishes


def test_a_size_that_nothing_has_does_not_empty_a_search(session: Session) -> None:
    key = size_key("shoes", "42")
    change_portrait(session, shopper=MAYA, topic="size", key=key, change="correct", value="99")
    assert in_own_size(session, SNEAKERS, shopper=MAYA) == SNEAKERS


def test_a_wish_to_be_told_can_be_forgotten(session: Session) -> None:
    product = a_product(id="chair", title="Oak Chair", price=Decimal(80))
    session.add(product)
    session.flush()
    session.add(Conversation(id="s1", channel="web"))
    session.flush()
    subscribe(session, product, shopper=MAYA)
    assert names(session, "alert") == ["Oak Chair"]
    change_portrait(session, shopper=MAYA, topic="alert", key="chair", change="forget")
    assert names(session, "alert") == []


def test_a_line_that_is_not_there_cannot_be_changed(session: Session) -> None:
    with pytest.raises(UnknownLine):
        change_portrait(session, shopper=GUEST, topic="bought", key="shoe", change="forget")


@pytest.mark.parametrize(
    ("topic", "key", "change", "value"),
    [
        ("bought", "shoe", "avoid", None),
        ("brand", "Luma", "correct", "Field"),
        ("size", "shoes/42", "correct", "  "),
        ("size", "shoes/42", "correct", "4" * (LONGEST + 1)),
        ("size", "shoes/42", "forget", "44"),
    ],
)
def test_a_change_that_makes_no_sense_changes_nothing(
    session: Session, topic: Topic, key: str, change: str, value: str | None
) -> None:
    before = draw_portrait(session, shopper=MAYA).lines
    with pytest.raises(CannotChange):
        change_portrait(
            session,
            shopper=MAYA,
            topic=topic,
            key=key,
            change=change,  # type: ignore[arg-type]
            value=value,
        )
    assert draw_portrait(session, shopper=MAYA).lines == before
