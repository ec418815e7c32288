from datetime import timedelta

from sqlalchemy.orm import Session

from recommender.popularity import read_popularity
from tests.builders import NOON, a_product, an_event
from tests.recommender.conftest import a_shelf


def buyers(
    number: int,
    product: str,
    *,
    days_ago: int = 0,
    country: str = "DE",
    region: str | None = None,
) -> list[object]:
    return [
        an_event(
            name="purchase",
            customer_id=f"{product}-{days_ago}-{buyer}",
            product_id=product,
            occurred_at=NOON - timedelta(days=days_ago),
            country=country,
            region=region,
        )
        for buyer in range(number)
    ]


SHELF = a_shelf(a_product(id="a"), a_product(id="b"), a_product(id="c"))


def test_what_many_bought_lately_leads(session: Session) -> None:
    session.add_all(buyers(5, "a") + buyers(2, "b"))
    session.flush()
    lately = read_popularity(session, now=NOON).recent(SHELF)
    assert lately[0] == 1
    assert 1 > lately[1] > lately[2] == 0


def test_last_months_best_seller_makes_way(session: Session) -> None:
    session.add_all(buyers(5, "a", days_ago=50) + buyers(3, "b"))
    session.flush()
    lately = read_popularity(session, now=NOON).recent(SHELF)
    assert lately[1] > lately[0] > 0


def test_a_country_with_many_buyers_has_a_taste_of_its_own(session: Session) -> None:
    session.add_all(buyers(90, "a", country="DE") + buyers(60, "b", country="FR"))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    france = popularity.recent(SHELF, place=("FR",))
    assert france[1] > france[0]
    # Sixty do not outvote all that others bought.
    assert france[0] > 0
    nowhere = popularity.recent(SHELF, place=("XX",))
    assert nowhere[0] > nowhere[1]


def test_a_region_leans_away_from_its_country_as_far_as_its_numbers_reach(
    session: Session,
) -> None:
    session.add_all(buyers(300, "a", country="US"))
    texas = buyers(250, "b", country="US", region="Texas")
    session.add_all(texas + buyers(3, "c", country="US", region="Maine"))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    assert popularity.recent(SHELF, place=("US",)).argmax() == 0
    assert popularity.recent(SHELF, place=("US", "Texas")).argmax() == 1
    # Three purchases are no taste of a region's own.
    assert popularity.recent(SHELF, place=("US", "Maine")).argmax() == 0
    unheard_of = popularity.recent(SHELF, place=("US", "Ohio"))
    assert unheard_of.tolist() == popularity.recent(SHELF, place=("US",)).tolist()


def test_strangers_are_shown_what_others_began_with(session: Session) -> None:
    regulars = [
        an_event(
            name="purchase",
            customer_id=f"regular-{shopper}",
            product_id=product,
            occurred_at=NOON - timedelta(days=days_ago),
            country="DE",
        )
        for shopper in range(300)
        for product, days_ago in (("b", 90), ("a", 3))
    ]
    session.add_all(regulars + buyers(250, "c"))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    for place in ((), ("DE",)):
        assert popularity.recent(SHELF, place=place).argmax() == 0
        assert popularity.recent(SHELF, place=place, stranger=True).argmax() == 2


def test_few_first_orders_do_not_outweigh_what_all_want(session: Session) -> None:
    session.add_all(buyers(2, "c"))
    for days_ago in (90, 3):
        session.add_all(
            an_event(
                name="purchase",
                customer_id=f"regular-{shopper}",
                product_id="a",
                occurred_at=NOON - timedelta(days=days_ago),
            )
            for shopper in range(100)
        )
    session.flush()
    popularity = read_popularity(session, now=NOON)
    assert popularity.recent(SHELF, stranger=True).argmax() == 0


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
    assert popularity.recent(SHELF)[0] == 1
    # Ten years ago is not "now".
    assert not popularity.is_popular("a", month=11)


def test_a_shop_without_events_has_no_favourites(session: Session) -> None:
    popularity = read_popularity(session, now=NOON)
    assert not popularity.recent(SHELF, place=("DE",)).any()
    assert not popularity.seasonal(SHELF, month=5).any()


def test_shares_stay_between_nothing_and_all(session: Session) -> None:
    for month in range(12):
        session.add_all(buyers(5 * month, "a", days_ago=31 * month))
    session.flush()
    popularity = read_popularity(session, now=NOON)
    for month in range(1, 13):
        season = popularity.seasonal(SHELF, month=month)
        assert 0 <= season.min() <= season.max() <= 1


def looks(shoppers: int, product_id: str) -> list[object]:
    return [
        an_event(product_id=product_id, customer_id=f"l{n}", occurred_at=NOON)
        for n in range(shoppers)
    ]


def test_what_lookers_buy_oftener_than_usual_shows_intent(session: Session) -> None:
    session.add_all(looks(40, "a") + looks(40, "b") + looks(40, "c"))
    session.add_all(buyers(30, "a") + buyers(4, "b"))
    session.flush()
    intent = read_popularity(session, now=NOON).purchase_intent(SHELF)
    assert 0.3 < intent[0] <= 1
    assert intent[1:].max() == 0


def test_one_looker_who_buys_shows_little_intent(session: Session) -> None:
    session.add_all(looks(1, "a") + looks(200, "b"))
    session.add_all(buyers(1, "a") + buyers(20, "b"))
    session.flush()
    assert 0 < read_popularity(session, now=NOON).purchase_intent(SHELF)[0] < 0.3


def test_purchases_alone_say_nothing_of_intent(session: Session) -> None:
    session.add_all(buyers(9, "a"))
    session.flush()
    assert not read_popularity(session, now=NOON).purchase_intent(SHELF).any()
