from sqlalchemy.orm import Session

from recommender.places import at_home, place_of
from tests.builders import a_customer


def test_a_region_without_its_country_is_no_place() -> None:
    assert place_of("US", "Texas") == ("US", "Texas")
    assert place_of("US", None) == ("US",)
    assert place_of(None, "Texas") == place_of("", "Texas") == ()


def test_where_somebody_lives_is_where_they_are_unless_they_are_elsewhere(
    session: Session,
) -> None:
    session.add(a_customer(id="maya", country="US", region="Texas"))
    session.flush()
    assert at_home(session, "maya", near=()) == ("US", "Texas")
    assert at_home(session, "maya", near=("US",)) == ("US", "Texas")
    assert at_home(session, "maya", near=("US", "Ohio")) == ("US", "Ohio")
    assert at_home(session, "maya", near=("DE",)) == ("DE",)
    assert at_home(session, "nobody", near=("DE",)) == ("DE",)
    assert at_home(session, None, near=("DE",)) == ("DE",)
