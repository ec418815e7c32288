from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from db.tables.behaviour import Event
from db.tables.recommendations import Impression, Ranking
from recommender.impressions import ImpressionLog
from recommender.wire import RecommendRequest
from tests.builders import an_event
from tests.recommender.conftest import Counter


def test_what_was_shown_is_logged_with_its_place_propensity_and_reason(shoe_shop: Counter) -> None:
    shoe_shop.impressions.start()
    answer = shoe_shop.ask("red runner", customer_id="c1", constraints={"price_max": 200})
    shoe_shop.impressions.close()
    with shoe_shop.sessions() as session:
        ranking = session.get_one(Ranking, answer.ranking_id)
        shown = session.scalars(select(Impression).order_by(Impression.position)).all()
    assert ranking.customer_id == "c1"
    assert ranking.request == {"constraints": {"price_max": 200.0}}
    assert [each.product_id for each in shown] == [item.product_id for item in answer.items]
    assert {each.propensity for each in shown} == {1.0}
    assert shown[0].reason == answer.items[0].reason.model_dump()


def test_the_shoppers_words_are_not_logged(shoe_shop: Counter) -> None:
    shoe_shop.impressions.start()
    shoe_shop.ask("a secret present for Ann")
    shoe_shop.impressions.close()
    with shoe_shop.sessions() as session:
        [ranking] = session.scalars(select(Ranking)).all()
    assert "secret" not in str(ranking.request)


def test_a_click_joins_what_was_shown(shoe_shop: Counter) -> None:
    shoe_shop.impressions.start()
    answer = shoe_shop.ask("red runner")
    shoe_shop.impressions.close()
    with shoe_shop.sessions.begin() as session:
        session.add(an_event(name="select_item", product_id="red", ranking_id=answer.ranking_id))
    joined = select(Impression.position).join(
        Event,
        (Event.ranking_id == Impression.ranking_id) & (Event.product_id == Impression.product_id),
    )
    with shoe_shop.sessions() as session:
        assert session.scalars(joined).all() == [0]


def test_an_empty_answer_is_logged_too(shoe_shop: Counter) -> None:
    shoe_shop.impressions.start()
    answer = shoe_shop.ask(constraints={"exclude": {"category": ["shoes", "home"]}})
    shoe_shop.impressions.close()
    assert answer.items == []
    with shoe_shop.sessions() as session:
        assert session.get(Ranking, answer.ranking_id) is not None


def test_what_the_shopper_does_not_see_is_not_logged(shoe_shop: Counter) -> None:
    shoe_shop.impressions.start()
    answer = shoe_shop.ask(shown=False)
    shoe_shop.impressions.close()
    assert answer.items
    with shoe_shop.sessions() as session:
        assert session.get(Ranking, answer.ranking_id) is None


def test_a_database_that_refuses_costs_the_log_and_not_the_answer(shoe_shop: Counter) -> None:
    def refuse() -> None:
        raise OperationalError("insert", {}, Exception("disk full"))

    class Refusing:
        begin = staticmethod(refuse)

    log = ImpressionLog(Refusing(), pause=0.0)  # type: ignore[arg-type]
    log.start()
    answer = shoe_shop.ask("red")
    log.record(RecommendRequest(), answer, propensities=[1.0] * len(answer.items))
    log.close()
    assert log.lost == 1
