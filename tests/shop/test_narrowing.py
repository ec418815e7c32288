import pytest
from sqlalchemy.orm import Session

from shop.kinds import Kind
from shop.narrowing import narrow_kinds
from tests.builders import a_product


@pytest.fixture
def camp(session: Session) -> Session:
    """Four tents and six other things, all of the type camping, in the department outdoors."""
    titles = ["Family Tent, Blue", "Summit Tent", "Dome Tents", "Tunnel Tent with Porch"]
    titles += ["Enamel Mug", "Gas Stove", "Tent Lamp", "Folding Chair", "Hammock", "Cool Box"]
    for title in titles:
        session.add(a_product(title=title, product_type="camping", category="outdoors"))
    for number in range(3):
        session.add(a_product(title=f"City Runner {number}", product_type="sneaker"))
    session.flush()
    return session


def narrowed(session: Session, *kinds: tuple[str, str]) -> list[Kind]:
    return narrow_kinds(session, [Kind(value=value, word=word) for value, word in kinds])


def test_goods_that_are_called_by_the_word_are_a_kind_of_their_own(camp: Session) -> None:
    assert [kind.value for kind in narrowed(camp, ("camping", "tents"))] == ["tents"]


def test_a_word_that_no_goods_bear_stays_the_shops_name(camp: Session) -> None:
    (kind,) = narrowed(camp, ("sneaker", "trainers"))
    assert (kind.value, kind.known, kind.near) == ("sneaker", True, False)


def test_the_shops_own_name_is_narrow_enough(camp: Session) -> None:
    assert [kind.value for kind in narrowed(camp, ("camping", "camping"))] == ["camping"]


def test_a_department_is_only_near_to_what_nothing_in_it_is_called(camp: Session) -> None:
    (kind,) = narrowed(camp, ("outdoors", "kayaks"))
    assert kind.near


def test_of_two_kinds_under_one_name_the_shop_may_lack_one(camp: Session) -> None:
    kinds = narrowed(camp, ("camping", "tent"), ("camping", "sleeping bags"))
    assert [kind.known for kind in kinds] == [True, False]


def test_what_the_shop_lacks_stays_lacking(camp: Session) -> None:
    (kind,) = narrow_kinds(camp, [Kind(value="unicorn", word="unicorn", known=False)])
    assert not kind.known


@pytest.mark.parametrize(
    ("title", "word"), [("Bread Knife", "knives"), ("Élan Écharpe", "écharpe")]
)
def test_other_forms_and_letters_of_the_word_count(camp: Session, title: str, word: str) -> None:
    for number in range(3):
        camp.add(a_product(title=f"{title}, {number}", product_type="camping"))
    camp.flush()
    assert [kind.value for kind in narrowed(camp, ("camping", word))] == [word]


@pytest.mark.parametrize(
    ("department", "value"), [("furniture", "lamps"), ("lighting", "lighting")]
)
def test_a_broad_word_names_the_whole_of_its_own_department_alone(
    session: Session, department: str, value: str
) -> None:
    for title in ["Table Lamp", "Floor Lamp, Gold", "Desk Lamp", "Oak Table", "Sofa", "Armchair"]:
        session.add(a_product(title=title, product_type=title.lower(), category=department))
    session.flush()
    assert [kind.value for kind in narrowed(session, (department, "lamps"))] == [value]
