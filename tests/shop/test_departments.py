from sqlalchemy.orm import Session

from shop.departments import largest_departments
from tests.builders import a_product


def test_the_largest_departments_come_first_and_retired_goods_do_not_count(
    session: Session,
) -> None:
    session.add_all([a_product(category="bags"), a_product(), a_product()])
    session.add_all([a_product(category="hats", active=False), a_product(category="")])
    session.flush()
    assert largest_departments(session, limit=4) == ["shoes", "bags"]
