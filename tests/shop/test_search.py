import pytest
from sqlalchemy.orm import Session, sessionmaker

from common.errors import BadRequest
from db.engine import session_factory
from recommender.wire import Item, Reason, Recommendation, RecommendRequest
from shop.kinds import Kind
from shop.search import find_goods
from shop.shopper import Shopper
from shop.wishes import Wishes
from tests.builders import a_product


class Shelf:
    """Answers with these products, by the query; refuses anchors that are gone."""

    def __init__(self, products: dict[str, list[str]]) -> None:
        self.products = products
        self.asked: list[RecommendRequest] = []

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self.asked.append(request)
        if request.anchor_product_id == "gone":
            raise BadRequest("anchor_product_id 'gone' is not in the catalogue.")
        reason = Reason(code="popular_now", params={})
        found = self.products.get(request.query or "", [])
        return Recommendation(
            ranking_id="r1",
            model_version="test",
            items=[Item(product_id=id_, score=1.0, reason=reason, parts={}) for id_ in found],
            relaxed=[],
            degraded=False,
        )


@pytest.fixture
def sessions(session: Session) -> sessionmaker[Session]:
    """The shop's database with three things in it."""
    session.add_all(a_product(id=id_) for id_ in ("p1", "p2", "p3"))
    session.commit()
    return session_factory(session.get_bind())  # type: ignore[arg-type]


def found(shelf: Shelf, sessions: sessionmaker[Session], wishes: Wishes) -> list[str]:
    shopper = Shopper(session_id="t", customer_id=None)
    goods = find_goods(wishes, sessions=sessions, recommender=shelf, shopper=shopper)
    return goods.product_ids


def test_a_name_that_is_also_a_flower_is_no_gift_idea(sessions: sessionmaker[Session]) -> None:
    shelf = Shelf({"mum": ["p1"], "woman": ["p1", "p2", "p3"]})
    assert found(shelf, sessions, Wishes(recipient=["mum"])) == ["p1", "p2", "p3"]


def test_what_is_known_beside_the_person_is_looked_for(sessions: sessionmaker[Session]) -> None:
    shelf = Shelf({"tea": ["p1"]})
    assert found(shelf, sessions, Wishes(words=["tea"], recipient=["mum"])) == ["p1"]


def test_a_product_that_is_gone_has_nothing_like_it(sessions: sessionmaker[Session]) -> None:
    shelf = Shelf({"": ["p2"]})
    assert found(shelf, sessions, Wishes(like="gone", like_title="Lamp")) == ["p2"]


def test_goods_like_a_product_are_not_looked_for_by_name(sessions: sessionmaker[Session]) -> None:
    shelf = Shelf({"": ["p2"]})
    kinds = [Kind(value="sneaker", word="sneaker")]
    assert found(shelf, sessions, Wishes(kinds=kinds, like="p1", like_title="Runner")) == ["p2"]
