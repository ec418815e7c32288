from datetime import UTC, datetime

import pytest
from pydantic import ValidationError
from sqlalchemy.orm import Session

from common.cells import cell_of
from recommender.places import at_home, place_of
from recommender.wire import Context
from tests.builders import a_customer, a_product, an_event
from tests.recommender.conftest import Counter


def test_a_region_without_its_country_is_no_place() -> None:
    assert place_of("US", "Texas") == ("US", "Texas")
    assert place_of("US", None) == ("US",)
    assert place_of(None, "Texas") == place_of("", "Texas") == ()


def test_a_cell_is_a_place_with_and_without_its_country() -> None:
    cell = cell_of(51.5, -0.12)
    assert place_of(None, cell) == (cell,)
    assert place_of("GB", cell) == ("GB", cell)


def test_points_of_one_city_share_a_cell_and_those_of_two_do_not() -> None:
    assert cell_of(51.50, -0.12) == cell_of(51.52, -0.10)
    assert cell_of(51.50, -0.12) != cell_of(48.85, 2.35)


def test_who_asks_from_a_point_sees_what_is_wanted_around_it(counter: Counter) -> None:
    london, paris = (51.5, -0.12), (48.85, 2.35)
    counter.stock(
        *(a_product(id=name, title=name) for name in ("kettle", "press", "mug")),
        *(
            an_event(
                name="purchase",
                product_id=product,
                customer_id=f"{product}{n}",
                region=cell_of(*point),
                occurred_at=datetime.now(UTC),
            )
            for product, point in (("kettle", london), ("press", paris))
            for n in range(30)
        ),
    )
    for (latitude, longitude), first in ((london, "kettle"), (paris, "press")):
        point = {"latitude": latitude, "longitude": longitude}
        assert counter.ask(k=1, context=point).items[0].product_id == first


def test_half_a_point_is_none() -> None:
    with pytest.raises(ValidationError, match="both or neither"):
        Context(latitude=51.5)


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
