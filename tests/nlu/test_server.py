"""The server as others see it, with the shipped adapter and a shop of its own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy.orm import Session

from common.settings import Settings
from db.engine import make_engine
from db.migrate import upgrade
from nlu.dataset import read_intents
from nlu.server import create_app
from nlu.wire import Parse
from tests.builders import a_faq_entry, a_product

NAMES = {*read_intents(), "nlu_fallback"}


def settings_in(home: Path, **values: str) -> Settings:
    return Settings(home=home, _env_file=None, **values)  # type: ignore[call-arg, arg-type]


@pytest.fixture(scope="module")
def nlu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    settings = settings_in(tmp_path_factory.mktemp("home"))
    upgrade(settings.database_url)
    engine = make_engine(settings.database_url)
    with Session(engine) as session:
        session.add_all(
            [
                a_product(title="Gold Bracelet", category="jewelry", product_type="bracelet"),
                a_product(title="Suede Boots", category="footwear", product_type="boot"),
                a_product(title="Beach Sandals", category="footwear", product_type="sandals"),
                a_faq_entry(id="returns", question="What is your return policy?", examples=[]),
            ]
        )
        session.commit()
    engine.dispose()
    with TestClient(create_app(settings)) as client:
        yield client


def parse(nlu: TestClient, text: str) -> Parse:
    answer = nlu.post("/model/parse", json={"text": text, "message_id": "m1", "token": None})
    assert answer.status_code == 200
    return Parse.model_validate(answer.json())


def test_a_search_is_understood_with_the_shops_words(nlu: TestClient) -> None:
    understood = parse(nlu, "gold braclet under 100 bucks pls")
    assert understood.intent.name == "search_product"
    assert understood.named("category") == ["bracelet"]
    assert understood.named("price_max") == [100.0]


def test_what_is_refused_is_told_from_what_is_wanted(nlu: TestClient) -> None:
    understood = parse(nlu, "no boots please, i'd rather have sandals")
    assert understood.named("category", role="exclude") == ["boot"]
    assert understood.named("category") == ["sandals"]


def test_rasa_gets_every_field_it_reads(nlu: TestClient) -> None:
    answer = nlu.post("/model/parse", json={"text": "hello"}).json()
    assert set(answer) >= {"text", "intent", "intent_ranking", "entities", "sentiment"}
    assert answer["intent"]["name"] == answer["intent_ranking"][0]["name"] == "greet"
    confidences = [each["confidence"] for each in answer["intent_ranking"]]
    assert confidences == sorted(confidences, reverse=True)


@pytest.mark.parametrize("text", ["", "   ", "\n\t", "\u200b", "\x00"])
def test_nothing_said_is_a_fallback_without_entities(nlu: TestClient, text: str) -> None:
    understood = parse(nlu, text)
    assert (understood.intent.name, understood.entities) == ("nlu_fallback", [])


@pytest.mark.parametrize(
    "text",
    [
        "shoes " * 2000,
        "x" * 10_000,
        "🎸🎸🎸",
        "我想买一双红色的鞋子",
        "مرحبا",
        "e\u0301\u0301\u0301" * 50,
        "' OR 1=1; DROP TABLE products; --",
        "<script>alert(1)</script>",
        '[shoes](category) {"entity": "x"}',
        "9" * 400,
        "$" * 300,
        "not " * 500,
    ],
)
def test_any_text_gets_a_named_intent(nlu: TestClient, text: str) -> None:
    understood = parse(nlu, text)
    assert understood.intent.name in NAMES
    for entity in understood.entities:
        assert 0 <= entity.start < entity.end <= len(text)


def test_a_broken_surrogate_does_no_harm(nlu: TestClient) -> None:
    answer = nlu.post(
        "/model/parse",
        content=b'{"text": "red boots \\ud83d"}',
        headers={"content-type": "application/json"},
    )
    assert answer.status_code == 200
    assert Parse.model_validate(answer.json()).text == "red boots ?"


@pytest.mark.parametrize(
    "text",
    [
        "\\ud83d",
        "x" * 20_000,
        "",
        "\\u0000\\u001b[31m",
        "\\u202eevoba \\u0645\\u0631\\u062d\\u0628\\u0627",
    ],
)
def test_any_text_is_embedded_searched_for_and_parsed_among_others(
    nlu: TestClient, text: str
) -> None:
    def ask(path: str, body: str) -> dict[str, Any]:
        headers = {"content-type": "application/json"}
        answer = nlu.post(path, content=body.encode(), headers=headers)
        assert answer.status_code == 200
        return dict(answer.json())

    (vector,) = ask("/embed", f'{{"texts": ["{text}"]}}')["vectors"]
    assert sum(x * x for x in vector) == pytest.approx(1, abs=1e-4)
    assert len(ask("/faq/search", f'{{"text": "{text}"}}')["entries"]) <= 1
    parses = ask("/model/parse/batch", f'{{"texts": ["hello", "{text}"]}}')["parses"]
    assert parses[0]["intent"]["name"] == "greet"
    assert parses[1]["intent"]["name"] in NAMES


def test_shouting_means_the_same(nlu: TestClient) -> None:
    assert (
        parse(nlu, "WHERE IS MY ORDER").intent.name == parse(nlu, "where is my order").intent.name
    )


def test_a_payload_is_taken_at_its_word(nlu: TestClient) -> None:
    understood = parse(nlu, '/search_product{"category": ["boots", "sandals"], "price_max": 50}')
    assert (understood.intent.name, understood.intent.confidence) == ("search_product", 1.0)
    assert understood.named("category") == ["boots", "sandals"]
    assert understood.named("price_max") == [50]


@pytest.mark.parametrize("text", ["/no_such_intent", '/greet{"a"', "/ greet", "/greet and more"])
def test_what_only_looks_like_a_payload_is_text(nlu: TestClient, text: str) -> None:
    assert all(entity.source != "payload" for entity in parse(nlu, text).entities)
    assert parse(nlu, text).intent.confidence < 1


def test_a_batch_says_what_single_calls_say(nlu: TestClient) -> None:
    texts = ["hello", "red boots", "", "where is my order"]
    answer = nlu.post("/model/parse/batch", json={"texts": texts}).json()
    assert [p["intent"]["name"] for p in answer["parses"]] == [
        parse(nlu, text).intent.name for text in texts
    ]


def test_many_at_once_get_their_own_answers(nlu: TestClient) -> None:
    texts = [f"boots under {price}" for price in range(20, 60)]
    with ThreadPoolExecutor(8) as pool:
        parses = list(pool.map(lambda text: parse(nlu, text), texts))
    assert [p.named("price_max") for p in parses] == [[float(n)] for n in range(20, 60)]


def test_texts_become_unit_vectors(nlu: TestClient) -> None:
    vectors = nlu.post("/embed", json={"texts": ["boots", "shoes", "taxes"]}).json()["vectors"]
    shoes, taxes = (
        sum(a * b for a, b in zip(vectors[0], other, strict=True)) for other in vectors[1:]
    )
    assert shoes > taxes
    assert nlu.post("/embed", json={"texts": []}).json() == {"vectors": []}


def test_the_faq_is_searched(nlu: TestClient) -> None:
    found = nlu.post("/faq/search", json={"text": "whats the return policy", "k": 1}).json()
    assert [entry["id"] for entry in found["entries"]] == ["returns"]
    assert found["answerable"] is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/model/parse", {}),
        ("/model/parse", {"text": 3}),
        ("/model/parse/batch", {"texts": "hi"}),
        ("/faq/search", {"text": "a", "k": 0}),
    ],
)
def test_a_wrong_request_is_422(nlu: TestClient, path: str, body: object) -> None:
    assert nlu.post(path, json=body).status_code == 422


def test_the_model_says_what_it_is(nlu: TestClient) -> None:
    card = nlu.get("/model").json()
    assert set(card["labels"]) == set(read_intents())
    assert card["version"]
    assert nlu.get("/readyz").status_code == nlu.get("/healthz").status_code == 200
    assert "http_request_duration_seconds" in nlu.get("/metrics").text


def test_what_the_model_did_is_counted(nlu: TestClient) -> None:
    counted = {
        'nlu_pass_seconds_count{work="parse"}': 1.0,
        'nlu_pass_texts_sum{work="embed"}': 2.0,
        'nlu_intents_total{intent="greet"}': 1.0,
    }
    before = numbers_of(nlu)
    nlu.post("/model/parse", json={"text": "hello"})
    nlu.post("/embed", json={"texts": ["a lamp", "a chair"]})
    after = numbers_of(nlu)
    assert {name: after[name] - before.get(name, 0.0) for name in counted} == counted


def numbers_of(nlu: TestClient) -> dict[str, float]:
    lines = nlu.get("/metrics").text.splitlines()
    parted = (line.rpartition(" ") for line in lines if not line.startswith("#"))
    return {name: float(value) for name, _, value in parted}


def test_with_a_secret_nobody_else_is_heard(tmp_path: Path) -> None:
    # Not started: the refusal comes before any model is needed.
    client = TestClient(create_app(settings_in(tmp_path, internal_secret="s3cret")))
    body = {"text": "/restart"}
    assert client.post("/model/parse", json=body).status_code == 401
    headers = {"X-Internal-Secret": "wrong"}
    assert client.post("/model/parse", json=body, headers=headers).status_code == 401
    headers = {"X-Internal-Secret": "s3cret"}
    assert client.post("/model/parse", json=body, headers=headers).status_code == 503


def test_a_broken_adapter_is_told_and_the_server_stays_up(tmp_path: Path) -> None:
    (tmp_path / "models" / "nlu" / "current").mkdir(parents=True)
    with TestClient(create_app(settings_in(tmp_path))) as client:
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert ready.status_code == 503
        assert "shopkeeper train nlu" in ready.json()["missing"]["model"]
        refused = client.post("/model/parse", json={"text": "hi"})
        assert refused.status_code == 503
        assert "shopkeeper train nlu" in refused.json()["detail"]
