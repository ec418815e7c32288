from datetime import timedelta

from sqlalchemy.orm import Session

from recommender.popularity import read_popularity
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import a_shelf


def buyers(number: int, product: str, *, days_ago: int = 0, country: str = "DE") -> list[object]:
    return [
        an_event(
            name="purchase",
            customer_id=f"{product}-{days_ago}-{buyer}",
            product_id=product,
            occurred_at=NOON - timedelta(days=days_ago),
            country=country,
        )
        for buyer in range(number)
    ]


SHELF = a_shelf(a_product(id="a"), a_product(id="b"), a_product(id="c"))


def test_what_many_bought_lately_leads(session: Session) -> None:
    session.add_all(buyers(5, "a") + buyers(2, "b"))
    session.flush()
    lately = read_popularity(session, now=NOON).recent(SHELF, country=None)
    assert lately[0] == 1
    assert 1 > lately[1] > lately[2] == 0


def test_last_months_best_seller_makes_way(session: Session) -> None:
    session.add_all(buyers(5, "a", days_ago=50) + buyers(3, "b"))
    session.flush()
    lately = read_popularity(session, now=NOON).recent(SHELF, country=None)
    assert lately[1] > lately[0] > 0


def test_a_country_with_many_buyers_has_a_taste_of_its_own(session: Session) -> None:
    session.add_all(buyers(90, "a", country="DE") + buyers(60, "b", country="FR"))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    france = popularity.recent(SHELF, country="FR")
    assert france[1] > france[0]
    nowhere = popularity.recent(SHELF, country="XX")
    assert nowhere[0] > nowhere[1]


def test_gloves_are_of_the_winter(session: Session) -> None:
    session.add_all(buyers(8, "a", days_ago=120))  # January
    session.add_all(buyers(4, "b", days_ago=120) + buyers(4, "b"))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    winter = popularity.seasonal(SHELF, month=1)
    assert winter[0] > winter[1]
    assert popularity.seasonal(SHELF, month=7)[0] == 0


def test_popular_this_month_is_said_only_of_what_was_wanted(session: Session) -> None:
    session.add_all(buyers(3, "a") + buyers(3, "b", days_ago=120))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    assert popularity.is_popular("a", month=5)
    assert not popularity.is_popular("b", month=5)
    assert not popularity.is_popular("c", month=5)


def test_an_imported_history_is_read_as_of_its_end(session: Session) -> None:
    session.add_all(buyers(3, "a"))
    session.flush()
    popularity = read_popularity(session, now=NOON + timedelta(days=3000))
    assert popularity.recent(SHELF, country=None)[0] == 1
    # Ten years ago is not "now".
    assert not popularity.is_popular("a", month=11)


def test_a_shop_without_events_has_no_favourites(session: Session) -> None:
    popularity = read_popularity(session, now=NOON)
    assert not popularity.recent(SHELF, country="DE").any()
    assert not popularity.seasonal(SHELF, month=5).any()


def test_shares_stay_between_nothing_and_all(session: Session) -> None:
    for month in range(12):
        session.add_all(buyers(5 * month, "a", days_ago=31 * month))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    for month in range(1, 13):
        season = popularity.seasonal(SHELF, month=month)
        assert 0 <= season.min() <= season.max() <= 1
