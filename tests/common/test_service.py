import json
import logging
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from common.client import BlockingClient
from common.logs import conversation_id
from common.service import add_service_routes, guard_metrics
from common.settings import Settings

SECRET = "between-ourselves"


def a_service(
    tmp_path: Path,
    *,
    secret: str | None = None,
    address: str = "127.0.0.1",
    public: bool = False,
) -> TestClient:
    app = FastAPI()
    add_service_routes(app, readiness=dict, public=public)
    guard_metrics(app, settings=Settings(home=tmp_path, internal_secret=secret))

    @app.post("/recommend")
    def recommend() -> str:
        return conversation_id.get() or "nobody"

    return TestClient(app, client=(address, 50000), raise_server_exceptions=False)


def test_a_call_for_a_conversation_leaves_a_line_that_names_it(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="common.service"):
        answer = a_service(tmp_path).post("/recommend", headers={"X-Conversation-Id": "c-1"})
    assert answer.json() == "c-1"
    assert [(r.getMessage(), r.__dict__["route"]) for r in caplog.records] == [
        ("answered", "/recommend")
    ]


def test_a_call_for_no_conversation_leaves_none(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="common.service"):
        a_service(tmp_path).post("/recommend")
    assert caplog.records == []


def test_the_public_names_no_conversation_in_our_logs(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    service = a_service(tmp_path, public=True)
    with caplog.at_level(logging.INFO, logger="common.service"):
        answer = service.post("/recommend", headers={"X-Conversation-Id": "another's"})
    assert (answer.json(), caplog.records) == ("nobody", [])


def test_our_clients_tell_the_next_process_which_conversation_they_work_for() -> None:
    seen: list[str | None] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers.get("X-Conversation-Id"))
        return httpx.Response(200)

    http = httpx.Client(transport=httpx.MockTransport(answer), base_url="http://nlu")
    with BlockingClient(http):
        token = conversation_id.set("c-2")
        try:
            http.get("/model")
        finally:
            conversation_id.reset(token)
        http.get("/model")
    assert seen == ["c-2", None]


def test_made_up_methods_and_addresses_are_counted_together(tmp_path: Path) -> None:
    service = a_service(tmp_path)
    for number in range(3):
        service.request(f"MADEUP{number}", f"/nowhere/{number}")
    numbers = service.get("/metrics").text
    assert "MADEUP" not in numbers
    assert (
        'http_request_duration_seconds_count{method="other",route="unknown",status="404"} 3.0'
        in numbers
    )


def test_memory_and_processor_time_are_among_the_numbers(tmp_path: Path) -> None:
    numbers = a_service(tmp_path).get("/metrics").text
    assert "process_resident_memory_bytes" in numbers
    assert "process_cpu_seconds_total" in numbers


def test_without_a_secret_the_numbers_are_for_this_machine_alone(tmp_path: Path) -> None:
    assert a_service(tmp_path).get("/metrics").status_code == 200
    assert a_service(tmp_path, address="203.0.113.9").get("/metrics").status_code == 401


def test_what_a_proxy_passes_on_is_not_of_this_machine(tmp_path: Path) -> None:
    passed_on = {"X-Forwarded-For": "127.0.0.1"}
    assert a_service(tmp_path).get("/metrics", headers=passed_on).status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-Internal-Secret": "guessed"}, 401),
        ({"X-Internal-Secret": SECRET}, 200),
        ({"Authorization": f"Bearer {SECRET}"}, 200),
    ],
)
def test_with_a_secret_the_numbers_need_it(
    tmp_path: Path, headers: dict[str, str], status: int
) -> None:
    service = a_service(tmp_path, secret=SECRET)
    assert service.get("/metrics", headers=headers).status_code == status
    assert service.get("/healthz").status_code == 200


def test_a_crash_is_answered_and_logged_without_the_request(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    app = FastAPI()
    add_service_routes(app, readiness=dict)

    @app.post("/say")
    def say(words: str) -> int:
        return int(words)

    answer = TestClient(app, raise_server_exceptions=False).post("/say?words=my+aunt")
    assert answer.status_code == 500
    assert json.loads(answer.text)["error"] == "internal"
    assert "my aunt" not in answer.text
    assert caplog.records[-1].getMessage() == "unhandled error"
