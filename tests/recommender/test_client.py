from collections.abc import Callable

import httpx
import pytest

from common.circuit import Circuit
from common.errors import BadRequest, ServiceUnavailable
from common.settings import Settings
from recommender.client import RecommenderClient, make_client
from recommender.wire import RecommendRequest

ANSWER = {"ranking_id": "r", "model_version": "m", "items": [], "relaxed": [], "degraded": False}


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def a_client(
    answer: Callable[[httpx.Request], httpx.Response], circuit: Circuit | None = None
) -> RecommenderClient:
    return RecommenderClient(
        "http://recommender",
        headers={"X-Internal-Secret": "hush"},
        transport=httpx.MockTransport(answer),
        circuit=circuit,
    )


def test_it_carries_the_request_and_the_secret() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json=ANSWER)

    with a_client(answer) as client:
        recommendation = client.recommend(
            RecommendRequest(query="lamp", k=3), headers={"X-Conversation-Id": "c"}
        )
    assert recommendation.ranking_id == "r"
    assert seen[0].headers["X-Internal-Secret"] == "hush"
    assert seen[0].headers["X-Conversation-Id"] == "c"
    assert RecommendRequest.model_validate_json(seen[0].content).query == "lamp"


def test_a_refused_request_is_the_callers_fault_and_opens_no_circuit() -> None:
    client = a_client(lambda _: httpx.Response(422, json={"detail": "k"}))
    for _ in range(10):
        with pytest.raises(BadRequest, match="k"):
            client.recommend(RecommendRequest())


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(500),
        httpx.Response(401),
        httpx.Response(200, text="<html>"),
        httpx.Response(200, json={"items": 3}),
    ],
)
def test_an_answer_not_as_agreed_is_unavailable(answer: httpx.Response) -> None:
    with pytest.raises(ServiceUnavailable):
        a_client(lambda _: answer).recommend(RecommendRequest())


def test_after_three_failures_it_waits_before_it_tries_again() -> None:
    clock, calls = Clock(), []

    def fail(request: httpx.Request) -> httpx.Response:
        calls.append(request)
        raise httpx.ConnectTimeout("slow")

    client = a_client(fail, Circuit(failures=3, pause=5.0, clock=clock))
    for _ in range(10):
        with pytest.raises(ServiceUnavailable):
            client.recommend(RecommendRequest())
    assert len(calls) == 3
    clock.now = 5.1
    for _ in range(3):
        with pytest.raises(ServiceUnavailable):
            client.recommend(RecommendRequest())
    assert len(calls) == 4


def test_one_good_answer_closes_the_circuit() -> None:
    clock = Clock()
    circuit = Circuit(failures=1, pause=5.0, clock=clock)
    circuit.failed()
    assert not circuit.admit()
    clock.now = 5.0
    assert circuit.admit()
    assert not circuit.admit()
    circuit.succeeded()
    assert circuit.admit()


def test_the_settings_name_the_server() -> None:
    with (
        make_client(Settings(recommender_url="http://127.0.0.1:1")) as client,
        pytest.raises(ServiceUnavailable, match=r"127\.0\.0\.1:1 did not"),
    ):
        client.recommend(RecommendRequest())
