import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Engine

from common.settings import Settings
from db.engine import session_factory
from recommender.server import create_app
from recommender.wire import Recommendation
from tests.builders import a_product
from tests.recommender.conftest import WordEncoder


@pytest.fixture
def client(database: Engine, database_url: str, tmp_path: Path) -> Iterator[TestClient]:
    with session_factory(database).begin() as session:
        session.add_all([a_product(id="lamp", title="Desk Lamp"), a_product(title="Kettle")])
    settings = Settings(home=tmp_path, database_url=database_url, internal_secret="hush")
    app = create_app(settings, load_encoder=WordEncoder)
    with TestClient(app, headers={"X-Internal-Secret": "hush"}) as opened:
        deadline = time.monotonic() + 10
        while opened.get("/readyz").status_code != 200:
            assert time.monotonic() < deadline, "not ready within ten seconds"
            time.sleep(0.02)
        yield opened


def test_it_recommends_as_the_contract_says(client: TestClient) -> None:
    answer = client.post("/recommend", json={"query": "lamp", "k": 1})
    assert answer.status_code == 200
    recommendation = Recommendation.model_validate(answer.json())
    assert [item.product_id for item in recommendation.items] == ["lamp"]
    keys = {"ranking_id", "model_version", "items", "relaxed", "degraded", "more"}
    assert set(answer.json()) == keys


@pytest.mark.parametrize("k", [0, 101, -1, "many"])
def test_k_is_from_1_to_100(client: TestClient, k: object) -> None:
    answer = client.post("/recommend", json={"k": k})
    assert answer.status_code == 422
    assert "k" in answer.json()["detail"][0]["field"]


def test_prices_that_contradict_each_other_are_named(client: TestClient) -> None:
    wish = {"price_min": 50, "price_max": 20}
    answer = client.post("/recommend", json={"constraints": wish})
    assert answer.status_code == 422
    assert "price_max 20 is below price_min 50" in str(answer.json()["detail"])


@pytest.mark.parametrize(
    "body",
    [
        {"constraints": {"colour": "red"}},
        {"constraints": {"price_max": -1}},
        {"constraints": {"rating_min": 9}},
        {"query": "x" * 2001},
        {"anchor_product_id": "nope"},
        [],
    ],
)
def test_what_cannot_be_served_is_refused(client: TestClient, body: object) -> None:
    assert client.post("/recommend", json=body).status_code == 422


def test_a_price_that_is_no_number_is_refused(client: TestClient) -> None:
    answer = client.post("/recommend", content='{"constraints": {"price_max": NaN}}')
    assert answer.status_code == 422


def test_only_internal_callers_are_served(client: TestClient) -> None:
    answer = client.post("/recommend", json={}, headers={"X-Internal-Secret": "guess"})
    assert answer.status_code == 401


def test_the_metrics_count_goods_and_wishes_given_up(client: TestClient) -> None:
    client.post("/recommend", json={"constraints": {"color": "plaid"}})
    metrics = client.get("/metrics").text
    assert "catalogue_products 2.0" in metrics
    assert 'relaxed_wishes_total{constraint="color"} 1.0' in metrics
    assert "recommender_ranking_seconds_count 1.0" in metrics
    age = re.search(r"^catalogue_age_seconds (\S+)", metrics, re.MULTILINE)
    assert age
    assert 0 <= float(age[1]) < 60


@pytest.mark.parametrize(
    "query", ["<b>lamp</b>", "'; DROP TABLE products;--", "\x00\x01", "🎸🎸", " "]
)
def test_odd_text_is_only_text(client: TestClient, query: str) -> None:
    assert client.post("/recommend", json={"query": query}).status_code == 200
